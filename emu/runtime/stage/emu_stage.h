// SPDX-License-Identifier: MIT
//
// The `emu` stage: real time, real sockets, our own software RNIC, no privilege. The hosts of a
// scenario live in this process, each with its own Stack, on loopback addresses of their own;
// RoCEv2 frames cross real UDP sockets on port 4791 and CLC a real TCP connection.
#pragma once

#include "emu/scenario/stage.h"

namespace smclab::runtime {

class EmuStage : public scenario::Stage {
 public:
  [[nodiscard]] scenario::StageKind kind() const noexcept override {
    return scenario::StageKind::Emu;
  }
  /// Cannot: port 4791 is taken, an address is not ours, or the scenario asks for a fault that
  /// real sockets cannot play.
  [[nodiscard]] scenario::PlayEnd play(const scenario::Scenario& scenario,
                                       const scenario::PlayOptions& options,
                                       scenario::Outcome& outcome) override;
};

}  // namespace smclab::runtime
