// SPDX-License-Identifier: MIT
//
// The wires of the world: frames leave ports one after the other at the cable's rate, and arrive
// after its delay. RoCE frames are built and checked whole here, ICRC included, as only the
// fabric can: it alone knows the IP header.
#include <algorithm>
#include <array>

#include "emu/rnic/wire/encapsulation.h"
#include "emu/world/world.h"
#include "protocol/check.h"

namespace smclab::world {
namespace {

// Preamble, frame check sequence and the gap between frames.
constexpr std::uint64_t kEthernetOverhead = 24;
constexpr std::uint64_t kSmallestFrame = 60;
// Frames taken from an RNIC at once: the depth of its output queue.
constexpr std::uint32_t kBatch = 8;
constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;
// Ethernet, IPv4 and UDP headers and the ICRC, which an unbacked frame does not carry.
constexpr std::uint32_t kRoceOverhead = 46 + 4;

std::uint16_t entropy_port(const rnic::OutgoingFrame& frame) {
  // The BTH names the peer's queue pair; one flow a direction is what real drivers have too.
  const auto headers = frame.headers();
  const std::uint32_t peer = std::to_integer<std::uint32_t>(headers[5]) << 16 |
                             std::to_integer<std::uint32_t>(headers[6]) << 8 |
                             std::to_integer<std::uint32_t>(headers[7]);
  return roce::source_port(Qpn{frame.qp.index + 1}, Qpn{peer});
}

}  // namespace

// --- leaving -------------------------------------------------------------------------------------

void World::touch(HostId host) {
  if (hosts_[host.value].dirty) return;
  hosts_[host.value].dirty = true;
  dirty_.push_back(host);
}

void World::settle() {
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    const HostId id = dirty_[i];
    hosts_[id.value].dirty = false;
    const auto ports = static_cast<std::uint16_t>(hosts_[id.value].ports.size());
    for (std::uint16_t port = 0; port < ports; ++port) pull(id, {port});
    rearm(id);
  }
  dirty_.clear();
}

void World::pull(HostId id, PortId port_id) {
  send_segments(id, port_id);
  send_frames(id, port_id);
  Host& host = hosts_[id.value];
  Port& port = host.ports[port_id.value];
  std::optional<Instant> wanted;
  if (port.device) wanted = host.stack.next_transmit(*port.device);
  if (host.tcp.wants_to_send(port_id)) wanted = now_;
  if (!wanted) return;
  const Instant at = std::max({*wanted, port.wire_free, now_});
  if (port.pull_at && *port.pull_at <= at) return;
  queue_.cancel(port.pull);
  port.pull_at = at;
  port.pull =
      queue_.arm(at, Event{.kind = EventKind::Pull, .index = id.value, .port = port_id.value});
}

void World::send_segments(HostId id, PortId port_id) {
  Host& host = hosts_[id.value];
  const Port& port = host.ports[port_id.value];
  while (port.wire_free <= now_) {
    auto segment = host.tcp.transmit(now_, port_id);
    if (!segment) return;
    const auto reaches = [&](LaneId lane) {
      const End& to = lanes_[lane.value].to;
      return hosts_[to.host.value].ports[to.port.value].ip == segment->destination.ip;
    };
    const auto lane = std::find_if(port.lanes.begin(), port.lanes.end(), reaches);
    if (lane == port.lanes.end()) continue;
    if (segment->flags.syn && host.strips_option) segment->options.smc = false;
    Path& path = lanes_[lane->value];
    Frame& frame = path.lane.blank();
    frame.kind = FrameKind::Tcp;
    const Mac& peer = hosts_[path.to.host.value].ports[path.to.port.value].mac;
    encode_segment(*segment, {.source = port.mac, .destination = peer}, frame.bytes);
    launch(*lane);
  }
}

void World::send_frames(HostId id, PortId port_id) {
  Host& host = hosts_[id.value];
  const Port& port = host.ports[port_id.value];
  if (!port.device) return;
  const rnic::Budget budget{.frames = kBatch, .bytes = UINT64_MAX};
  while (port.wire_free <= now_) {
    const auto next = host.stack.next_transmit(*port.device);
    if (!next || *next > now_) return;
    outgoing_.clear();
    host.stack.transmit(now_, *port.device, budget, outgoing_);
    if (outgoing_.empty()) return;
    for (const rnic::OutgoingFrame& frame : outgoing_) send_frame(id, port_id, frame);
  }
}

std::optional<LaneId> World::lane_to(const Port& port, const Gid& destination) const {
  for (const LaneId lane : port.lanes) {
    const End& to = lanes_[lane.value].to;
    if (hosts_[to.host.value].ports[to.port.value].gid == destination) return lane;
  }
  return std::nullopt;
}

