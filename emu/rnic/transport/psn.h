// SPDX-License-Identifier: MIT
//
// Arithmetic of packet sequence numbers. Inside, a requester counts its packets in 64 bits and
// never wraps; only what travels is short. The width is a parameter so that a checker can make
// wraps frequent.
#pragma once

#include <cstdint>

#include "protocol/types.h"

namespace smclab::rnic {

class PsnSpace {
 public:
  explicit constexpr PsnSpace(unsigned bits) noexcept : mask_((std::uint32_t{1} << bits) - 1) {}

  [[nodiscard]] constexpr bool holds(Psn psn) const noexcept { return psn.value <= mask_; }
  [[nodiscard]] constexpr Psn add(Psn psn, std::uint64_t count) const noexcept {
    return {static_cast<std::uint32_t>(psn.value + count) & mask_};
  }
  /// How far `to` lies ahead of `from`; negative when it lies behind. Numbers half a circle away
  /// count as behind (InfiniBand 9.7.2).
  [[nodiscard]] constexpr std::int64_t distance(Psn from, Psn to) const noexcept {
    const std::uint32_t ahead = (to.value - from.value) & mask_;
    return ahead > mask_ / 2 ? std::int64_t{ahead} - mask_ - 1 : std::int64_t{ahead};
  }
  /// The most packets that one message or one window may span, so that ahead and behind are
  /// never confused: a quarter of the circle.
  [[nodiscard]] constexpr std::uint32_t span() const noexcept { return (mask_ + 1) / 4; }

  bool operator==(const PsnSpace&) const = default;

 private:
  std::uint32_t mask_;
};

}  // namespace smclab::rnic
