// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/emu_stage.h"

#include <string>
#include <variant>

#include "emu/runtime/stage/loopback.h"
#include "emu/runtime/stage/real_run.h"

namespace smclab::runtime {
namespace {

// What real sockets cannot play, in words; empty if all can be.
std::string obstacle(const scenario::Scenario& scenario) {
  for (const scenario::FaultSpec& fault : scenario.faults) {
    if (!std::holds_alternative<scenario::Stall>(fault.action)) continue;
    return "stage emu cannot play the fault '" + std::string(describe(fault.action)) +
           "'; stage world can";
  }
  return {};
}

}  // namespace

scenario::PlayEnd EmuStage::play(const scenario::Scenario& scenario,
                                 const scenario::PlayOptions& options, scenario::Outcome& outcome) {
  outcome.missing = obstacle(scenario);
  if (!outcome.missing.empty()) return scenario::PlayEnd::Cannot;
  const auto placed = place_on_loopback(scenario);
  if (!placed) {
    outcome.missing = "stage emu cannot place the hosts on loopback: " + placed.error();
    return scenario::PlayEnd::Cannot;
  }
  const Machine machine{.stage = kind(), .scenario = *placed};
  RealRun run(machine, options, outcome);
  if (const auto opened = run.open(); !opened) {
    outcome.missing = opened.error();
    return scenario::PlayEnd::Cannot;
  }
  return run.play();
}

}  // namespace smclab::runtime
