// SPDX-License-Identifier: MIT
//
// How a connection ends: in order, by abort from either side, by a lost link, or by a timer that
// does not let a silent peer hold it for ever (RFC 7609 §4.8, Linux: smc_close.c). What happens
// when is the table of close_machine.h; here are its effects and the duties around it: flushing
// first, the final CDC even if no slot is free now, TCP's FIN right behind it, and exactly one
// Closed and one Released for the application.
//
// A connection is over when the application closed, the machine is in Closed, and nothing is in
// flight. Then Released and the signal ConnectionEnds are given once; the Endpoint takes back token
// and buffers (the RMB with peer_is_done() in mind) and forgets the value. An application that was
// told Closed before it closed still has to close.
#pragma once

#include "protocol/connection/connection.h"

namespace smclab {

/// The application is gone. Data is flushed for up to Timeouts::flush_wait; what then is unsent, or
/// here unread, turns the final C into A.
void handle_close(ConnTurn t);
/// The application writes no more; D follows the last byte.
void handle_shutdown(ConnTurn t);
/// The application is gone and wants the peer to see a reset.
void handle_abort(ConnTurn t);
/// TCP ended. An RST aborts (RFC 7609 §4.8.2); a FIN means nothing without C.
void handle_tcp_down(ConnTurn t, TcpEnd how);
/// The timer for Flush or CloseWait fired.
void handle_close_timer(ConnTurn t);
/// No link is left to this peer; `t.link` is not used. Nothing more is sent.
void handle_link_lost(ConnTurn t);
/// Breaks the connection off with an A for the peer, for example because the peer broke the
/// protocol or reused this connection's RMBE.
void abort_connection(ConnTurn t, CloseReason why);

}  // namespace smclab
