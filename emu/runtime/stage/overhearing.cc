// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/overhearing.h"

#include <set>
#include <string>

namespace smclab::runtime {
namespace {

// One for each cable, each once.
std::set<unsigned> interfaces_of(const Machine& machine) {
  std::set<unsigned> found;
  for (const scenario::LinkSpec& link : machine.scenario.links) {
    if (link.a.node >= machine.ports.size()) continue;
    const DevicePorts& ports = machine.ports[link.a.node];
    if (link.a.rnic < ports.size()) found.insert(ports[link.a.rnic]->facts().interface);
  }
  return found;
}

}  // namespace

void Overhearing::begin(boost::asio::io_context& loop, const Machine& machine) {
  for (const unsigned interface : interfaces_of(machine)) {
    auto watch =
        WireWatch::open(loop, interface, [this](const auto& packet) { overheard(packet); });
    if (watch) {
      watches_.push_back(std::move(*watch));
    } else {
      tap_.remark("smclab: there are no RoCE frames in here. " + watch.error());
    }
  }
}

void Overhearing::collect() {
  for (const auto& watch : watches_) watch->collect();
}

void Overhearing::overheard(const WireWatch::Packet& packet) {
  if (packet.missed > 0) {
    tap_.remark("smclab: RoCE frames that are missing here: " + std::to_string(packet.missed));
  }
  tap_.overheard(packet.stamp, packet.bytes);
}

}  // namespace smclab::runtime
