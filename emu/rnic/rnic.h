// SPDX-License-Identifier: MIT
//
// A software RoCE NIC with one port. It is told verbs, received frames and the time, and gives
// answers, events and completions; frames leave only when they are pulled. It has no clock, no
// thread and no memory of its own to read from or write to: it names ranges, the driver moves
// bytes. Refuses what hardware refuses: wrong key, protection domain, range or right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "emu/rnic/config.h"
#include "emu/rnic/device.h"
#include "emu/rnic/input.h"
#include "emu/rnic/output.h"
#include "protocol/time.h"

namespace smclab::rnic {

/// A value: copying an Rnic copies its future, and two that were given the same inputs are equal.
class Rnic {
 public:
  explicit Rnic(const RnicConfig& config);

  /// Tells the RNIC one thing. What it answers is appended to `out`, in the order in which it must
  /// be carried out; the first output of a verb is its VerbDone. `now` never goes back.
  void handle(Instant now, const Input& input, Outputs& out);

  /// Takes completions out of a queue, oldest first, and returns how many. An unknown queue is
  /// empty.
  [[nodiscard]] std::size_t poll(CqId cq, std::span<Completion> out);

  /// Appends the frames to send now, within the budget. Queue pairs take turns. Gives nothing while
  /// the port is down.
  void transmit(Instant now, const Budget& budget, OutgoingFrames& out);

  /// From when on transmit() has something to give: the clock's minimum means now, nothing means
  /// not before another input. O(1).
  [[nodiscard]] std::optional<Instant> next_transmit() const noexcept;
  /// Bit p: a frame of priority p waits, so a driver whose open priorities are none of these need
  /// not ask.
  [[nodiscard]] std::uint8_t waiting_priorities() const noexcept;

  /// When a Tick is wanted next; may move earlier in handle() and transmit(). O(1).
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;

  [[nodiscard]] const RnicConfig& config() const noexcept { return device_.config; }
  [[nodiscard]] const Counters& counters() const noexcept { return device_.counters; }
  [[nodiscard]] std::uint64_t digest() const;
  bool operator==(const Rnic&) const = default;

 private:
  Device device_;
};

}  // namespace smclab::rnic
