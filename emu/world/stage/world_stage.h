// SPDX-License-Identifier: MIT
//
// The stage that needs nothing: a scenario played in the in-memory world, on virtual time, with
// every fault exact. The same seed gives the same run on every machine.
#pragma once

#include "emu/scenario/stage.h"

namespace smclab::world {

class WorldStage : public scenario::Stage {
 public:
  [[nodiscard]] scenario::StageKind kind() const noexcept override {
    return scenario::StageKind::World;
  }
  [[nodiscard]] scenario::PlayEnd play(const scenario::Scenario& scenario,
                                       const scenario::PlayOptions& options,
                                       scenario::Outcome& outcome) override;
};

}  // namespace smclab::world
