// SPDX-License-Identifier: MIT
#include "emu/world/stage/fault_desk.h"

#include <variant>

#include "emu/staging/host_faults.h"
#include "emu/world/stage/setup.h"

namespace smclab::world {
namespace {

using scenario::Traffic;

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

void cut(LaneId lane, Traffic only, bool on, World& world) {
  if (only != Traffic::Tcp) world.cut(lane, FrameKind::Roce, on);
  if (only != Traffic::Roce) world.cut(lane, FrameKind::Tcp, on);
}

/// The lanes of a link, or the one that leaves a given node.
std::vector<LaneId> lanes_of(const scenario::ChangeLink& change, const scenario::LinkSpec& link) {
  const LaneId forth{2 * change.link};
  const LaneId back{2 * change.link + 1};
  if (!change.from) return {forth, back};
  return {*change.from == link.a.node ? forth : back};
}

/// Whether the ports themselves go down, which both hosts notice.
bool takes_ports(const scenario::ChangeLink& change) {
  return !change.from && change.only == Traffic::All;
}

}  // namespace

FaultDesk::FaultDesk(const scenario::Scenario& scenario)
    : scenario_(scenario), before_(scenario.faults.size()) {}

HostId FaultDesk::host_of(std::uint32_t fault) const {
  const scenario::FaultSpec& spec = scenario_.faults[fault];
  const auto host =
      std::visit(Overloaded{
                     [&](const scenario::ChangeLink& change) {
                       return change.from.value_or(scenario_.links[change.link].a.node);
                     },
                     [](const scenario::Partition& partition) { return partition.a; },
                     [&](const scenario::AppDoes& does) {
                       const scenario::WorkloadSpec& workload = scenario_.workloads[does.workload];
                       return does.side == scenario::Side::Client ? workload.from : workload.to;
                     },
                     [&](const auto& action) {
                       if constexpr (requires { action.host; }) {
                         return action.host;
                       } else {
                         const auto* trigger = std::get_if<scenario::OnEvent>(&spec.trigger);
                         return trigger == nullptr ? std::uint32_t{0} : trigger->host;
                       }
                     },
                 },
                 spec.action);
  return {host};
}

void FaultDesk::begin(std::uint32_t fault, World& world) {
  const scenario::FaultSpec& spec = scenario_.faults[fault];
  const Instant until = world.instant() + spec.lasts.value_or(Duration{});
  if (const auto* change = std::get_if<scenario::ChangeLink>(&spec.action)) {
    this->change(*change, fault, world);
  } else if (const auto* partition = std::get_if<scenario::Partition>(&spec.action)) {
    part(*partition, true, world);
  } else if (const auto* strip = std::get_if<scenario::StripOption>(&spec.action)) {
    world.strip_option({strip->host}, true);
  } else if (const auto* stall = std::get_if<scenario::Stall>(&spec.action)) {
    world.stall({stall->host}, until);
  } else if (const auto told = staging::host_fault(spec.action, until)) {
    world.tell({told->host}, told->input);
  }
}

void FaultDesk::end(std::uint32_t fault, World& world) {
  const scenario::FaultAction& action = scenario_.faults[fault].action;
  if (const auto* change = std::get_if<scenario::ChangeLink>(&action)) {
    restore(*change, fault, world);
  } else if (const auto* partition = std::get_if<scenario::Partition>(&action)) {
    part(*partition, false, world);
  } else if (const auto* strip = std::get_if<scenario::StripOption>(&action)) {
    world.strip_option({strip->host}, false);
  }
}

void FaultDesk::change(const scenario::ChangeLink& change, std::uint32_t fault, World& world) {
  for (const LaneId lane : lanes_of(change, scenario_.links[change.link])) {
    Weather& weather = world.weather(lane);
    before_[fault].push_back({lane, weather});
    if (change.loss) weather.loss = probability_of(*change.loss);
    if (change.duplicate) weather.duplicate = probability_of(*change.duplicate);
    if (change.corrupt) weather.corrupt = probability_of(*change.corrupt);
    if (change.reorder) weather.reorder = probability_of(*change.reorder);
    if (change.delay) weather.delay = *change.delay;
    if (change.down && !takes_ports(change)) cut(lane, change.only, *change.down, world);
  }
  if (change.down && takes_ports(change)) world.set_cable({change.link}, !*change.down);
}

void FaultDesk::restore(const scenario::ChangeLink& change, std::uint32_t fault, World& world) {
  for (const Before& before : before_[fault]) {
    Weather& weather = world.weather(before.lane);
    if (change.loss) weather.loss = before.weather.loss;
    if (change.duplicate) weather.duplicate = before.weather.duplicate;
    if (change.corrupt) weather.corrupt = before.weather.corrupt;
    if (change.reorder) weather.reorder = before.weather.reorder;
    if (change.delay) weather.delay = before.weather.delay;
    if (change.down && !takes_ports(change)) cut(before.lane, change.only, !*change.down, world);
  }
  before_[fault].clear();
  if (change.down && takes_ports(change)) world.set_cable({change.link}, *change.down);
}

void FaultDesk::part(const scenario::Partition& partition, bool on, World& world) {
  for (const LaneId lane : world.lanes_between({partition.a}, {partition.b})) {
    cut(lane, partition.only, on, world);
  }
  for (const LaneId lane : world.lanes_between({partition.b}, {partition.a})) {
    cut(lane, partition.only, on, world);
  }
}

}  // namespace smclab::world
