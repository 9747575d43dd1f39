// SPDX-License-Identifier: MIT
//
// A scenario in the words of the world: hosts, cables, and the messages to tamper with.
#pragma once

#include <cstdint>

#include "emu/scenario/scenario.h"
#include "emu/world/world.h"

namespace smclab::world {

/// What the World of this scenario is built from.
[[nodiscard]] WorldParameters world_parameters(const scenario::Scenario& scenario,
                                               std::uint64_t seed, bool capture);

[[nodiscard]] constexpr Probability probability_of(scenario::Chance chance) noexcept {
  return {chance.per_billion};
}

}  // namespace smclab::world
