// SPDX-License-Identifier: MIT
//
// What paces the requests of a queue pair. A controller is told what left and what came back;
// answers are never paced. Each kind is one alternative of the variant, chosen by
// RnicConfig::rate_control.
#pragma once

#include <cstdint>
#include <variant>

#include "emu/rnic/config.h"
#include "protocol/time.h"

namespace smclab::rnic {

/// No pacing: the wire is the limit.
struct Unlimited {
  bool operator==(const Unlimited&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(std::uint8_t{0});
  }
};

using RateController = std::variant<Unlimited>;

[[nodiscard]] constexpr RateController make_rate_controller(RateControl kind) noexcept {
  switch (kind) {
    case RateControl::None:
      return Unlimited{};
  }
  return Unlimited{};
}

/// A request of so many bytes left.
constexpr void charge(Unlimited&, Instant, std::uint32_t) noexcept {}
/// The peer says that the path is congested.
constexpr void slow_down(Unlimited&, Instant) noexcept {}

}  // namespace smclab::rnic
