// SPDX-License-Identifier: MIT
#include "protocol/connection/lifecycle.h"

#include "protocol/connection/practice.h"
#include "protocol/connection/sender.h"

namespace smclab {
namespace {

[[nodiscard]] machine::Facts<CloseFact> facts_of(const Connection& conn, const Practice& practice) {
  const bool unsent = conn.unsent() > 0 && !conn.own.aborted;
  machine::Facts<CloseFact> facts;
  facts.set(CloseFact::Unsent, unsent && !conn.flush_over);
  const bool given_up = unsent && practice.abort_what_was_not_flushed;
  facts.set(CloseFact::Lossy, conn.readable() > 0 || given_up);
  facts.set(CloseFact::CloseSent, conn.close_sent());
  facts.set(CloseFact::PeerGone, conn.peer_is_done());
  return facts;
}

void carry_out(Connection& conn, CloseEffect effect) {
  switch (effect) {
    case CloseEffect::None:
    case CloseEffect::Wait:
      return;
    case CloseEffect::SendDone:
      conn.own.done = true;
      break;
    case CloseEffect::SendClosed:
      SMCLAB_CHECK(!conn.close_sent());
      conn.own.closed = true;
      break;
    case CloseEffect::SendAbort:
      SMCLAB_CHECK(!conn.close_sent());
      conn.own.aborted = true;
      break;
  }
  owe_cdc(conn);
}

// True if the application's close or shutdown got through.
bool ask_again(ConnTurn t) {
  Connection& conn = t.conn;
  if (conn.close_waits) {
    conn.shutdown_waits = false;
    conn.close_waits = step(t, CloseInput::Close) == CloseEffect::Wait;
    return !conn.close_waits;
  }
  if (conn.shutdown_waits) {
    conn.shutdown_waits = step(t, CloseInput::Shutdown) == CloseEffect::Wait;
    return !conn.shutdown_waits;
  }
  return false;
}

// RFC 7609 §4.8.1 wants no state to last for ever. While the application holds the other end of a
// half close, it is the application that can end it, so no timer runs.
[[nodiscard]] std::optional<TimerKind> timer_needed(const Connection& conn) {
  using enum ConnState;
  if (conn.close_waits) return TimerKind::Flush;
  const bool waits_for_peer = conn.state.is({PeerCloseWait1, PeerCloseWait2, PeerFinCloseWait});
  if (conn.state.is({PeerAbortWait}) || (waits_for_peer && conn.close_sent())) {
    return TimerKind::CloseWait;
  }
  return std::nullopt;
}

void watch_clock(ConnTurn t) {
  Connection& conn = t.conn;
  const std::optional<TimerKind> needed = timer_needed(conn);
  if (needed == conn.alarm) return;
  conn.alarm = needed;
  if (!needed) return t.turn.timers.cancel(conn.timer);
  const Timeouts& timeouts = t.turn.config.timeouts;
  const bool flush = *needed == TimerKind::Flush;
  t.turn.arm(conn.timer, flush ? timeouts.flush_wait : timeouts.close_wait,
             alarm_of(*needed, conn.id));
}

// SMC-R first, then TCP (RFC 7609 §4.8.1): FIN goes right behind the final CDC, so that the peer
// does not hold TCP's TIME_WAIT; whoever breaks off resets.
void end_tcp(ConnTurn t) {
  Connection& conn = t.conn;
  if (conn.tcp_over) return;
  const bool reset = conn.ended && *conn.ended != CloseReason::ResetByPeer;
  if (reset) {
    t.push(action::ResetTcp{conn.id});
  } else if (conn.final_posted || (conn.state.is({ConnState::Closed}) && !conn.close_sent())) {
    t.push(action::FinishTcp{conn.id});
  } else {
    return;
  }
  conn.tcp_over = true;
}

void tell_closed(ConnTurn t) {
  Connection& conn = t.conn;
  if (conn.told_closed) return;
  conn.told_closed = true;
  const CloseReason in_order = conn.own.aborted ? CloseReason::LocalAbort : CloseReason::Orderly;
  t.push(action::Closed{conn.id, conn.ended.value_or(in_order)});
}

// The peer or the RNIC still uses the buffers while a CDC is in flight or owed.
[[nodiscard]] bool is_over(const Connection& conn) {
  const bool quiet = conn.in_flight == 0 && (!conn.close_sent() || conn.final_posted);
  return conn.app_closed && conn.state.is({ConnState::Closed}) && (quiet || conn.killed);
}

}  // namespace

CloseEffect step(ConnTurn t, CloseInput input) {
  Connection& conn = t.conn;
  const auto facts = facts_of(conn, practice_of(t.turn.config.profile));
  const auto step = kCloseMachine.step(conn.state.get(), input, facts);
  SMCLAB_CHECK(step.verdict != machine::Verdict::Violation);
  conn.state.become(step.to, describe(input), [&](auto from, auto to, auto why) {
    trace_state(t.turn, subject(TraceObject::Connection, conn.id),
                {.from = from, .to = to, .cause = why, .clause = "RFC 7609 §4.8"});
  });
  carry_out(conn, step.then);
  return step.then;
}

void end_with(Connection& conn, CloseReason why) {
  if (!conn.ended && !conn.state.is({ConnState::Closed})) conn.ended = why;
}

void owe_cdc(Connection& conn) {
  conn.owes_cdc = !conn.final_posted;
}

void settle(ConnTurn t) {
  Connection& conn = t.conn;
  if (ask_again(t) || conn.owes_cdc) send_pending(t);
  watch_clock(t);
  end_tcp(t);
  if (conn.ended && !conn.app_closed && conn.connected) tell_closed(t);
  if (!is_over(conn) || conn.released) return;
  tell_closed(t);
  t.push(action::Released{conn.id});
  t.turn.signal({.kind = SignalKind::ConnectionEnds,
                 .conn = conn.id,
                 .group = conn.group,
                 .link = conn.link,
                 .buffer = conn.rmb});
  conn.released = true;
}

}  // namespace smclab
