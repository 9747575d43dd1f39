// SPDX-License-Identifier: MIT
#include "protocol/handshake/server.h"

#include <algorithm>

#include "protocol/handshake/agreement.h"
#include "protocol/link/flow/activation.h"

namespace smclab::handshake {
namespace {

bool is_own(const Config& config, const Gid& gid) {
  return std::any_of(config.devices.begin(), config.devices.end(),
                     [&](const Device& device) { return device.gid == gid; });
}

}  // namespace

Outcome Server::start(Context c) {
  pull_message(c, attempt_);
  arm(c, attempt_, c.turn.config.timeouts.clc_wait);
  return {};
}

Outcome Server::handle(Context c, const Event& event) {
  if (const auto outcome = handle_always(c, attempt_, event)) return *outcome;
  const bool expects_clc =
      std::holds_alternative<AwaitProposal>(state_) || std::holds_alternative<AwaitConfirm>(state_);
  if (std::holds_alternative<MessageArrived>(event) && !expects_clc) {
    return fail(c, attempt_, CloseReason::Handshake, "unexpected CLC message");
  }
  return std::visit([&](auto& state, const auto& e) { return on(c, state, e); }, state_, event);
}

std::string_view Server::state_name() const noexcept {
  return std::visit([](const auto& state) { return state.name; }, state_);
}

void Server::become(Context c, const State& next, std::string_view why) {
  const std::string_view from = state_name();
  state_ = next;
  trace_state(c.turn, attempt_.subject(),
              {.from = from, .to = state_name(), .cause = why, .clause = "RFC 7609 §3.5"});
}

Outcome Server::on(Context c, AwaitProposal&, const MessageArrived& event) {
  const auto* proposal = std::get_if<wire::Proposal>(&event.message);
  if (proposal != nullptr) return receive_proposal(c, *proposal);
  return fail(c, attempt_, CloseReason::Handshake, "unexpected CLC message");
}

Outcome Server::on(Context c, AwaitProposal&, const TimerFired&) {
  return fail(c, attempt_, CloseReason::TcpFailed, "no Proposal");
}

Outcome Server::receive_proposal(Context c, const wire::Proposal& proposal) {
  if (const auto wrong = wire::validate(proposal)) return handle(c, MessageBroken{*wrong});
  attempt_.version = proposal.version;
  if (attempt_.crowded) return decline(c, attempt_, Diagnosis::Memory);
  if (c.turn.config.ipsec) return decline(c, attempt_, Diagnosis::Ipsec);
  const auto choice = choose_terms(c, attempt_, proposal);
  if (!choice) return decline(c, attempt_, choice.error());
  const Contact& client = choice->client;
  if (is_own(c.turn.config, client.gid)) {
    return fail(c, attempt_, CloseReason::Handshake, "the client names a port of this host");
  }
  attempt_.device = choice->port;
  attempt_.terms = choice->terms;
  attempt_.peer.peer_id = client.peer_id;
  attempt_.peer.link.gid = client.gid;
  attempt_.peer.link.mac = client.mac;
  // For all that is to be done, waiting in the queue included: the client waits no longer.
  arm(c, attempt_, patience(c.turn.config));
  return choose_contact(c);
}

Outcome Server::choose_contact(Context c) {
  const Contact client = contact_of(attempt_.peer, attempt_.terms.version);
  Preparation preparation;
  if (const auto place = find_server_place(c.directory, c.turn.config, client)) {
    attempt_.peer.peer_id = c.directory.groups.at(place->group).peer_id;
    attempt_.device = c.directory.links.at(place->link).device;
    return prepare(c, preparation, preparation.join_group(c, attempt_, *place));
  }
  if (const auto forming = find_forming(c.directory, client)) {
    c.directory.groups.at(*forming).expectant.push_back(attempt_.conn);
    become(c, Queue{}, "a first contact is under way");
    return {};
  }
  const Readiness readiness = preparation.found_group(c, attempt_, client.peer_id);
  return prepare(c, preparation, readiness);
}

Outcome Server::on(Context c, Queue&, const TryAgain&) {
  return choose_contact(c);
}

Outcome Server::on(Context c, Queue&, const TimerFired&) {
  return decline(c, attempt_, Diagnosis::NoActiveLink);
}

Outcome Server::prepare(Context c, const Preparation& preparation, const Readiness& readiness) {
  become(c, Prepare{preparation}, attempt_.first_contact ? "first contact" : "subsequent contact");
  return advance(c, readiness);
}

Outcome Server::advance(Context c, const Readiness& readiness) {
  if (readiness.kind == Readiness::Kind::Waits) return {};
  if (readiness.kind == Readiness::Kind::Denied) return decline(c, attempt_, readiness.why);
  become(c, AwaitConfirm{}, "ready");
  const Terms& terms = attempt_.terms;
  wire::Accept accept{.version = terms.version,
                      .first_contact = attempt_.first_contact,
                      .end = tell_end(c, attempt_),
                      .eid = terms.eid};
  if (accept.has_extension()) accept.extension = describe_terms(c.turn.config, terms);
  send_clc(c, attempt_, accept);
  pull_message(c, attempt_);
  arm(c, attempt_, c.turn.config.timeouts.clc_wait);
  return {};
}

Outcome Server::on(Context c, AwaitConfirm& state, const MessageArrived& event) {
  const auto* confirm = std::get_if<wire::Confirm>(&event.message);
  const bool v2 = attempt_.terms.version >= 2;
  if (confirm != nullptr && v2 == (confirm->version >= 2)) {
    return receive_confirm(c, *confirm, state.link_lost);
  }
  return fail(c, attempt_, CloseReason::Handshake, "unexpected CLC message");
}

Outcome Server::on(Context, AwaitConfirm& state, const LinkLost&) {
  // The client may have noticed too: its Decline saves the connection, its Confirm does not.
  state.link_lost = true;
  return {};
}

Outcome Server::on(Context c, AwaitConfirm&, const TimerFired&) {
  return fail(c, attempt_, CloseReason::TcpFailed, "no Confirm");
}

Outcome Server::receive_confirm(Context c, const wire::Confirm& confirm, bool link_lost) {
  const bool first = attempt_.first_contact;
  const auto wrong = wire::validate(confirm, first, c.turn.config.limits.largest_peer_size_code);
  if (wrong && (!first || wrong->fault != Fault::ReservedValue)) {
    return handle(c, MessageBroken{*wrong});
  }
  if (wrong) return decline(c, attempt_, Diagnosis::LinkNotReady);
  const PeerEnd client = keep(confirm.end);
  const bool anonymous = attempt_.terms.version >= 2 && attempt_.peer.peer_id == PeerId{};
  if (!anonymous && client.peer_id != attempt_.peer.peer_id) {
    return fail(c, attempt_, CloseReason::Handshake, "Confirm comes from another host");
  }
  if (const auto why = compare_terms(attempt_.terms, confirm)) {
    return first ? decline(c, attempt_, *why)
                 : fail(c, attempt_, CloseReason::Handshake, "Confirm breaks the agreement");
  }
  if (first) {
    if (confirm.extension) attempt_.terms.features &= confirm.extension->feature_mask;
    return link_lost ? decline(c, attempt_, Diagnosis::NoActiveLink)
                     : finish_first_contact(c, client);
  }
  // Accept was this side's last chance to decline a subsequent contact (RFC 7609 C.3).
  return link_lost ? fail(c, attempt_, CloseReason::LinkLost, "link lost behind Accept")
                   : finish_subsequent_contact(c, client);
}

Outcome Server::finish_first_contact(Context c, const PeerEnd& client) {
  if (!remember_peer(c, attempt_, client)) return decline(c, attempt_, Diagnosis::RtokenFailed);
  LinkGroup& group = c.directory.groups.at(attempt_.group);
  group.peer_id = client.peer_id;
  group.terms = attempt_.terms;
  Link& link = c.directory.links.at(attempt_.link);
  const MtuCode own = c.turn.config.devices[link.device.value].mtu;
  become(c, ConfirmLink{}, "Confirm came");
  connect_link(c.turn, link, client.link, std::min(own, client.mtu));
  pull_message(c, attempt_);
  arm(c, attempt_, c.turn.config.timeouts.confirm_link_response);
  return {};
}

Outcome Server::finish_subsequent_contact(Context c, const PeerEnd& client) {
  const LinkPeer& peer = c.directory.links.at(attempt_.link).peer;
  const bool same_mac = attempt_.terms.version >= 2 || client.link.mac == peer.mac;
  if (client.link.gid != peer.gid || !same_mac || client.link.qpn != peer.qpn) {
    return fail(c, attempt_, CloseReason::Handshake, "Confirm names a link that is not active");
  }
  if (!remember_peer(c, attempt_, client)) {
    return fail(c, attempt_, CloseReason::Violation, "the peer announces too many RMBs");
  }
  return {.kind = Outcome::Kind::Connected};
}

Outcome Server::on(Context, ConfirmLink&, const LinkConfirmed&) {
  return {.kind = Outcome::Kind::Connected};
}

Outcome Server::on(Context c, ConfirmLink&, const LinkRefused& event) {
  return decline(c, attempt_, event.why);
}

Outcome Server::on(Context c, ConfirmLink&, const LinkLost& event) {
  if (event.peer_gave_up) {
    become(c, LateDecline{}, "the client deleted the link");
    arm(c, attempt_, c.turn.config.timeouts.late_decline_wait);
    return {};
  }
  return decline(c, attempt_, Diagnosis::ConfirmLinkTimeout);
}

Outcome Server::on(Context c, ConfirmLink&, const TimerFired&) {
  become(c, LateDecline{}, "no answer to CONFIRM LINK");
  arm(c, attempt_, c.turn.config.timeouts.late_decline_wait);
  return {};
}

// A client that answered counts on the link and declines no more: better late than broken.
Outcome Server::on(Context, LateDecline&, const LinkConfirmed&) {
  return {.kind = Outcome::Kind::Connected};
}

Outcome Server::on(Context c, LateDecline&, const TimerFired&) {
  return decline(c, attempt_, Diagnosis::ConfirmLinkTimeout);
}

}  // namespace smclab::handshake
