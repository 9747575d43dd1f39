// SPDX-License-Identifier: MIT
//
// Patience and repair: the wait for an answer, the wait for a receiver, and what is sent again
// when an answer says that something is missing or does not come (InfiniBand 9.7.5, 9.7.6).
#pragma once

#include "emu/rnic/device.h"

namespace smclab::rnic {

/// Something was sent: an answer is due. Does nothing while a wait runs.
void await_answer(Device& device, QueuePair& qp, Instant now);
/// An answer brought something new: patience is whole again, and the wait begins anew or ends.
void note_progress(Device& device, QueuePair& qp, Instant now);
/// Packets from the oldest unanswered one on are sent again, if the patience is not at its end.
void retry(Device& device, QueuePair& qp, Step step);
/// An answer to something is missing although later ones came; one retry for each such gap.
void note_gap(Device& device, QueuePair& qp, Step step);
/// The peer has no receive posted: wait as long as its timer code says, and send again.
void wait_for_receiver(Device& device, QueuePair& qp, std::uint8_t code, Step step);
/// The requester's timer fired.
void handle_timer(Device& device, QueuePair& qp, Step step);

}  // namespace smclab::rnic
