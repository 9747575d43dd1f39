// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/verbs_stage.h"

#include <algorithm>
#include <variant>

#include "emu/runtime/device/driver_plugin.h"
#include "emu/runtime/stage/devices.h"
#include "emu/runtime/stage/real_run.h"

namespace smclab::runtime {
namespace {

// Frames belong to the device and the kernel, and a driver cannot stop in this process alone.
bool playable(const scenario::FaultAction& action) {
  return !WireFaults::knows(action) && !std::holds_alternative<scenario::Stall>(action);
}

bool perfect(const scenario::LinkSpec& link) {
  constexpr scenario::Chance kNever;
  return link.loss == kNever && link.duplicate == kNever && link.corrupt == kNever &&
         link.reorder == kNever;
}

}  // namespace

std::string verbs_obstacle(const scenario::Scenario& scenario) {
  for (const scenario::FaultSpec& fault : scenario.faults) {
    if (playable(fault.action)) continue;
    return "stage verbs cannot play the fault '" + std::string(describe(fault.action)) +
           "'; stage world can";
  }
  if (!std::all_of(scenario.links.begin(), scenario.links.end(), perfect)) {
    return "stage verbs cannot make a link lose, damage, double or reorder frames; "
           "stages world and emu can";
  }
  return {};
}

scenario::PlayEnd VerbsStage::play(const scenario::Scenario& scenario,
                                   const scenario::PlayOptions& options,
                                   scenario::Outcome& outcome) {
  const auto cannot = [&](std::string why) {
    outcome.missing = std::move(why);
    return scenario::PlayEnd::Cannot;
  };
  if (auto obstacle = verbs_obstacle(scenario); !obstacle.empty()) return cannot(obstacle);
  const auto driver = load_driver();
  if (!driver) return cannot("stage verbs: " + driver.error());
  const auto machine = place_on_devices(scenario, **driver);
  if (!machine) return cannot("stage verbs: " + machine.error());
  RealRun run(*machine, options, outcome);
  if (const auto opened = run.open(); !opened) return cannot(opened.error());
  return run.play();
}

}  // namespace smclab::runtime
