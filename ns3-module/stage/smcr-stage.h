// SPDX-License-Identifier: MIT
//
// The `ns3` stage: a scenario's hosts as ns-3 nodes, its cables as simple point-to-point channels,
// its connections as SmcrSockets. It has no faults yet and says so.
#pragma once

#include "emu/scenario/stage.h"

namespace ns3 {

class SmcrStage : public smclab::scenario::Stage {
 public:
  smclab::scenario::StageKind kind() const noexcept override {
    return smclab::scenario::StageKind::Ns3;
  }
  /// Cannot: faults, disturbed links, IPv6, a capture, or hosts that no link joins.
  smclab::scenario::PlayEnd play(const smclab::scenario::Scenario& scenario,
                                 const smclab::scenario::PlayOptions& options,
                                 smclab::scenario::Outcome& outcome) override;
};

}  // namespace ns3
