// SPDX-License-Identifier: MIT
#include "protocol/connection/connection.h"

#include "protocol/connection/lifecycle.h"
#include "protocol/connection/receiver.h"
#include "protocol/connection/sender.h"

namespace smclab {

void establish(ConnTurn t) {
  Connection& conn = t.conn;
  SMCLAB_CHECK(!conn.connected && conn.peer_ring.size() > 0);
  conn.connected = true;
  step(t, CloseInput::Established);
  t.push(action::Connected{conn.id, conn.send_buffer, conn.rmb, conn.send_ring.size(),
                           conn.rmb_ring.size()});
  if (conn.readable() > 0 && !conn.peer.aborted) {
    t.push(action::Readable{conn.id, conn.readable()});
  }
  tell_end_of_stream(t);
  // What was wrong with a CDC that came early is acted upon only now that an A can be sent.
  if (conn.ended && !conn.own.aborted) step(t, CloseInput::Abort);
  settle(t);
}

}  // namespace smclab
