// SPDX-License-Identifier: MIT
//
// The requests one by one. Each function executes one packet whole, or changes nothing but the
// fate of a receive buffer and says which NAK it deserves (InfiniBand 9.7.4.1, 9.9.3). None:
// executed.
#pragma once

#include "emu/rnic/device.h"
#include "emu/rnic/wire/packet.h"

namespace smclab::rnic {

[[nodiscard]] Reply execute_send(Device& device, QueuePair& qp, const roce::Packet& packet,
                                 Step step);
[[nodiscard]] Reply execute_write(Device& device, QueuePair& qp, const roce::Packet& packet,
                                  Step step);
/// Queues the answer to a READ and moves the expected PSN behind its responses.
[[nodiscard]] Reply queue_read(const Device& device, QueuePair& qp, const roce::Packet& packet);
/// The same for a READ, or the rest of one, that was asked before. InvalidNak: it never was.
[[nodiscard]] Reply queue_read_again(const Device& device, QueuePair& qp,
                                     const roce::Packet& packet);

}  // namespace smclab::rnic
