// SPDX-License-Identifier: MIT
//
// What happens to a queue pair as a whole: changes of state, completions, failure, its place in
// the scheduler's line.
#pragma once

#include <optional>

#include "emu/rnic/device.h"
#include "emu/rnic/transport/states.h"

namespace smclab::rnic {

/// Puts a completion into a queue and tells the driver if it asked. An overflow is told, and the
/// queue pairs of that queue fail in fail_overflown().
void complete(Device& device, CqId cq, const Completion& completion, Step step);
/// The completion of a request that ended so.
[[nodiscard]] Completion completion_of(const QueuePair& qp, const SendEntry& entry,
                                       CompletionStatus status);

/// Carries out a driver's wish.
[[nodiscard]] VerbStatus modify(Device& device, QueuePair& qp, const input::ModifyQp& verb,
                                Step step);
/// Moves to Error by itself: all queued work completes as flushed, the event is told.
void fail(Device& device, QueuePair& qp, std::optional<AsyncKind> event, Step step);
/// Ends the oldest request in this way, and the queue pair with it. The completion tells of it, so
/// there is no event (InfiniBand 10.10.2.2).
void fail_request(Device& device, QueuePair& qp, CompletionStatus status, Step step);
/// Lets the queue pairs of overflown queues fail.
void fail_overflown(Device& device, Step step);
/// Cancels timers and leaves the scheduler, before the queue pair is forgotten.
void retire(Device& device, QueuePair& qp);

/// Whether a frame could be pulled, and keeps the queue pair's place in line accordingly.
[[nodiscard]] bool has_frames(const Device& device, const QueuePair& qp);
void update_line(Device& device, const QueuePair& qp);

}  // namespace smclab::rnic
