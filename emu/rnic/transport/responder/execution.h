// SPDX-License-Identifier: MIT
//
// Executes what the peer asks, in the order of its PSNs and exactly once (InfiniBand 9.7.4). What
// is refused places not one byte.
#pragma once

#include "emu/rnic/device.h"
#include "emu/rnic/wire/packet.h"

namespace smclab::rnic {

/// Handles a request packet; the queue pair may receive.
void handle_request(Device& device, QueuePair& qp, const roce::Packet& packet, Step step);

/// Queues a receive buffer; in Error it completes as flushed.
[[nodiscard]] VerbStatus post_receive(Device& device, QueuePair& qp, const input::PostReceive& verb,
                                      Step step);

}  // namespace smclab::rnic
