// SPDX-License-Identifier: MIT
//
// What a peer's CDC says, checked before it is believed, and what the application takes out of
// the RMBE (RFC 7609 §4.5.1 and A.4; Linux: smc_cdc.c, smc_rx.c). Emits Readable, EndOfStream,
// consumer updates, and through closing.h all that ends a connection.
#pragma once

#include <cstdint>

#include "protocol/connection/connection.h"
#include "protocol/wire/cdc.h"

namespace smclab {

/// A CDC whose alert token names this connection in the group of the link it came by. May come
/// before establish(). Old and repeated ones are dropped; one that an honest peer cannot have sent
/// aborts the connection.
void handle_cdc(ConnTurn t, const wire::Cdc& cdc);

/// The application took `bytes` out. Emits PostSend if the peer should know now, or Refused.
void handle_read(ConnTurn t, std::uint32_t bytes);

/// Emits EndOfStream if the peer has said that nothing more comes, once.
void tell_end_of_stream(ConnTurn t);

}  // namespace smclab
