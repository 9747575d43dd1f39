// SPDX-License-Identifier: MIT
//
// What hosts and their applications did, by the names that `smclab run --json` promises
// (scenario::HostResult).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "emu/scenario/flow.h"
#include "emu/scenario/outcome.h"
#include "emu/stack/stack.h"

namespace smclab::staging {

/// The RNIC counters, summed over the host's RNICs, and what is alive on it now; what one of the
/// RNICs does not count is not among them. A stage appends what its fabric counts.
[[nodiscard]] std::vector<scenario::Counter> host_counters(const stack::Stack& stack);

/// What both applications of each flow saw, in its place, and the verdict on their bytes. It is the
/// applications' own: a stage whose oracle sees every byte has a better one.
void report_flows(std::span<const scenario::PlannedFlow> flows, scenario::Outcome& outcome);

/// The RNIC counter of this name.
[[nodiscard]] std::optional<rnic::Counters::Which> rnic_counter(std::string_view name);

}  // namespace smclab::staging
