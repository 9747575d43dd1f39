// SPDX-License-Identifier: MIT
#include "protocol/endpoint.h"

#include "protocol/connection/closing.h"
#include "protocol/connection/receiver.h"
#include "protocol/connection/sender.h"
#include "protocol/digest.h"
#include "protocol/link/flow/activation.h"
#include "protocol/link/flow/llc.h"
#include "protocol/link/termination.h"
#include "protocol/wire/decode.h"

namespace smclab {

Endpoint::Endpoint(const Config& config) : config_(config), directory_(config) {
  // They have a fixed place in messages.
  SMCLAB_CHECK(config.ueids.size() <= kMostUeids && config.release <= 1);
}

void Endpoint::handle(Instant now, const Input& input, Actions& out) {
  Turn turn{now, config_, out, timers_, chance_, signals_};
  std::visit([&](const auto& held) { on(turn, held); }, input);
  deliver(turn);
}

std::uint64_t Endpoint::digest() const {
  Digest digest;
  digest(timers_, chance_, directory_, lives_, negotiations_);
  return digest.value();
}

std::vector<ConnectionView> Endpoint::connections() const {
  std::vector<ConnectionView> views;
  lives_.for_each([&](ConnId id, const Life& life) {
    if (const auto* conn = std::get_if<Connection>(&life.now)) {
      const LinkGroup* group = directory_.groups.find(conn->group);
      views.push_back({.id = id,
                       .state = describe(conn->state.get()),
                       .connection = conn,
                       .role = group != nullptr ? group->role : Role::Client,
                       .group = conn->group,
                       .link = conn->link});
    } else if (const auto* negotiation = std::get_if<Negotiation>(&life.now)) {
      const handshake::Attempt& attempt = negotiation->attempt();
      views.push_back(
          {.id = id,
           .state = std::visit([](const auto& s) { return s.state_name(); }, negotiation->side),
           .connection = nullptr,
           .role = attempt.role,
           .group = attempt.group,
           .link = attempt.link});
    }
  });
  return views;
}

void Endpoint::on(Turn&, const input::Entropy& input) {
  chance_.stir(input.words);
}

// --- TCP -----------------------------------------------------------------------------------------

void Endpoint::on(Turn& turn, const input::TcpUp& input) {
  if (input.conn.index >= config_.limits.connections || lives_.taken(input.conn)) {
    turn.push(action::Refused{input.conn, Refusal::TooManyConnections});
    turn.push(action::ResetTcp{input.conn});
    return;
  }
  if (!config_.smc || !input.both_offered) {
    // Both sides know from SYN and SYN-ACK: no CLC at all (RFC 7609 §3.1).
    turn.push(action::FellBack{.conn = input.conn, .own = Diagnosis::PeerHasNoSmc});
    turn.push(action::Released{input.conn});
    return;
  }
  const handshake::Attempt attempt{.conn = input.conn,
                                   .role = input.role,
                                   .local = input.local,
                                   .peer_address = input.peer,
                                   .crowded = negotiations_ >= config_.limits.pending_handshakes};
  ++negotiations_;
  Negotiation begun{input.role == Role::Client
                        ? decltype(Negotiation::side){handshake::Client(attempt)}
                        : handshake::Server(attempt)};
  lives_.add(input.conn, begun);
  auto& negotiation = *lives_.find_as<Negotiation>(input.conn);
  const handshake::Context context{turn, directory_};
  conclude(turn, input.conn,
           std::visit([&](auto& side) { return side.start(context); }, negotiation.side));
}

void Endpoint::on(Turn& turn, const input::TcpBytes& input) {
  if (auto* negotiation = lives_.find_as<Negotiation>(input.conn)) {
    const handshake::Context context{turn, directory_};
    const auto pulled = handshake::take_bytes(context, negotiation->attempt(), input.bytes);
    if (!pulled) return;
    if (*pulled) return negotiate(turn, input.conn, handshake::MessageArrived{**pulled});
    return negotiate(turn, input.conn, handshake::MessageBroken{pulled->error()});
  }
  // The stream is silent now. A Decline that comes too late leaves the peer's application on TCP
  // and ours on SMC-R: nothing can be saved (RFC 7609 C.3).
  if (auto* conn = lives_.find_as<Connection>(input.conn)) {
    trace_refuses(turn, subject(TraceObject::Connection, input.conn),
                  {.to = "tcp", .cause = "bytes behind the handshake", .clause = "RFC 7609 C.3"});
    abort_connection(turn_of(turn, *conn), CloseReason::Violation);
  }
}

void Endpoint::on(Turn& turn, const input::TcpDown& input) {
  if (lives_.find_as<Negotiation>(input.conn) != nullptr) {
    return negotiate(turn, input.conn, handshake::TcpGone{input.how});
  }
  if (auto* conn = lives_.find_as<Connection>(input.conn)) {
    handle_tcp_down(turn_of(turn, *conn), input.how);
  }
}

// --- the application -----------------------------------------------------------------------------

Connection* Endpoint::find_connected(Turn& turn, ConnId id) {
  Life* life = lives_.find(id);
  if (life == nullptr) {
    turn.push(action::Refused{id, Refusal::UnknownConnection});
    return nullptr;
  }
  auto* conn = std::get_if<Connection>(&life->now);
  if (conn == nullptr) turn.push(action::Refused{id, Refusal::NotConnected});
  return conn;
}

void Endpoint::on(Turn& turn, const input::Wrote& input) {
  if (auto* conn = find_connected(turn, input.conn)) {
    handle_wrote(turn_of(turn, *conn), input.bytes);
  }
}

void Endpoint::on(Turn& turn, const input::Read& input) {
  if (auto* conn = find_connected(turn, input.conn)) {
    handle_read(turn_of(turn, *conn), input.bytes);
  }
}

void Endpoint::on(Turn& turn, const input::Shutdown& input) {
  if (auto* conn = find_connected(turn, input.conn)) handle_shutdown(turn_of(turn, *conn));
}

void Endpoint::on(Turn& turn, const input::Close& input) {
  if (lives_.find_as<Negotiation>(input.conn) != nullptr) {
    return negotiate(turn, input.conn, handshake::AppLeft{});
  }
  if (auto* conn = find_connected(turn, input.conn)) handle_close(turn_of(turn, *conn));
}

void Endpoint::on(Turn& turn, const input::Abort& input) {
  if (lives_.find_as<Negotiation>(input.conn) != nullptr) {
    return negotiate(turn, input.conn, handshake::AppLeft{});
  }
  if (auto* conn = find_connected(turn, input.conn)) handle_abort(turn_of(turn, *conn));
}

// --- the RNIC ------------------------------------------------------------------------------------

void Endpoint::on(Turn& turn, const input::QpMade& input) {
  handle_qp_made(turn, directory_, input);
}

void Endpoint::on(Turn& turn, const input::QpMoved& input) {
  handle_qp_moved(turn, directory_, input);
}

void Endpoint::on(Turn& turn, const input::BufferMade& input) {
  const Buffer* buffer = directory_.pool.find(input.buffer);
  if (buffer == nullptr) return;
  const GroupId group = buffer->group;
  if (directory_.pool.handle_made(turn, input) == Progress::Denied) {
    tell_buffer_owner(turn, group, input.buffer, handshake::BufferDenied{Diagnosis::Memory});
  }
}

void Endpoint::on(Turn& turn, const input::BufferRegistered& input) {
  const Buffer* buffer = directory_.pool.find(input.buffer);
  if (buffer == nullptr) return;
  const GroupId group = buffer->group;
  const Progress progress = directory_.pool.handle_registered(turn, input);
  if (progress == Progress::Ready) {
    tell_buffer_owner(turn, group, input.buffer, handshake::BufferReady{input.buffer});
  } else if (progress == Progress::Denied) {
    tell_buffer_owner(turn, group, input.buffer,
                      handshake::BufferDenied{Diagnosis::RegistrationFailed});
  }
}

void Endpoint::on(Turn& turn, const input::SendDone& input) {
  Link* link = directory_.links.find(input.link);
  if (link == nullptr || link->is(LinkState::Inactive)) return;
  const auto posted = link->slots.finish(input.request);
  // A write has no slot and completes only when it failed; what follows it is void as well.
  const bool lost = input.status != CompletionStatus::Success &&
                    (input.status != CompletionStatus::NotPosted || !posted);
  if (lost) return lose_link(turn, directory_, *link, "a send failed");
  if (!posted) return;
  if (posted->conn.assigned()) {
    auto* conn = lives_.find_as<Connection>(posted->conn);
    if (conn != nullptr) handle_sent(turn_of(turn, *conn), *posted, input.status);
  } else if (input.status == CompletionStatus::Success) {
    handle_llc_sent(turn, directory_, *link, *posted);
  }
  if (input.status == CompletionStatus::Success) return use_free_slots(turn, *link);
  // The queue was full; the next completion makes room. If there is none to come, it never will.
  if (link->slots.idle()) lose_link(turn, directory_, *link, "an idle queue takes nothing");
}

void Endpoint::on(Turn& turn, const input::Message& input) {
  Link* link = directory_.links.find(input.link);
  if (link == nullptr || link->is(LinkState::Inactive)) return;
  link->last_receive = turn.now;
  const bool is_cdc =
      !input.bytes.empty() && wire::class_of(input.bytes.front()) == wire::MessageClass::Cdc;
  if (is_cdc) return receive_cdc(turn, *link, input.bytes);
  handle_llc(turn, directory_, *link, input.bytes);
}

void Endpoint::receive_cdc(Turn& turn, Link& link, std::span<const std::byte> bytes) {
  const auto cdc = wire::decode<wire::Cdc>(bytes);
  if (!cdc) {
    ++directory_.dropped.malformed;
    return;
  }
  note_answer_arrived(turn, directory_, link);
  const Member* member = directory_.group_of(link).find(cdc->token);
  Life* life = member != nullptr ? lives_.find(member->conn) : nullptr;
  if (life == nullptr) {
    ++directory_.dropped.no_token;
    return;
  }
  if (turn.config.trace_data) {
    trace_receives(turn, subject(TraceObject::Connection, member->conn),
                   {.to = "cdc", .clause = "RFC 7609 A.4", .value = bytes.size()});
  }
  if (auto* conn = std::get_if<Connection>(&life->now)) {
    return handle_cdc(turn_of(turn, *conn), *cdc);
  }
  // RFC 7609 §3.5.2.4: it is held until the handshake is over. Before this side's end is told to
  // the peer nobody can have a token of ours.
  auto& negotiation = std::get<Negotiation>(life->now);
  if (!negotiation.attempt().rmb_told) {
    ++directory_.dropped.no_token;
    return;
  }
  if (!negotiation.early) negotiation.early = begin_connection(negotiation.attempt());
  handle_cdc({turn, *negotiation.early, nullptr}, *cdc);
}

void Endpoint::on(Turn& turn, const input::QpFailed& input) {
  Link* link = directory_.links.find(input.link);
  if (link != nullptr) lose_link(turn, directory_, *link, "queue pair failed");
}

void Endpoint::on(Turn& turn, const input::PortState& input) {
  if (input.device.value >= directory_.ports.size()) return;
  directory_.ports[input.device.value] = input.up ? 1 : 0;
  if (!input.up) lose_port(turn, directory_, input.device);
}

void Endpoint::on(Turn& turn, const input::Tick&) {
  while (const auto alarm = timers_.pop_due(turn.now)) {
    fire(turn, *alarm);
    deliver(turn);
  }
}

}  // namespace smclab
