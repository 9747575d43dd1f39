// SPDX-License-Identifier: MIT
//
// What makes a host on a real machine itself, and differs at each start: its entropy and its peer
// id. In the world both come from the seed instead.
#pragma once

#include "protocol/input.h"
#include "protocol/types.h"

namespace smclab::runtime {

/// From the operating system, so that a peer cannot guess the next key or token.
[[nodiscard]] input::Entropy entropy_of_the_system();

/// The MAC behind an instance number that differs from start to start (RFC 7609 A.2.1).
[[nodiscard]] PeerId new_peer_id(const Mac& mac);

}  // namespace smclab::runtime
