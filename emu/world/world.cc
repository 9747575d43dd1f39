// SPDX-License-Identifier: MIT
#include "emu/world/world.h"

#include <algorithm>

#include "protocol/check.h"

namespace smclab::world {

World::World(const WorldParameters& parameters)
    : seed_(parameters.seed), captures_(parameters.capture), watches_(parameters.oracle) {
  for (std::uint32_t i = 0; i < parameters.hosts.size(); ++i) add_host(parameters.hosts[i], i);
  for (const CableParameters& cable : parameters.cables) {
    add_cable(cable, {cable.device_a.value}, {cable.device_b.value});
  }
}

void World::add_host(const HostParameters& parameters, std::uint32_t index) {
  Dice dice(seed_, "host", index);
  stack::Parameters stack = parameters.stack;
  Config& config = stack.smc;
  // RFC 7609 A.2.1: an instance number, then the MAC of one RNIC.
  const std::uint64_t instance = dice.next();
  config.peer_id.bytes[0] = static_cast<std::byte>(instance & 0xFF);
  config.peer_id.bytes[1] = static_cast<std::byte>(instance >> 8 & 0xFF);
  if (!config.devices.empty()) {
    const Mac& mac = config.devices.front().mac;
    std::copy(mac.bytes.begin(), mac.bytes.end(), config.peer_id.bytes.begin() + 2);
  }
  hosts_.push_back(
      {.stack = stack::Stack(stack),
       .tcp = Tcp({.offers_smc = config.smc, .echoes_option = parameters.echoes_option},
                  Dice(seed_, "tcp", index))});
  for (std::size_t i = 0; i < config.devices.size(); ++i) {
    const Device& device = config.devices[i];
    hosts_.back().ports.push_back({.mac = device.mac,
                                   .ip = device.address,
                                   .gid = device.gid,
                                   .device = DeviceId{static_cast<std::uint8_t>(i)}});
  }
  const HostId host{index};
  hosts_.back().stack.handle(now_, stack::input::Entropy{dice.entropy()}, outputs_);
  carry_out(host);
}

LaneId World::add_cable(const CableParameters& cable, PortId port_a, PortId port_b) {
  const auto first = static_cast<std::uint32_t>(lanes_.size());
  const CableId id{first / 2};
  const End a{cable.host_a, port_a};
  const End b{cable.host_b, port_b};
  for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
    const LaneId lane{static_cast<std::uint32_t>(lanes_.size())};
    lanes_.push_back({.lane = Lane(cable.weather, Dice(seed_, "lane", lane.value)),
                      .from = from,
                      .to = to,
                      .cable = id,
                      .rate = cable.rate,
                      .mtu = cable.mtu});
    hosts_[from.host.value].ports[from.port.value].lanes.push_back(lane);
  }
  return {first};
}

// --- time ----------------------------------------------------------------------------------------

std::optional<Instant> World::next() {
  settle();
  return queue_.deadline();
}

bool World::step() {
  settle();
  const auto due = queue_.deadline();
  if (!due) return false;
  SMCLAB_CHECK(*due >= now_);
  now_ = *due;
  const auto event = queue_.pop_due(now_);
  ++events_;
  dispatch(*event);
  return true;
}

void World::dispatch(const Event& event) {
  const HostId host{event.index};
  switch (event.kind) {
    case EventKind::Tick: {
      Host& ticked = hosts_[host.value];
      ticked.tick_at.reset();
      ticked.stack.handle(now_, stack::input::Tick{}, outputs_);
      tcp_events_.clear();
      ticked.tcp.tick(now_, tcp_events_);
      hear(host, tcp_events_);
      carry_out(host);
      return;
    }
    case EventKind::Pull:
      hosts_[host.value].ports[event.port].pull_at.reset();
      touch(host);
      return;
    case EventKind::Arrival:
      arrive(LaneId{event.index});
      return;
    case EventKind::Resume:
      if (stalled(host)) return;
      hosts_[host.value].conns.for_each(
          [&](ConnId conn, const Conn&) { reviews_.emplace_back(host, conn); });
      happenings_.resumed.push_back(host);
      carry_out(host);
      return;
    case EventKind::Alarm:
      happenings_.alarms.push_back(event.token);
      return;
  }
}

void World::wake_at(Instant at, std::uint64_t token) {
  queue_.arm(std::max(at, now_), Event{.kind = EventKind::Alarm, .token = token});
}

/// Keeps one armed event a host, and moves it only to an earlier time: a tick that comes too soon
/// does nothing.
void World::rearm(HostId id) {
  Host& host = hosts_[id.value];
  auto wanted = host.stack.deadline();
  const auto tcp = host.tcp.deadline();
  if (tcp && (!wanted || *tcp < *wanted)) wanted = tcp;
  if (!wanted || (host.tick_at && *host.tick_at <= *wanted)) return;
  queue_.cancel(host.tick);
  host.tick_at = std::max(*wanted, now_);
  host.tick = queue_.arm(*host.tick_at, Event{.kind = EventKind::Tick, .index = id.value});
}

// --- faults --------------------------------------------------------------------------------------

void World::set_cable(CableId cable, bool up) {
  for (const std::uint32_t lane : {2 * cable.value, 2 * cable.value + 1}) {
    Path& path = lanes_[lane];
    if (path.up == up) continue;
    path.up = up;
    if (!up) path.lane.drop_all();
    const Port& port = hosts_[path.from.host.value].ports[path.from.port.value];
    if (port.device) tell(path.from.host, stack::input::PortState{*port.device, up});
  }
}

void World::cut(LaneId lane, FrameKind kind, bool on) {
  lanes_[lane.value].lane.cut(kind, on);
}

std::vector<LaneId> World::lanes_between(HostId from, HostId to) const {
  std::vector<LaneId> found;
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].from.host == from && lanes_[i].to.host == to) found.push_back({i});
  }
  return found;
}

void World::stall(HostId id, Instant until) {
  Host& host = hosts_[id.value];
  if (until <= host.stalled_until) return;
  host.stalled_until = until;
  queue_.arm(until, Event{.kind = EventKind::Resume, .index = id.value});
  tell(id, stack::input::Stall{until});
}

void World::tell(HostId id, const stack::Input& input) {
  hosts_[id.value].stack.handle(now_, input, outputs_);
  carry_out(id);
}

// --- value ---------------------------------------------------------------------------------------

std::uint64_t World::digest() const {
  Digest digest;
  digest(now_, hosts_, queue_, oracle_, events_, frames_, trace_.value());
  for (const Path& path : lanes_) digest(path.lane, path.up);
  return digest.value();
}

bool World::operator==(const World& other) const {
  return now_ == other.now_ && seed_ == other.seed_ && hosts_ == other.hosts_ &&
         lanes_ == other.lanes_ && queue_ == other.queue_ && oracle_ == other.oracle_ &&
         events_ == other.events_ && frames_ == other.frames_ &&
         trace_.value() == other.trace_.value() && dirty_ == other.dirty_;
}

}  // namespace smclab::world
