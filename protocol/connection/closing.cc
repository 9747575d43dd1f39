// SPDX-License-Identifier: MIT
#include "protocol/connection/closing.h"

#include "protocol/connection/lifecycle.h"
#include "protocol/connection/sender.h"

namespace smclab {

void handle_close(ConnTurn t) {
  Connection& conn = t.conn;
  if (conn.app_closed) return;
  conn.app_closed = true;
  conn.close_waits = true;
  send_pending(t);
  settle(t);
}

void handle_shutdown(ConnTurn t) {
  Connection& conn = t.conn;
  if (conn.app_closed || conn.own.done) return;
  conn.shutdown_waits = true;
  send_pending(t);
  settle(t);
}

void handle_abort(ConnTurn t) {
  Connection& conn = t.conn;
  conn.app_closed = true;
  abort_connection(t, CloseReason::LocalAbort);
}

void handle_tcp_down(ConnTurn t, TcpEnd how) {
  if (how == TcpEnd::Fin) return;
  t.conn.tcp_over = true;
  abort_connection(t, CloseReason::ResetByPeer);
}

void handle_close_timer(ConnTurn t) {
  Connection& conn = t.conn;
  if (!conn.alarm) return;
  const TimerKind kind = *conn.alarm;
  conn.alarm.reset();
  const bool flush = kind == TimerKind::Flush;
  trace_fires(t.turn, subject(TraceObject::Connection, conn.id),
              {.to = flush ? "flush_wait" : "close_wait",
               .cause = flush ? "data is still unsent" : "the peer did not close",
               .clause = "RFC 7609 §4.8.1"});
  if (flush) {
    conn.flush_over = true;
  } else {
    end_with(conn, CloseReason::TimedOut);
    step(t, CloseInput::TimedOut);
  }
  settle(t);
}

void handle_link_lost(ConnTurn t) {
  Connection& conn = t.conn;
  end_with(conn, CloseReason::LinkLost);
  conn.killed = true;
  conn.in_line = false;
  conn.close_waits = conn.shutdown_waits = false;
  step(t, CloseInput::Killed);
  settle(t);
}

void abort_connection(ConnTurn t, CloseReason why) {
  Connection& conn = t.conn;
  end_with(conn, why);
  if (!conn.connected && !conn.app_closed) return;
  conn.close_waits = conn.shutdown_waits = false;
  step(t, CloseInput::Abort);
  settle(t);
}

}  // namespace smclab
