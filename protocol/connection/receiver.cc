// SPDX-License-Identifier: MIT
#include "protocol/connection/receiver.h"

#include "protocol/connection/closing.h"
#include "protocol/connection/lifecycle.h"
#include "protocol/connection/practice.h"
#include "protocol/connection/sender.h"
#include "protocol/connection/sequence.h"

namespace smclab {
namespace {

void trace_dropped(ConnTurn t, std::string_view cause, std::uint64_t sequence) {
  trace_refuses(t.turn, subject(TraceObject::Connection, t.conn.id),
                {.to = "cdc", .cause = cause, .clause = "RFC 7609 A.4", .value = sequence});
}

// RFC 7609 §4.6.1: the peer believes that we have got everything up to this sequence number.
void handle_failover_validation(ConnTurn t, const wire::Cdc& cdc) {
  if (!is_newer(cdc.sequence, t.conn.rx_sequence, t.turn.config.widths.sequence_bits)) return;
  trace_dropped(t, "data was lost with the other link", cdc.sequence);
  abort_connection(t, CloseReason::LinkLost);
}

// The cursors of a CDC, judged against what the peer may know (reliability rows 35, 36 and 38).
struct Motions {
  Motion producer;
  Motion consumer;
};
[[nodiscard]] Motions judge(const Connection& conn, const wire::Cdc& cdc) {
  const std::uint32_t space = conn.rmb_ring.space(conn.rxconf, conn.rxprod);
  const std::uint32_t outstanding = conn.peer_ring.distance(conn.rxcons, conn.txprod);
  return {conn.rmb_ring.judge(conn.rxprod, from_wire(cdc.producer), space),
          conn.peer_ring.judge(conn.rxcons, from_wire(cdc.consumer), outstanding)};
}

[[nodiscard]] std::string_view find_violation(const Connection& conn, const Motions& motions) {
  if (is_violation(motions.producer)) return describe(motions.producer);
  if (is_violation(motions.consumer)) return describe(motions.consumer);
  if (motions.producer == Motion::Forward && conn.peer.done) return "data behind D";
  return {};
}

void take_cursors(ConnTurn t, const wire::Cdc& cdc, const Motions& motions) {
  Connection& conn = t.conn;
  conn.peer.write_blocked = cdc.write_blocked;
  conn.update_requested = cdc.cursor_update_requested;
  if (cdc.cursor_update_requested) owe_cdc(conn);
  if (motions.consumer == Motion::Forward) conn.rxcons = from_wire(cdc.consumer);
  if (motions.producer != Motion::Forward) return;
  conn.rxprod = from_wire(cdc.producer);
  if (conn.connected && !conn.app_closed) t.push(action::Readable{conn.id, conn.readable()});
}

// The state flags, once each; A wins over C, and C over D (reliability row 38).
void take_flags(ConnTurn t, const wire::Cdc& cdc) {
  Connection& conn = t.conn;
  if (cdc.abnormal_close) {
    conn.peer.aborted = true;
    // Behind an A of this side it is the answer.
    if (!conn.own.aborted) end_with(conn, CloseReason::ResetByPeer);
    step(t, CloseInput::PeerAborted);
    return;
  }
  if (cdc.peer_connection_closed && !conn.peer.closed) {
    conn.peer.closed = conn.peer.done = true;
    step(t, CloseInput::PeerClosed);
    if (conn.unsent() == 0 || !conn.state.is({ConnState::AppCloseWait1})) return;
    end_with(conn, CloseReason::ResetByPeer);
    step(t, CloseInput::Undeliverable);
  } else if (cdc.sending_done && !conn.peer.done) {
    conn.peer.done = true;
    step(t, CloseInput::PeerDone);
  }
}

[[nodiscard]] bool is_update_due(const Connection& conn, const Practice& practice) {
  if (conn.peer_is_done()) return false;
  if (conn.update_requested) return true;
  if (conn.peer.write_blocked && practice.update_whenever_blocked) return true;
  const std::uint32_t size = conn.rmb_ring.size();
  const std::uint32_t untold = conn.rmb_ring.distance(conn.rxconf, conn.txcons);
  if (untold <= update_limit(size, practice)) return false;
  return conn.peer.write_blocked || conn.rmb_ring.space(conn.rxconf, conn.rxprod) <= size / 2;
}

[[nodiscard]] std::optional<Refusal> refuse_read(const Connection& conn, std::uint32_t bytes) {
  if (!conn.connected) return Refusal::NotConnected;
  if (conn.app_closed || conn.told_closed) return Refusal::UnknownConnection;
  if (bytes > conn.readable()) return Refusal::TooMuch;
  return std::nullopt;
}

}  // namespace

void handle_cdc(ConnTurn t, const wire::Cdc& cdc) {
  Connection& conn = t.conn;
  if (conn.state.is({ConnState::Closed}) || conn.peer.aborted) return;
  if (conn.ended && !conn.connected) return;
  if (cdc.failover_validation) return handle_failover_validation(t, cdc);
  if (!is_newer(cdc.sequence, conn.rx_sequence, t.turn.config.widths.sequence_bits)) {
    return trace_dropped(t, "sequence is not newer", cdc.sequence);
  }
  conn.rx_sequence = cdc.sequence;
  // Behind an abort, and behind the peer's C, nothing but the end of the abort matters.
  if (!conn.own.aborted && !conn.peer.closed) {
    const Motions motions = judge(conn, cdc);
    const std::string_view violation = find_violation(conn, motions);
    if (!violation.empty()) {
      trace_dropped(t, violation, cdc.sequence);
      return abort_connection(t, CloseReason::Violation);
    }
    take_cursors(t, cdc, motions);
  }
  take_flags(t, cdc);
  tell_end_of_stream(t);
  send_pending(t);
  settle(t);
}

void handle_read(ConnTurn t, std::uint32_t bytes) {
  Connection& conn = t.conn;
  if (const auto why = refuse_read(conn, bytes)) return t.push(action::Refused{conn.id, *why});
  conn.txcons = conn.rmb_ring.advance(conn.txcons, bytes);
  const Practice practice = practice_of(t.turn.config.profile);
  if (bytes > 0 && is_update_due(conn, practice)) owe_cdc(conn);
  if (conn.readable() == 0) conn.peer.write_blocked = false;
  settle(t);
}

void tell_end_of_stream(ConnTurn t) {
  Connection& conn = t.conn;
  const bool knows = conn.told_end_of_stream || !conn.connected || conn.app_closed;
  if (knows || !conn.peer.done || conn.peer.aborted || conn.ended) return;
  conn.told_end_of_stream = true;
  t.push(action::EndOfStream{conn.id});
}

}  // namespace smclab
