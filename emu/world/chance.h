// SPDX-License-Identifier: MIT
//
// Chance for the virtual world: xoshiro256** by Blackman and Vigna under distributions of our own,
// since those of the standard library differ between implementations. Integers only, so every
// compiler draws the same numbers. Independent streams are split off a seed by name, so that a new
// consumer does not disturb the draws of the others. Nobody can be attacked here, so speed counts
// for more than what the core's generator offers.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "protocol/time.h"

namespace smclab::world {

/// A probability in parts per billion: 0 is never, kAlways is certain.
struct Probability {
  static constexpr std::uint32_t kAlways = 1'000'000'000;
  std::uint32_t per_billion = 0;
  auto operator<=>(const Probability&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(per_billion);
  }
};

class Dice {
 public:
  /// The stream of `seed` that is called `name`, the `index`-th of that name.
  Dice(std::uint64_t seed, std::string_view name, std::uint64_t index);

  /// 64 uniform bits.
  std::uint64_t next() noexcept;
  /// Uniform in 0…bound-1, without bias. bound must not be 0.
  std::uint64_t below(std::uint64_t bound) noexcept;
  /// Whether an event of that probability happens. Draws nothing where it cannot or must.
  bool happens(Probability probability) noexcept;
  /// Uniform in 0…longest, both included; zero for a negative span.
  Duration up_to(Duration longest) noexcept;
  /// What a core or an RNIC is seeded with.
  std::array<std::uint64_t, 4> entropy() noexcept { return {next(), next(), next(), next()}; }

  bool operator==(const Dice&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(state_);
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace smclab::world
