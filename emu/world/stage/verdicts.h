// SPDX-License-Identifier: MIT
//
// What a run says about itself when it is over: counters of each host, and the verdicts on the
// invariants that no scenario can switch off (docs/testing.md).
#pragma once

#include "emu/scenario/outcome.h"
#include "emu/scenario/scenario.h"
#include "emu/world/world.h"

namespace smclab::world {

void describe_hosts(const scenario::Scenario& scenario, const World& world,
                    scenario::Outcome& outcome);

/// I1: every stream that was received is a prefix of the one sent, and whole where it ended.
void judge_bytes(const World& world, scenario::Outcome& outcome);

/// I4 and I5: once its applications are gone, a world goes back to nothing in bounded time. Works
/// on a copy.
void judge_rest(World world, scenario::Outcome& outcome);

}  // namespace smclab::world
