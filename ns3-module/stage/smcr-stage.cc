// SPDX-License-Identifier: MIT
#include "ns3-module/stage/smcr-stage.h"

#include "ns3-module/stage/smcr-run.h"

namespace ns3 {

namespace {

namespace scenario = smclab::scenario;

bool Disturbed(const scenario::LinkSpec& link) {
  const scenario::LinkSpec calm;
  return link.loss != calm.loss || link.duplicate != calm.duplicate ||
         link.corrupt != calm.corrupt || link.reorder != calm.reorder;
}

bool Joined(const scenario::Scenario& scenario, const scenario::WorkloadSpec& workload) {
  for (const scenario::LinkSpec& link : scenario.links) {
    if (link.a.node == workload.from && link.b.node == workload.to) return true;
    if (link.b.node == workload.from && link.a.node == workload.to) return true;
  }
  return false;
}

// What the stage does not play, in words; empty if it plays all.
std::string Obstacle(const scenario::Scenario& scenario, const scenario::PlayOptions& options) {
  if (!scenario.faults.empty()) return "faults";
  if (options.capture) return "a capture (set outputs: {capture: false})";
  for (const scenario::LinkSpec& link : scenario.links) {
    if (Disturbed(link)) return "links that lose, double, damage or reorder frames";
  }
  for (const scenario::NodeSpec& node : scenario.nodes) {
    if (node.echoes_option) return "a TCP that echoes options";
    for (const smclab::Device& device : node.config.devices) {
      if (!device.address.is_v4() || device.gid != device.address.gid) {
        return "RNICs whose RoCE address is not their IPv4 address";
      }
    }
  }
  for (const scenario::WorkloadSpec& workload : scenario.workloads) {
    if (!Joined(scenario, workload)) return "connections between nodes that no link joins";
  }
  return {};
}

}  // namespace

scenario::PlayEnd SmcrStage::play(const scenario::Scenario& scenario,
                                  const scenario::PlayOptions& options,
                                  scenario::Outcome& outcome) {
  const std::string obstacle = Obstacle(scenario, options);
  if (!obstacle.empty()) {
    outcome.missing = "stage ns3 cannot play " + obstacle + " yet; stage world can";
    return scenario::PlayEnd::Cannot;
  }
  return SmcrRun(scenario, options, outcome).Play();
}

}  // namespace ns3