void World::send_frame(HostId id, PortId port_id, const rnic::OutgoingFrame& outgoing) {
  const Host& host = hosts_[id.value];
  const Port& port = host.ports[port_id.value];
  const auto lane = lane_to(port, outgoing.destination);
  if (!lane) return;  // as on a switch that never heard of the address
  Frame& frame = lanes_[lane->value].lane.blank();
  std::array<std::span<const std::byte>, 2> payload{};
  std::uint32_t length = 0;
  bool backed = true;
  for (std::uint8_t i = 0; i < outgoing.slice_count; ++i) {
    payload[i] = host.stack.gather(outgoing.slices[i]);
    length += outgoing.slices[i].length;
    backed = backed && payload[i].size() == outgoing.slices[i].length;
  }
  const auto headers = outgoing.headers();
  if (!backed) {
    frame.bytes.assign(headers.begin(), headers.end());
    frame.unbacked = length + outgoing.pad;
    frame.source = outgoing.source;
    frame.destination = outgoing.destination;
    launch(*lane);
    return;
  }
  const roce::Envelope envelope{.source_mac = port.mac,
                                .destination_mac = outgoing.destination_mac,
                                .source = outgoing.source,
                                .destination = outgoing.destination,
                                .source_port = entropy_port(outgoing)};
  const std::size_t packet = headers.size() + length + outgoing.pad;
  frame.bytes.resize(roce::sealed_size(envelope, packet));
  auto at = frame.bytes.begin() +
            static_cast<std::ptrdiff_t>(roce::write_envelope(envelope, packet, frame.bytes));
  at = std::copy(headers.begin(), headers.end(), at);
  for (const auto piece : payload) at = std::copy(piece.begin(), piece.end(), at);
  std::fill_n(at, outgoing.pad, std::byte{0});
  roce::seal(envelope, frame.bytes);
  launch(*lane);
}

void World::launch(LaneId id) {
  Path& path = lanes_[id.value];
  Port& port = hosts_[path.from.host.value].ports[path.from.port.value];
  const Frame& frame = path.lane.blank_frame();
  std::uint64_t size = frame.size() + (frame.unbacked > 0 ? kRoceOverhead : 0);
  size = std::max(size, kSmallestFrame) + kEthernetOverhead;
  const Instant start = std::max(port.wire_free, now_);
  const std::uint64_t time = size * 8 * kNanosPerSecond + port.remainder;
  port.wire_free = start + Duration{static_cast<Duration::rep>(time / path.rate)};
  port.remainder = time % path.rate;
  ++frames_;
  last_activity_ = std::max(last_activity_, port.wire_free + path.lane.weather.delay);
  WireFrame told{.at = start, .lane = id, .from = path.from.host, .unbacked = frame.unbacked};
  // The ICRC or the TCP header stands for the rest: the hash costs no second pass over payload.
  const auto tail = std::span(frame.bytes).last(std::min<std::size_t>(frame.bytes.size(), 4));
  trace_(start, id, size, frame.kind, tail);
  if (captures_) {
    told.offset = static_cast<std::uint32_t>(happenings_.bytes.size());
    told.length = static_cast<std::uint32_t>(frame.bytes.size());
    happenings_.bytes.insert(happenings_.bytes.end(), frame.bytes.begin(), frame.bytes.end());
  }
  told.fate = path.up ? path.lane.launch(port.wire_free) : Fate::Cut;
  trace_(told.fate);
  if (captures_) happenings_.frames.push_back(told);
  const auto arrival = path.lane.next_arrival();
  if (!arrival || (path.arrival_at && *path.arrival_at <= *arrival)) return;
  queue_.cancel(path.arrival);
  path.arrival_at = arrival;
  path.arrival = queue_.arm(*arrival, Event{.kind = EventKind::Arrival, .index = id.value});
}

// --- arriving ------------------------------------------------------------------------------------

void World::arrive(LaneId id) {
  Path& path = lanes_[id.value];
  path.arrival_at.reset();
  const HostId host_id = path.to.host;
  Host& host = hosts_[host_id.value];
  const Port& port = host.ports[path.to.port.value];
  while (path.lane.next_arrival() && *path.lane.next_arrival() <= now_) {
    const Frame& frame = path.lane.arriving();
    if (frame.kind == FrameKind::Tcp) {
      hear_frame(host_id, path, frame);
    } else if (port.device) {
      take_frame(host, port, frame);
    }
    path.lane.land();
    carry_out(host_id);
  }
  if (const auto arrival = path.lane.next_arrival()) {
    path.arrival_at = arrival;
    path.arrival = queue_.arm(*arrival, Event{.kind = EventKind::Arrival, .index = id.value});
  }
}

void World::hear_frame(HostId id, const Path& path, const Frame& frame) {
  Host& host = hosts_[id.value];
  const Port& port = host.ports[path.to.port.value];
  const auto segment = decode_segment(frame.bytes);
  SMCLAB_CHECK(segment.has_value());
  tcp_events_.clear();
  const auto mss = static_cast<std::uint16_t>(path.mtu - tcp_overhead(port.ip));
  host.tcp.handle(now_, {.local = port.ip, .port = path.to.port, .mss = mss}, *segment,
                  tcp_events_);
  hear(id, tcp_events_);
}

void World::take_frame(Host& host, const Port& port, const Frame& frame) {
  stack::input::Frame input{.device = *port.device};
  if (frame.unbacked > 0) {
    if (frame.spoiled) {
      ++host.dropped_icrc;
      return;
    }
    input.frame = {frame.source, frame.destination, frame.bytes, frame.unbacked};
  } else {
    const auto opened = roce::open_ethernet(frame.bytes);
    if (!opened) {
      ++host.dropped_icrc;
      return;
    }
    if (opened->envelope.destination_mac != port.mac || opened->envelope.destination != port.gid) {
      ++host.dropped_foreign;
      return;
    }
    input.frame = {opened->envelope.source, opened->envelope.destination, opened->packet, 0};
  }
  host.stack.handle(now_, input, outputs_);
}

}  // namespace smclab::world
