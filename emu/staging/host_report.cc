// SPDX-License-Identifier: MIT
#include "emu/staging/host_report.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace smclab::staging {
namespace {

struct Named {
  std::string_view name;
  rnic::Counters::Which member;
};

constexpr std::array kRnicCounters = {
    Named{"frames_sent", &rnic::Counters::frames_sent},
    Named{"frames_received", &rnic::Counters::frames_received},
    Named{"retransmissions", &rnic::Counters::retransmissions},
    Named{"duplicates", &rnic::Counters::duplicates},
    Named{"out_of_sequence", &rnic::Counters::out_of_sequence},
    Named{"rnr_naks_sent", &rnic::Counters::rnr_naks_sent},
    Named{"rnr_naks_received", &rnic::Counters::rnr_naks_received},
    Named{"access_naks_sent", &rnic::Counters::access_naks_sent},
    Named{"dropped_malformed", &rnic::Counters::dropped_malformed},
    Named{"dropped_opcode", &rnic::Counters::dropped_opcode},
    Named{"dropped_qpn", &rnic::Counters::dropped_qpn},
    Named{"dropped_source", &rnic::Counters::dropped_source},
};

}  // namespace

std::optional<rnic::Counters::Which> rnic_counter(std::string_view name) {
  const auto found = std::find_if(kRnicCounters.begin(), kRnicCounters.end(),
                                  [&](const Named& named) { return named.name == name; });
  if (found == kRnicCounters.end()) return std::nullopt;
  return found->member;
}

std::vector<scenario::Counter> host_counters(const stack::Stack& stack) {
  std::vector<scenario::Counter> counters;
  const std::size_t devices = stack.parameters().smc.devices.size();
  for (const Named& counter : kRnicCounters) {
    std::uint64_t sum = 0;
    bool known = true;
    for (std::uint8_t i = 0; i < devices; ++i) {
      sum += stack.counters({i}).*counter.member;
      known = known && stack.counts({i}, counter.member);
    }
    if (known) counters.push_back({counter.name, sum});
  }
  const stack::Census census = stack.census();
  counters.push_back({"link_groups", census.link_groups});
  counters.push_back({"queue_pairs", census.queue_pairs});
  counters.push_back({"memory_regions", census.memory_regions});
  return counters;
}

void report_flows(std::span<const scenario::PlannedFlow> flows, scenario::Outcome& outcome) {
  bool intact = true;
  for (const scenario::PlannedFlow& flow : flows) {
    auto& connection = outcome.workloads[flow.workload].connections[flow.connection];
    connection = {flow.client.result(), flow.server.result()};
    intact = intact && connection.client.intact && connection.server.intact;
  }
  outcome.verdicts.push_back({.name = "byte_exact",
                              .passed = intact,
                              .detail = intact ? "" : "an application got a wrong byte"});
}

}  // namespace smclab::staging
