// SPDX-License-Identifier: MIT
//
// A scenario's node in the words of a Stack, the same for every stage that drives Stacks.
#pragma once

#include <cstdint>

#include "emu/scenario/scenario.h"
#include "emu/stack/parameters.h"

namespace smclab::staging {

/// All but the peer id, which a stage makes in its own way: from the seed, or at each start.
[[nodiscard]] stack::Parameters host_parameters(const scenario::Scenario& scenario,
                                                std::uint32_t node);

}  // namespace smclab::staging
