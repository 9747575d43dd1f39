// SPDX-License-Identifier: MIT
//
// A completion queue (InfiniBand 10.8). It holds as many entries as the driver asked for; one
// more is lost and makes the queue useless, which is an event and the end of the queue pairs
// that use it.
#pragma once

#include <cstdint>
#include <span>

#include "emu/rnic/output.h"
#include "emu/rnic/resources/ring.h"

namespace smclab::rnic {

/// What became of a completion.
enum class Delivery : std::uint8_t {
  Queued,
  Announced,  ///< queued, and the driver asked to be told
  Overflow,   ///< lost: the first one that did not fit
  Lost,       ///< lost behind an overflow
};

class CompletionQueue {
 public:
  CompletionQueue(CqId id, std::uint32_t depth) noexcept : id_(id), depth_(depth) {}

  [[nodiscard]] CqId id() const noexcept { return id_; }
  [[nodiscard]] Delivery push(const Completion& completion);
  /// Takes the oldest completions, and returns how many.
  std::size_t poll(std::span<Completion> out) noexcept;
  /// The next completion is to be announced.
  void arm() noexcept { armed_ = true; }

  /// Queue pairs that complete into this queue count as users, once for each of their two halves.
  void attach() noexcept { ++users_; }
  void detach() noexcept { --users_; }
  [[nodiscard]] bool overflown() const noexcept { return overflown_; }
  [[nodiscard]] bool in_use() const noexcept { return users_ > 0; }

  bool operator==(const CompletionQueue&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(id_, depth_, users_, armed_, overflown_, completions_);
  }

 private:
  CqId id_;
  std::uint32_t depth_ = 0;
  std::uint32_t users_ = 0;
  bool armed_ = false;
  bool overflown_ = false;
  Ring<Completion> completions_;
};

}  // namespace smclab::rnic
