// SPDX-License-Identifier: MIT
//
// What a host did, by the names that `smclab run --json` promises (scenario::HostResult).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "emu/scenario/outcome.h"
#include "emu/stack/stack.h"

namespace smclab::staging {

/// The RNIC counters, summed over the host's RNICs, and what is alive on it now; what one of the
/// RNICs does not count is not among them. A stage appends what its fabric counts.
[[nodiscard]] std::vector<scenario::Counter> host_counters(const stack::Stack& stack);

/// The RNIC counter of this name.
[[nodiscard]] std::optional<rnic::Counters::Which> rnic_counter(std::string_view name);

}  // namespace smclab::staging
