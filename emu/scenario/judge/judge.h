// SPDX-License-Identifier: MIT
//
// Says whether a run was what its scenario expects. There is no expression language: a check is a
// path, an operator and a value, and its verdict is a sentence with what was found.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emu/scenario/outcome.h"
#include "emu/scenario/scenario.h"
#include "emu/scenario/stage.h"

namespace smclab::scenario {

/// What one check came to.
struct CheckVerdict {
  std::string name;
  Place place;  ///< of the check in the file; none for those that no file writes
  bool passed = false;
  std::string expected;  ///< "workloads[0].intact == true"
  std::string found;     ///< what there was instead or indeed, in words
  bool operator==(const CheckVerdict&) const = default;
};

/// One play of a scenario, and what was thought of it.
struct PlayedRun {
  StageKind stage = StageKind::World;
  std::uint64_t seed = 0;
  PlayEnd end = PlayEnd::Played;
  Outcome outcome;
  std::vector<CheckVerdict> checks;
  std::string capture;  ///< path of the pcapng; empty if none was written
};

/// Judges every check of the scenario, the stage's own verdicts, and that no byte was wrong. A
/// scenario without checks is held to this: every connection does what its workload says.
[[nodiscard]] std::vector<CheckVerdict> judge(const Scenario& scenario, StageKind stage,
                                              const Outcome& outcome);

[[nodiscard]] bool passed(std::span<const CheckVerdict> checks) noexcept;

/// What is wrong with the paths of checks, as far as that can be said before playing; part of
/// what makes a file a bad scenario.
struct PathFault {
  Place place;
  std::string message;
};
[[nodiscard]] std::vector<PathFault> check_paths(const Scenario& scenario);

}  // namespace smclab::scenario
