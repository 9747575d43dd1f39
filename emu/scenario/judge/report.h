// SPDX-License-Identifier: MIT
//
// Outcomes as JSON: what `smclab run --json` prints and what checks read their values from. A key
// once written here is never renamed without a new schema_version.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "emu/scenario/judge/judge.h"
#include "emu/scenario/scenario.h"
#include "emu/scenario/stage.h"

namespace smclab::scenario {

/// Changes when a key is renamed or means something else.
inline constexpr int kReportVersion = 1;
/// Beyond this many connections a workload's `flows` list no more; their sums stay complete.
inline constexpr std::size_t kMostFlows = 1'000;

/// workloads, hosts and performance of a run: all that checks can read.
[[nodiscard]] nlohmann::ordered_json facts_of(const Scenario& scenario, const Outcome& outcome);

/// The whole object of one file: of its only run, or of several under `runs`.
[[nodiscard]] nlohmann::ordered_json report(const Scenario& scenario,
                                            std::span<const PlayedRun> runs);

/// report() as text: one line, or indented for a file.
[[nodiscard]] std::string report_text(const Scenario& scenario, std::span<const PlayedRun> runs,
                                      bool indented);

/// A trace record as one line of JSON, without the line end. Same seed, same bytes.
[[nodiscard]] std::string trace_line(const Scenario& scenario, const HostRecord& record);

}  // namespace smclab::scenario
