// SPDX-License-Identifier: MIT
#include "emu/staging/host_setup.h"

#include <algorithm>
#include <variant>

namespace smclab::staging {
namespace {

/// Whether a fault waits for a CDC message: then the core must trace them.
bool waits_for_data(const scenario::Scenario& scenario) {
  return std::any_of(scenario.faults.begin(), scenario.faults.end(), [](const auto& fault) {
    const auto* trigger = std::get_if<scenario::OnEvent>(&fault.trigger);
    return trigger != nullptr && trigger->what == "cdc";
  });
}

}  // namespace

stack::Parameters host_parameters(const scenario::Scenario& scenario, std::uint32_t node) {
  const scenario::NodeSpec& spec = scenario.nodes[node];
  stack::Parameters parameters{.smc = spec.config};
  parameters.smc.trace_data =
      parameters.smc.trace_data || scenario.outputs.trace_data || waits_for_data(scenario);
  for (const scenario::RnicSpec& rnic : spec.rnics) {
    parameters.rnics.push_back({.cq_depth = rnic.cq_depth,
                                .timeout = rnic.timeout,
                                .retry_count = rnic.retry_count,
                                .rnr_retry = rnic.rnr_retry,
                                .min_rnr_timer = rnic.min_rnr_timer,
                                .poll_delay = rnic.poll_delay});
  }
  return parameters;
}

}  // namespace smclab::staging
