// SPDX-License-Identifier: MIT
//
// What the peer's answers do to the send queue: acknowledgements and NAKs (InfiniBand 9.7.5) and
// the responses of a READ. Answers to what was never asked are dropped and counted.
#pragma once

#include "emu/rnic/device.h"
#include "emu/rnic/wire/packet.h"

namespace smclab::rnic {

/// Handles a packet whose opcode answers(); the queue pair is ready to send.
void handle_answer(Device& device, QueuePair& qp, const roce::Packet& packet, Step step);

}  // namespace smclab::rnic
