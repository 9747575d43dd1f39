// SPDX-License-Identifier: MIT
#include "emu/staging/host_report.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace smclab::staging {
namespace {

struct Named {
  std::string_view name;
  std::uint64_t rnic::Counters::*member;
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

std::vector<scenario::Counter> host_counters(const stack::Stack& stack) {
  std::vector<scenario::Counter> counters;
  const std::size_t devices = stack.parameters().smc.devices.size();
  for (const Named& counter : kRnicCounters) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < devices; ++i) {
      sum += stack.counters(DeviceId{static_cast<std::uint8_t>(i)}).*counter.member;
    }
    counters.push_back({counter.name, sum});
  }
  const stack::Census census = stack.census();
  counters.push_back({"link_groups", census.link_groups});
  counters.push_back({"queue_pairs", census.queue_pairs});
  counters.push_back({"memory_regions", census.memory_regions});
  return counters;
}

}  // namespace smclab::staging
