// SPDX-License-Identifier: MIT
#include "ns3-module/stage/ns3-stage.h"

#include "ns3-module/stage/ns3-network.h"
#include "ns3-module/stage/ns3-run.h"

namespace smclab::ns3_stage {

scenario::PlayEnd Ns3Stage::play(const scenario::Scenario& scenario,
                                 const scenario::PlayOptions& options, scenario::Outcome& outcome) {
  outcome.missing = ns3::FindObstacle(scenario);
  if (!outcome.missing.empty()) return scenario::PlayEnd::Cannot;
  ns3::Ns3Run run(scenario, options, outcome);
  return run.Play();
}

}  // namespace smclab::ns3_stage
