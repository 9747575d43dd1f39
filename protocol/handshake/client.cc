// SPDX-License-Identifier: MIT
#include "protocol/handshake/client.h"

#include <algorithm>
#include <utility>

#include "protocol/handshake/agreement.h"
#include "protocol/link/flow/activation.h"
#include "protocol/link/termination.h"

namespace smclab::handshake {
namespace {

// RFC 7609 C.6 wants a Decline for a reserved value. Linux does not look; an impossible MTU then
// shows when the queue pair cannot be moved, and that is what the peer is told.
Diagnosis reserved_value(const DecodeError& error) {
  return error.field == "mtu" ? Diagnosis::LinkNotReady : Diagnosis::Internal;
}

}  // namespace

Outcome Client::start(Context c) {
  const Config& config = c.turn.config;
  if (attempt_.crowded) return decline(c, attempt_, Diagnosis::Memory);
  if (config.ipsec) return decline(c, attempt_, Diagnosis::Ipsec);
  const auto interface = find_interface(config, attempt_.local);
  if (!interface) return decline(c, attempt_, Diagnosis::NoDevice);
  const auto port = choose_port(config, *interface, c.directory.ports);
  if (!port) return decline(c, attempt_, Diagnosis::NoDevice);
  const Device& device = config.devices[port->value];
  const auto subnet = named_subnet(config.devices[interface->value]);
  attempt_.offered = {.v1 = speaks_v1(config) && subnet.has_value(),
                      .v2 = speaks_v2(config) && is_routable(device.gid)};
  if (!attempt_.offered.any()) {
    return decline(c, attempt_, subnet ? Diagnosis::NoDevice : Diagnosis::Configuration);
  }
  attempt_.device = *port;
  send_clc(c, attempt_, make_proposal(config, {device, subnet, attempt_.offered}));
  pull_message(c, attempt_);
  arm(c, attempt_, config.timeouts.clc_wait);
  return {};
}

Outcome Client::handle(Context c, const Event& event) {
  if (const auto outcome = handle_always(c, attempt_, event)) return *outcome;
  const bool expects_clc = std::holds_alternative<AwaitAccept>(state_);
  if (std::holds_alternative<MessageArrived>(event) && !expects_clc) {
    return fail(c, attempt_, CloseReason::Handshake, "unexpected CLC message");
  }
  return std::visit([&](auto& state, const auto& e) { return on(c, state, e); }, state_, event);
}

std::string_view Client::state_name() const noexcept {
  return std::visit([](const auto& state) { return state.name; }, state_);
}

void Client::become(Context c, const State& next, std::string_view why) {
  const std::string_view from = state_name();
  state_ = next;
  trace_state(c.turn, attempt_.subject(),
              {.from = from, .to = state_name(), .cause = why, .clause = "RFC 7609 §3.5"});
}

Outcome Client::on(Context c, AwaitAccept&, const MessageArrived& event) {
  if (const auto* accept = std::get_if<wire::Accept>(&event.message)) {
    return receive_accept(c, *accept);
  }
  attempt_.version = wire::version_of(event.message);
  if (std::holds_alternative<wire::SmcdAccept>(event.message)) {
    return decline(c, attempt_, Diagnosis::ModeUnsupported);
  }
  return fail(c, attempt_, CloseReason::Handshake, "unexpected CLC message");
}

Outcome Client::on(Context c, AwaitAccept&, const TimerFired&) {
  return fail(c, attempt_, CloseReason::TcpFailed, "no Accept");
}

Outcome Client::receive_accept(Context c, const wire::Accept& accept) {
  attempt_.version = accept.version;
  const auto terms = take_terms(c.turn.config, attempt_, accept);
  if (!terms) return decline(c, attempt_, terms.error());
  const auto wrong = wire::validate(accept, c.turn.config.limits.largest_peer_size_code);
  if (wrong && wrong->fault == Fault::ReservedValue) {
    return decline(c, attempt_, reserved_value(*wrong));
  }
  if (wrong) return handle(c, MessageBroken{*wrong});
  // The port may have gone since the Proposal, but a Decline could not chase that (C.1).
  if (!c.directory.port_up(attempt_.device)) return decline(c, attempt_, Diagnosis::NoDevice);
  attempt_.terms = *terms;
  const PeerEnd server = keep(accept.end);
  return accept.first_contact ? begin_first_contact(c, server)
                              : begin_subsequent_contact(c, server);
}

Outcome Client::begin_first_contact(Context c, const PeerEnd& server) {
  Preparation preparation;
  const Readiness readiness = preparation.found_group(c, attempt_, server.peer_id);
  if (readiness.kind == Readiness::Kind::Waits && !remember_peer(c, attempt_, server)) {
    return decline(c, attempt_, Diagnosis::RtokenFailed);
  }
  return prepare(c, preparation, readiness);
}

Outcome Client::begin_subsequent_contact(Context c, const PeerEnd& server) {
  const ClientMatch match =
      find_client_place(c.directory, contact_of(server, attempt_.terms.version), server.link.qpn);
  if (!match.place) {
    // RFC 7609 C.4. A server that we share a group with, but not that link, is not out of sync.
    return decline(c, attempt_, match.known_peer ? Diagnosis::NoServerLink : Diagnosis::OutOfSync);
  }
  if (c.directory.groups.at(match.place->group).roll.size() >=
      c.turn.config.limits.connections_per_group) {
    return decline(c, attempt_, Diagnosis::Memory);
  }
  Preparation preparation;
  const Readiness readiness = preparation.join_group(c, attempt_, *match.place);
  if (!remember_peer(c, attempt_, server)) return decline(c, attempt_, Diagnosis::RtokenFailed);
  return prepare(c, preparation, readiness);
}

Outcome Client::prepare(Context c, const Preparation& preparation, Readiness readiness) {
  become(c, Prepare{preparation}, attempt_.first_contact ? "first contact" : "subsequent contact");
  arm(c, attempt_, patience(c.turn.config));
  return advance(c, readiness);
}

Outcome Client::advance(Context c, const Readiness& readiness) {
  if (readiness.kind == Readiness::Kind::Waits) return {};
  if (readiness.kind == Readiness::Kind::Denied) return decline(c, attempt_, readiness.why);
  if (!attempt_.first_contact) {
    send_confirm(c);
    return {.kind = Outcome::Kind::Connected};
  }
  Link& link = c.directory.links.at(attempt_.link);
  const MtuCode own = c.turn.config.devices[link.device.value].mtu;
  become(c, ConnectLink{}, "ready");
  connect_link(c.turn, link, attempt_.peer.link, std::min(own, attempt_.peer.mtu));
  return {};
}

void Client::send_confirm(Context c) {
  const Config& config = c.turn.config;
  const Terms& terms = attempt_.terms;
  const bool first = attempt_.first_contact;
  wire::Confirm confirm{.version = terms.version,
                        .first_contact = first && config.profile == Profile::Linux,
                        .end = tell_end(c, attempt_),
                        .eid = terms.eid};
  if (first) confirm.end.mtu = c.directory.links.at(attempt_.link).mtu;
  if (confirm.has_extension()) {
    confirm.extension = describe_terms(config, terms);
    confirm.gids.push_back(confirm.end.gid);  // the only port that this group uses
  }
  send_clc(c, attempt_, confirm);
}

Outcome Client::on(Context c, ConnectLink&, const LinkReady&) {
  become(c, AwaitConfirmLink{}, "ready to receive");
  send_confirm(c);
  pull_message(c, attempt_);
  arm(c, attempt_, c.turn.config.timeouts.confirm_link_request);
  return {};
}

Outcome Client::on(Context c, ConnectLink&, const LinkRefused& event) {
  return decline(c, attempt_, event.why);
}

Outcome Client::on(Context c, ConnectLink&, const LinkLost&) {
  return decline(c, attempt_, Diagnosis::NoActiveLink);
}

Outcome Client::on(Context c, ConnectLink&, const TimerFired&) {
  return decline(c, attempt_, Diagnosis::LinkNotReady);
}

Outcome Client::on(Context c, AwaitConfirmLink&, const LinkAsked&) {
  become(c, AnswerConfirmLink{}, "CONFIRM LINK came");
  arm(c, attempt_, c.turn.config.timeouts.clc_wait);
  return {};
}

Outcome Client::on(Context c, AwaitConfirmLink&, const LinkRefused& event) {
  return decline(c, attempt_, event.why);
}

Outcome Client::on(Context c, AwaitConfirmLink&, const LinkLost& event) {
  return wait_for_decline(c, "link lost", event.peer_gave_up);
}

Outcome Client::on(Context c, AwaitConfirmLink&, const TimerFired&) {
  return wait_for_decline(c, "no CONFIRM LINK");
}

Outcome Client::wait_for_decline(Context c, std::string_view why, bool server_gave_up) {
  const Timeouts& timeouts = c.turn.config.timeouts;
  become(c, LateDecline{server_gave_up}, why);
  arm(c, attempt_, server_gave_up ? timeouts.clc_wait : timeouts.late_decline_wait);
  // A CONFIRM LINK that still comes would be answered, and the server believe in the link.
  lose_link(c.turn, c.directory, c.directory.links.at(attempt_.link), why);
  return {};
}

Outcome Client::on(Context, AnswerConfirmLink&, const LinkConfirmed&) {
  return {.kind = Outcome::Kind::Connected};
}

Outcome Client::on(Context c, AnswerConfirmLink&, const LinkRefused& event) {
  return decline(c, attempt_, event.why);
}

Outcome Client::on(Context c, AnswerConfirmLink&, const LinkLost& event) {
  return wait_for_decline(c, "link lost", event.peer_gave_up);
}

Outcome Client::on(Context c, AnswerConfirmLink&, const TimerFired&) {
  if (c.directory.links.at(attempt_.link).queue_pair != QpState::ReadyToSend) {
    return decline(c, attempt_, Diagnosis::LinkNotReady);
  }
  // The server may have got the answer or not: it is too late to decline and too early to go on.
  return fail(c, attempt_, CloseReason::LinkLost, "the answer to CONFIRM LINK is lost");
}

Outcome Client::on(Context c, LateDecline& state, const TimerFired&) {
  // The server's application would read a Decline of ours.
  if (state.server_gave_up) return fail(c, attempt_, CloseReason::TcpFailed, "no Decline");
  return decline(c, attempt_, Diagnosis::ConfirmLinkTimeout);
}

}  // namespace smclab::handshake
