// SPDX-License-Identifier: MIT
//
// What a host did, by the names that `smclab run --json` promises (scenario::HostResult).
#pragma once

#include <vector>

#include "emu/scenario/outcome.h"
#include "emu/stack/stack.h"

namespace smclab::staging {

/// The RNIC counters, summed over the host's RNICs, and what is alive on it now. A stage appends
/// what its fabric counts.
[[nodiscard]] std::vector<scenario::Counter> host_counters(const stack::Stack& stack);

}  // namespace smclab::staging
