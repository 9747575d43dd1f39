// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/wire_faults.h"

#include <algorithm>
#include <variant>

namespace smclab::runtime {

using scenario::ChangeLink;
using scenario::Partition;
using scenario::PortRef;

WireFaults::WireFaults(const scenario::Scenario& scenario, std::uint64_t seed) {
  for (const scenario::LinkSpec& link : scenario.links) cables_.push_back({link, link});
  chance_.stir({seed, 0x77, 0x69, 0x72});
}

bool WireFaults::knows(const scenario::FaultAction& action) noexcept {
  return std::holds_alternative<ChangeLink>(action) || std::holds_alternative<Partition>(action);
}

bool WireFaults::turn(const scenario::FaultSpec& fault, bool begins) {
  if (const auto* link = std::get_if<ChangeLink>(&fault.action)) {
    change(*link, begins);
    return true;
  }
  const auto* partition = std::get_if<Partition>(&fault.action);
  if (partition == nullptr) return false;
  if (begins) {
    partitions_.push_back(*partition);
  } else {
    std::erase(partitions_, *partition);
  }
  return true;
}

void WireFaults::change(const ChangeLink& change, bool begins) {
  Cable& cable = cables_[change.link];
  if (!begins) {
    cable.spec = cable.original;
    cable.down = false;
    cable.only_from.reset();
    return;
  }
  cable.only_from = change.from;
  if (change.down) cable.down = *change.down;
  if (change.loss) cable.spec.loss = *change.loss;
  if (change.duplicate) cable.spec.duplicate = *change.duplicate;
  if (change.corrupt) cable.spec.corrupt = *change.corrupt;
  if (change.reorder) cable.spec.reorder = *change.reorder;
  if (change.delay) cable.spec.delay = *change.delay;
}

bool WireFaults::happens(scenario::Chance chance) {
  if (chance.per_billion == 0) return false;
  // 2^30 outcomes are scaled to 10^9 without a bias worth speaking of for a fault rate.
  return chance_.draw(30) * scenario::Chance::kAlways >> 30 < chance.per_billion;
}

WireFaults::Cable* WireFaults::cable_of(PortRef port) {
  const auto found = std::find_if(cables_.begin(), cables_.end(), [port](const Cable& cable) {
    return cable.spec.a == port || cable.spec.b == port;
  });
  return found == cables_.end() ? nullptr : &*found;
}

bool WireFaults::parted(const Cable& cable) const {
  return std::any_of(partitions_.begin(), partitions_.end(), [&](const Partition& partition) {
    const std::uint32_t x = cable.spec.a.node;
    const std::uint32_t y = cable.spec.b.node;
    return (partition.a == x && partition.b == y) || (partition.a == y && partition.b == x);
  });
}

Fate WireFaults::fate(PortRef from) {
  Cable* cable = cable_of(from);
  if (cable == nullptr) return {};
  if (parted(*cable)) return {.lost = true, .why = "fault: lost in a partition"};
  const bool touched = !cable->only_from || *cable->only_from == from.node;
  const scenario::LinkSpec& spec = touched ? cable->spec : cable->original;
  if (touched && cable->down) return {.lost = true, .why = "fault: lost, the link is down"};
  if (happens(spec.loss)) return {.lost = true, .why = "fault: lost"};
  if (happens(spec.corrupt)) return {.damaged = true, .why = "fault: one bit flipped"};
  if (happens(spec.duplicate)) return {.doubled = true, .why = "fault: sent twice"};
  if (happens(spec.reorder)) return {.held = spec.reorder_delay, .why = "fault: held back"};
  // The scenario's own propagation delay is far below what sockets take; only a fault that made
  // it longer is played.
  if (spec.delay > cable->original.delay) return {.held = spec.delay, .why = "fault: delayed"};
  return {};
}

void WireFaults::damage(std::span<std::byte> bytes) {
  const std::size_t bit = chance_.draw(32) % (bytes.size() * 8);
  bytes[bit / 8] ^= std::byte{1} << (bit % 8);
}

}  // namespace smclab::runtime
