// SPDX-License-Identifier: MIT
//
// From a posted request to the frames that carry it.
#pragma once

#include "emu/rnic/device.h"

namespace smclab::rnic {

/// The most bytes of one message (InfiniBand 9.7.1).
inline constexpr std::uint64_t kLargestMessage = std::uint64_t{1} << 31;

/// How many packets a message of so many bytes takes; an empty one takes one.
[[nodiscard]] constexpr std::uint32_t packets_of(std::uint32_t length, std::uint32_t mtu) noexcept {
  return length == 0 ? 1 : (length - 1) / mtu + 1;
}

/// Queues a request; in Error it completes as flushed.
[[nodiscard]] VerbStatus post_send(Device& device, QueuePair& qp, const SendRequest& request,
                                   Step step);

/// Whether the next packet may leave: there is one, the window is open, and nothing is waited for.
[[nodiscard]] bool can_request(const Device& device, const QueuePair& qp);
/// Makes the frame of the next packet and changes nothing, so that a frame that finds no room
/// leaves no trace. False: a local buffer may not be used.
[[nodiscard]] bool make_request(const Device& device, const QueuePair& qp, OutgoingFrame& frame);
/// The frame just made leaves.
void commit_request(Device& device, QueuePair& qp, Instant now, const OutgoingFrame& frame);
/// The frame could not be made. Nothing is sent until the packets before it are acknowledged; then
/// the request fails.
void stall(Device& device, QueuePair& qp, Instant now);

}  // namespace smclab::rnic
