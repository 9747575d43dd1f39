// SPDX-License-Identifier: MIT
//
// Where a run on the real clock takes place: the scenario with addresses that this machine has,
// and the devices that stand for its RNICs.
#pragma once

#include <vector>

#include "emu/runtime/real_host.h"
#include "emu/scenario/scenario.h"

namespace smclab::runtime {

struct Machine {
  scenario::StageKind stage = scenario::StageKind::Emu;
  scenario::Scenario scenario;
  std::vector<DevicePorts> ports;  ///< by node; those of a node without devices are software
};

}  // namespace smclab::runtime
