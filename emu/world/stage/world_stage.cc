// SPDX-License-Identifier: MIT
#include "emu/world/stage/world_stage.h"

#include "emu/world/stage/player.h"

namespace smclab::world {

scenario::PlayEnd WorldStage::play(const scenario::Scenario& scenario,
                                   const scenario::PlayOptions& options,
                                   scenario::Outcome& outcome) {
  return Player(scenario, options, outcome).run();
}

}  // namespace smclab::world
