// SPDX-License-Identifier: MIT
//
// What was posted on one queue of a queue pair and is not finished, oldest first. A failed
// completion of libibverbs does not say what kind of work it ends, and work that is not signaled
// ends in silence with the next that is: so each gets a number, and the numbers are kept here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emu/rnic/output.h"

namespace smclab::verbs {

/// Marks the wr_id of a receive; the rest is its number. The two queues count for themselves.
inline constexpr std::uint64_t kReceiveBit = std::uint64_t{1} << 63;

/// The caller's number for a piece of work, and what it is.
struct Work {
  rnic::WorkId id = 0;
  rnic::CompletionKind kind = rnic::CompletionKind::Send;
};

class PostedWork {
 public:
  explicit PostedWork(std::uint32_t depth) : places_(depth) {}

  [[nodiscard]] bool full() const noexcept { return next_ - oldest_ == places_.size(); }
  /// The number that the next add() gives.
  [[nodiscard]] std::uint64_t next() const noexcept { return next_; }
  /// Remembers work; there must be room.
  void add(const Work& work) noexcept { places_[next_++ % places_.size()] = work; }
  /// Forgets this one and all before it. Nothing for a number that is not posted.
  [[nodiscard]] std::optional<Work> finish(std::uint64_t number) noexcept {
    if (number < oldest_ || number >= next_) return std::nullopt;
    oldest_ = number + 1;
    return places_[number % places_.size()];
  }
  void forget_all() noexcept { oldest_ = next_; }

 private:
  std::vector<Work> places_;
  std::uint64_t oldest_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace smclab::verbs
