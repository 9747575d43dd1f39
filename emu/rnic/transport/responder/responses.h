// SPDX-License-Identifier: MIT
//
// The frames that answer: responses of READs in the order of their PSNs, and behind them the one
// acknowledgement that is due.
#pragma once

#include "emu/rnic/device.h"

namespace smclab::rnic {

/// Whether an answer is ready to leave.
[[nodiscard]] bool can_respond(const QueuePair& qp);
/// Makes the next answer and changes nothing. False: a READ's memory is out of reach by now.
[[nodiscard]] bool make_response(const Device& device, const QueuePair& qp, OutgoingFrame& frame);
/// The frame just made leaves.
void commit_response(Device& device, QueuePair& qp);
/// The response could not be made: the READ is refused at the next tick.
void fail_response(Device& device, QueuePair& qp, Instant now);
/// That tick.
void handle_failed_response(Device& device, QueuePair& qp, Step step);

}  // namespace smclab::rnic
