// SPDX-License-Identifier: MIT
//
// The `verbs` stage: real time, real TCP, and the RDMA devices of this machine, soft-RoCE or
// hardware, through libibverbs. The hosts of a scenario live in this process, each with its own
// Stack, and talk over ports that are cabled with each other.
#pragma once

#include <string>

#include "emu/runtime/stage/machine.h"
#include "emu/scenario/stage.h"

namespace smclab::runtime {

class VerbsStage : public scenario::Stage {
 public:
  [[nodiscard]] scenario::StageKind kind() const noexcept override {
    return scenario::StageKind::Verbs;
  }
  /// Cannot: the driver, a device or a right to it is missing, or the scenario asks for what a
  /// device cannot be made to do.
  [[nodiscard]] scenario::PlayEnd play(const scenario::Scenario& scenario,
                                       const scenario::PlayOptions& options,
                                       scenario::Outcome& outcome) override;
};

/// What of the scenario no device can play, in one sentence; empty if all can be.
[[nodiscard]] std::string verbs_obstacle(const scenario::Scenario& scenario);

/// Which check is about a counter that its node's devices do not keep, so that it would say
/// nothing; empty if none is.
[[nodiscard]] std::string counters_obstacle(const Machine& machine);

}  // namespace smclab::runtime
