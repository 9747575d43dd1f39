// SPDX-License-Identifier: MIT
//
// From the send buffer into the peer's RMBE: RDMA writes, then the CDC that tells of them, on the
// same link in the same turn (RFC 7609 §4.7; Linux: smc_tx.c). A CDC carries both cursors and all
// flags, so whatever is owed leaves with the next one.
#pragma once

#include <cstdint>

#include "protocol/connection/connection.h"

namespace smclab {

/// The application put `bytes` more into the send buffer. Emits PostWrite and PostSend, or Refused;
/// small amounts wait while a CDC is in flight (autocorking_size).
void handle_wrote(ConnTurn t, std::uint32_t bytes);

/// Sends what the peer's window takes, and the CDC that is owed. Without a free slot the connection
/// waits in line.
void send_pending(ConnTurn t);

/// SlotFree: the connection is out of the line and may send. It may turn out to want nothing.
void handle_slot_free(ConnTurn t);

/// A CDC of this connection completed. Emits Writable if that freed space. After NotPosted its
/// sequence number is taken back and the connection waits in line to send it again; a link whose
/// queue refuses with nothing in flight is broken, and that, as every other failure, is the link's
/// affair.
void handle_sent(ConnTurn t, const Posted& posted, CompletionStatus status);

}  // namespace smclab
