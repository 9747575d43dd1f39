// SPDX-License-Identifier: MIT
//
// The stage `ns3`: plays a scenario in ns-3's simulator.
#ifndef NS3_STAGE_H
#define NS3_STAGE_H
#pragma once

#include "emu/scenario/stage.h"

namespace smclab::ns3_stage {

class Ns3Stage : public scenario::Stage {
 public:
  [[nodiscard]] scenario::StageKind kind() const noexcept override {
    return scenario::StageKind::Ns3;
  }
  [[nodiscard]] scenario::PlayEnd play(const scenario::Scenario& scenario,
                                       const scenario::PlayOptions& options,
                                       scenario::Outcome& outcome) override;
};

}  // namespace smclab::ns3_stage

#endif  // NS3_STAGE_H
