// SPDX-License-Identifier: MIT
#include "emu/world/stage/setup.h"

#include <algorithm>
#include <variant>

#include "emu/staging/host_setup.h"

namespace smclab::world {
namespace {

using scenario::Scenario;

CableParameters cable_parameters(const scenario::LinkSpec& link) {
  return {.host_a = {link.a.node},
          .device_a = {static_cast<std::uint8_t>(link.a.rnic)},
          .host_b = {link.b.node},
          .device_b = {static_cast<std::uint8_t>(link.b.rnic)},
          .rate = link.rate,
          .mtu = link.mtu,
          .weather = {.loss = probability_of(link.loss),
                      .duplicate = probability_of(link.duplicate),
                      .corrupt = probability_of(link.corrupt),
                      .reorder = probability_of(link.reorder),
                      .reorder_delay = link.reorder_delay,
                      .delay = link.delay}};
}

}  // namespace

WorldParameters world_parameters(const Scenario& scenario, std::uint64_t seed, bool capture) {
  WorldParameters parameters{.seed = seed, .capture = capture};
  for (std::uint32_t node = 0; node < scenario.nodes.size(); ++node) {
    parameters.hosts.push_back({.stack = staging::host_parameters(scenario, node),
                                .echoes_option = scenario.nodes[node].echoes_option});
  }
  for (const scenario::LinkSpec& link : scenario.links) {
    parameters.cables.push_back(cable_parameters(link));
  }
  return parameters;
}

}  // namespace smclab::world
