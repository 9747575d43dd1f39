// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/verbs_stage.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "emu/runtime/device/driver_plugin.h"
#include "emu/runtime/stage/devices.h"
#include "emu/runtime/stage/real_run.h"
#include "emu/staging/host_report.h"

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

// A device of the node that does not keep this counter.
const DevicePort* lacking(const Machine& machine, std::string_view node,
                          rnic::Counters::Which which) {
  for (std::size_t i = 0; i < machine.ports.size(); ++i) {
    if (machine.scenario.nodes[i].name != node) continue;
    for (const auto& port : machine.ports[i]) {
      if (!port->counts(which)) return port.get();
    }
  }
  return nullptr;
}

}  // namespace

std::string counters_obstacle(const Machine& machine) {
  constexpr std::string_view kHosts = "hosts.";
  for (const scenario::CheckSpec& check : machine.scenario.checks) {
    const std::string_view path = check.path;
    const auto dot = path.rfind('.');
    if (!path.starts_with(kHosts) || dot < kHosts.size()) continue;
    const std::string_view counter = path.substr(dot + 1);
    const auto which = staging::rnic_counter(counter);
    const DevicePort* const port =
        which ? lacking(machine, path.substr(kHosts.size(), dot - kHosts.size()), *which) : nullptr;
    if (port == nullptr) continue;
    return "stage verbs cannot check '" + check.name + "': the RDMA device " +
           port->facts().device + " does not count " + std::string(counter);
  }
  return {};
}

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
  if (auto obstacle = counters_obstacle(*machine); !obstacle.empty()) return cannot(obstacle);
  RealRun run(*machine, options, outcome);
  if (const auto opened = run.open(); !opened) return cannot(opened.error());
  return run.play();
}

}  // namespace smclab::runtime
