// SPDX-License-Identifier: MIT
#include "emu/world/tcp/host.h"

#include <algorithm>

namespace smclab::world {
namespace {

constexpr std::uint16_t kFirstPort = 32'768;
constexpr std::uint16_t kLastPort = 60'999;

}  // namespace

void Tcp::listen(std::uint16_t port) {
  if (std::find(listening_.begin(), listening_.end(), port) == listening_.end()) {
    listening_.push_back(port);
  }
}

TcpId Tcp::connect(Instant now, const Route& route, TcpAddress to) {
  TcpAddress local{route.local, next_port_};
  while (by_pair_.contains({local, to})) {
    local.port = local.port == kLastPort ? kFirstPort : static_cast<std::uint16_t>(local.port + 1);
    SMCLAB_CHECK(local.port != next_port_);
  }
  next_port_ = local.port == kLastPort ? kFirstPort : static_cast<std::uint16_t>(local.port + 1);
  const TcpOpening opening{.local = local,
                           .peer = to,
                           .initial_sequence = static_cast<std::uint32_t>(dice_.next() >> 32U),
                           .mss = route.mss,
                           .offers_smc = manners_.offers_smc};
  return add(TcpSocket(now, opening), route.port);
}

TcpId Tcp::add(const TcpSocket& socket, PortId port) {
  const TcpId id = sockets_.insert(Entry{.socket = socket, .port = port});
  by_pair_.emplace(Pair{socket.opening().local, socket.opening().peer}, id);
  refresh(id);
  return id;
}

std::optional<TcpId> Tcp::find(const TcpAddress& local, const TcpAddress& peer) const {
  const auto found = by_pair_.find({local, peer});
  return found == by_pair_.end() ? std::nullopt : std::optional(found->second);
}

const TcpSocket* Tcp::find(TcpId id) const noexcept {
  const Entry* entry = sockets_.find(id);
  return entry == nullptr ? nullptr : &entry->socket;
}

std::size_t Tcp::write(Instant now, TcpId id, std::span<const std::byte> bytes) {
  Entry* entry = sockets_.find(id);
  if (entry == nullptr) return 0;
  const std::size_t taken = entry->socket.write(now, bytes);
  refresh(id);
  return taken;
}

void Tcp::consume(TcpId id, std::size_t count) {
  sockets_.at(id).socket.consume(count);
  refresh(id);
}

void Tcp::finish(TcpId id) {
  Entry* entry = sockets_.find(id);
  if (entry == nullptr) return;
  entry->socket.finish();
  refresh(id);
}

void Tcp::reset(TcpId id) {
  Entry* entry = sockets_.find(id);
  if (entry == nullptr) return;
  entry->socket.reset();
  refresh(id);
}

void Tcp::release(TcpId id) {
  Entry* entry = sockets_.find(id);
  if (entry == nullptr) return;
  entry->released = true;
  refresh(id);
}

void Tcp::refresh(TcpId id) {
  Entry& entry = sockets_.at(id);
  if (entry.released && entry.socket.over()) {
    timers_.cancel(entry.timer);
    by_pair_.erase({entry.socket.opening().local, entry.socket.opening().peer});
    sockets_.erase(id);
    return;
  }
  if (const auto wanted = entry.socket.deadline(); wanted != entry.armed) {
    timers_.cancel(entry.timer);
    if (wanted) entry.timer = timers_.arm(*wanted, id);
    entry.armed = wanted;
  }
  if (!entry.queued && entry.socket.wants_to_send()) {
    if (ready_.size() <= entry.port.value) ready_.resize(entry.port.value + std::size_t{1});
    ready_[entry.port.value].push_back(id);
    entry.queued = true;
  }
}

void Tcp::refuse(const Route& route, const TcpSegment& segment) {
  if (segment.flags.rst) return;
  Refusal answer{.port = route.port, .source = segment.destination, .destination = segment.source};
  if (segment.flags.ack) {
    answer.sequence = segment.acknowledgment;
  } else {
    answer.flags.ack = true;
    answer.acknowledgment = segment.sequence + sequence_length(segment);
  }
  refusals_.push_back(answer);
}

void Tcp::handle(Instant now, const Route& route, const TcpSegment& segment, TcpEvents& events) {
  const auto found = by_pair_.find({segment.destination, segment.source});
  if (found != by_pair_.end()) {
    const TcpId id = found->second;
    const TcpNewsSet news = sockets_.at(id).socket.handle(now, segment);
    if (!news.empty()) events.push_back({id, news});
    refresh(id);
    return;
  }
  const bool heard =
      std::find(listening_.begin(), listening_.end(), segment.destination.port) != listening_.end();
  if (!heard || !segment.flags.syn || segment.flags.ack) {
    refuse(route, segment);
    return;
  }
  const TcpOpening opening{.local = segment.destination,
                           .peer = segment.source,
                           .initial_sequence = static_cast<std::uint32_t>(dice_.next() >> 32U),
                           .mss = route.mss,
                           .offers_smc = manners_.offers_smc,
                           .echoes_option = manners_.echoes_option};
  add(TcpSocket(now, opening, segment), route.port);
}

bool Tcp::wants_to_send(PortId port) const noexcept {
  const auto for_device = [port](const Refusal& refusal) { return refusal.port == port; };
  return (port.value < ready_.size() && !ready_[port.value].empty()) ||
         std::any_of(refusals_.begin(), refusals_.end(), for_device);
}

std::optional<TcpSegment> Tcp::transmit(Instant now, PortId port) {
  for (auto refusal = refusals_.begin(); refusal != refusals_.end(); ++refusal) {
    if (refusal->port != port) continue;
    const TcpSegment segment{.source = refusal->source,
                             .destination = refusal->destination,
                             .sequence = refusal->sequence,
                             .acknowledgment = refusal->acknowledgment,
                             .flags = refusal->flags};
    refusals_.erase(refusal);
    return segment;
  }
  if (port.value >= ready_.size()) return std::nullopt;
  auto& ready = ready_[port.value];
  while (!ready.empty()) {
    const TcpId id = ready.front();
    ready.pop_front();
    Entry* entry = sockets_.find(id);
    if (entry == nullptr) continue;
    entry->queued = false;
    const auto segment = entry->socket.next_segment(now);
    refresh(id);
    if (segment) return segment;
  }
  return std::nullopt;
}

void Tcp::tick(Instant now, TcpEvents& events) {
  while (const auto due = timers_.pop_due(now)) {
    Entry& entry = sockets_.at(*due);
    entry.armed.reset();
    const TcpNewsSet news = entry.socket.tick(now);
    if (!news.empty()) events.push_back({*due, news});
    refresh(*due);
  }
}

}  // namespace smclab::world
