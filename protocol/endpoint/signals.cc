// SPDX-License-Identifier: MIT
//
// The Endpoint between its parts: signals that a lower part gave are delivered to the handshakes
// and connections above it, and a timer that fired goes to the part that armed it.
#include "protocol/connection/closing.h"
#include "protocol/connection/sender.h"
#include "protocol/endpoint.h"
#include "protocol/link/flow/rkey_flow.h"
#include "protocol/link/flow/test_link.h"
#include "protocol/link/termination.h"

namespace smclab {

void Endpoint::deliver(Turn& turn) {
  // Delivering one may give more, behind it.
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    const Signal signal = signals_[i];
    deliver(turn, signal);
  }
  signals_.clear();
}

void Endpoint::deliver(Turn& turn, const Signal& signal) {
  switch (signal.kind) {
    case SignalKind::LinkMade:
      return negotiate(turn, signal.conn, handshake::LinkMade{});
    case SignalKind::LinkReady:
      return negotiate(turn, signal.conn, handshake::LinkReady{});
    case SignalKind::LinkAsked:
      return negotiate(turn, signal.conn, handshake::LinkAsked{});
    case SignalKind::LinkConfirmed:
      return negotiate(turn, signal.conn, handshake::LinkConfirmed{});
    case SignalKind::LinkRefused:
      return negotiate(turn, signal.conn, handshake::LinkRefused{signal.why});
    case SignalKind::LinkLost:
      return negotiate(turn, signal.conn, handshake::LinkLost{.peer_gave_up = !signal.ok});
    case SignalKind::BufferReady:
      return tell_buffer_owner(turn, signal.group, signal.buffer,
                               handshake::BufferReady{signal.buffer});
    case SignalKind::RkeyDone:
      return negotiate(turn, signal.conn, handshake::RkeyDone{signal.ok});
    case SignalKind::TryAgain:
      return negotiate(turn, signal.conn, handshake::TryAgain{});
    case SignalKind::SlotFree:
      return wake_waiting(turn, signal.link);
    case SignalKind::ConnectionEnds:
      return take_back(turn, signal.conn);
    case SignalKind::ConnectionBreaks:
      if (auto* conn = lives_.find_as<Connection>(signal.conn)) {
        // A peer that has closed was only tired of waiting for this side's half (§4.8.1).
        abort_connection(turn_of(turn, *conn),
                         conn->peer_is_done() ? CloseReason::ResetByPeer : CloseReason::Violation);
      }
      return;
    case SignalKind::GroupEnds:
      return end_members(turn, signal.group);
    case SignalKind::GroupGone:
      return erase_group(turn, directory_, signal.group);
  }
}

// Each in line gets one chance; who finds the slots taken again queues behind the others.
void Endpoint::wake_waiting(Turn& turn, LinkId id) {
  Link* link = directory_.links.find(id);
  if (link == nullptr) return;
  for (std::size_t left = link->waiting.size(); left > 0 && link->can_post(); --left) {
    if (link->waiting.empty()) return;
    const ConnId conn_id = link->waiting.front();
    link->waiting.erase(link->waiting.begin());
    auto* conn = lives_.find_as<Connection>(conn_id);
    if (conn != nullptr) handle_slot_free(turn_of(turn, *conn));
  }
}

// Connections lose their link; handshakes do as well, and know best what that means.
void Endpoint::end_members(Turn& turn, GroupId id) {
  LinkGroup* group = directory_.groups.find(id);
  if (group == nullptr) return;
  const std::vector<Member> members = std::exchange(group->roll, {});
  for (const Member& member : members) {
    if (auto* conn = lives_.find_as<Connection>(member.conn)) {
      handle_link_lost(turn_of(turn, *conn));
    } else {
      negotiate(turn, member.conn, handshake::LinkLost{});
    }
  }
}

// The connection is over: its token may be given out again, its buffers serve the next one.
void Endpoint::take_back(Turn& turn, ConnId id) {
  auto* conn = lives_.find_as<Connection>(id);
  SMCLAB_CHECK(conn != nullptr);
  timers_.cancel(conn->timer);
  for (const BufferId buffer : {conn->send_buffer, conn->rmb}) {
    if (directory_.pool.release(turn, buffer, !conn->peer_is_done())) {
      revoke_rmb(turn, directory_, buffer);
    }
  }
  LinkGroup* group = directory_.groups.find(conn->group);
  if (group != nullptr) {
    const Member* member = group->find(conn->own_token);
    if (member != nullptr && member->conn == id) group->leave(conn->own_token);
    note_departure(turn, *group);
  }
  lives_.erase(id);
}

void Endpoint::fire(Turn& turn, const Alarm& alarm) {
  switch (alarm.kind) {
    case TimerKind::Handshake:
      return negotiate(turn, {alarm.index, alarm.generation}, handshake::TimerFired{});
    case TimerKind::LlcFlow:
      if (auto* group = directory_.groups.find({alarm.index, alarm.generation})) {
        handle_flow_timer(turn, directory_, *group);
      }
      return;
    case TimerKind::TestLink:
      if (auto* link = directory_.links.find({alarm.index, alarm.generation})) {
        handle_test_timer(turn, directory_, *link);
      }
      return;
    case TimerKind::GroupIdle:
      if (auto* group = directory_.groups.find({alarm.index, alarm.generation})) {
        handle_idle_timer(turn, directory_, *group);
      }
      return;
    case TimerKind::Flush:
    case TimerKind::CloseWait:
      if (auto* conn = lives_.find_as<Connection>({alarm.index, alarm.generation})) {
        handle_close_timer(turn_of(turn, *conn));
      }
      return;
  }
}

}  // namespace smclab
