// SPDX-License-Identifier: MIT
//
// The Endpoint's part in handshakes: it brings them their events and does what comes of them. A
// handshake becomes a connection, or it is forgotten and all that it took is given back.
#include "protocol/buffer/size_class.h"
#include "protocol/endpoint.h"

namespace smclab {
namespace {

// What Accept or Confirm told of the peer's element.
void learn_peer(Connection& conn, const handshake::PeerEnd& peer, const Widths& widths) {
  const std::uint32_t size = size_of_class(peer.size_code, widths);
  conn.peer_token = peer.token;
  conn.peer_ring = Ring(size, widths.wrap_bits);
  conn.peer_element = {peer.rmb.rkey,
                       {peer.rmb.address.value + std::uint64_t{size} * (peer.rmbe_index - 1U)}};
}

}  // namespace

void Endpoint::negotiate(Turn& turn, ConnId id, const handshake::Event& event) {
  auto* negotiation = lives_.find_as<Negotiation>(id);
  if (negotiation == nullptr) return;
  const handshake::Context context{turn, directory_};
  conclude(turn, id,
           std::visit([&](auto& side) { return side.handle(context, event); }, negotiation->side));
}

void Endpoint::conclude(Turn& turn, ConnId id, const handshake::Outcome& outcome) {
  using Kind = handshake::Outcome::Kind;
  if (outcome.kind == Kind::Pending) return;
  --negotiations_;
  if (outcome.kind == Kind::Connected) return connect(turn, id);
  auto* negotiation = lives_.find_as<Negotiation>(id);
  SMCLAB_CHECK(negotiation != nullptr);
  handshake::give_back({turn, directory_}, negotiation->attempt());
  if (outcome.kind == Kind::FellBack) {
    turn.push(action::FellBack{id, outcome.own, outcome.peer});
  } else {
    if (outcome.reset) turn.push(action::ResetTcp{id});
    turn.push(action::Closed{id, outcome.why});
  }
  turn.push(action::Released{id});
  lives_.erase(id);
}

void Endpoint::connect(Turn& turn, ConnId id) {
  Life* life = lives_.find(id);
  SMCLAB_CHECK(life != nullptr);
  Negotiation& negotiation = std::get<Negotiation>(life->now);
  handshake::Attempt attempt = negotiation.attempt();
  timers_.cancel(attempt.timer);
  Connection conn = negotiation.early ? *negotiation.early : begin_connection(attempt);
  learn_peer(conn, attempt.peer, config_.widths);
  LinkGroup& group = directory_.groups.at(attempt.group);
  if (group.founder == id) group.founder = ConnId{};
  // Nothing is due on the stream any more. Asking for a message shows what comes all the same,
  // first of all a Decline that was sent too late.
  if (attempt.pull.stage == handshake::Pull::Stage::Idle) {
    handshake::pull_message({turn, directory_}, attempt);
  }
  life->now = conn;
  establish(turn_of(turn, std::get<Connection>(life->now)));
}

void Endpoint::tell_buffer_owner(Turn& turn, GroupId group_id, BufferId buffer,
                                 const handshake::Event& event) {
  const LinkGroup* group = directory_.groups.find(group_id);
  if (group == nullptr) return;
  for (const Member& member : group->roll) {
    const auto* negotiation = lives_.find_as<Negotiation>(member.conn);
    if (negotiation == nullptr) continue;
    const handshake::Attempt& attempt = negotiation->attempt();
    if (attempt.send_buffer == buffer || attempt.rmb == buffer) {
      return negotiate(turn, member.conn, event);
    }
  }
}

Connection Endpoint::begin_connection(const handshake::Attempt& attempt) const {
  const Pool& pool = directory_.pool;
  const unsigned wrap_bits = config_.widths.wrap_bits;
  return {.id = attempt.conn,
          .group = attempt.group,
          .link = attempt.link,
          .own_token = attempt.token,
          .send_buffer = attempt.send_buffer,
          .rmb = attempt.rmb,
          .send_ring = Ring(pool.size_of(attempt.send_buffer), wrap_bits),
          .rmb_ring = Ring(pool.size_of(attempt.rmb), wrap_bits)};
}

}  // namespace smclab
