// SPDX-License-Identifier: MIT
//
// What applications of the world can do: connect, write, read, close. Over SMC-R their bytes lie
// in the host's rings, over TCP in the socket's buffers; they do not see the difference.
#include <algorithm>

#include "emu/world/world.h"
#include "protocol/check.h"

namespace smclab::world {
namespace {

constexpr std::size_t kRoom = 65'536;  // of one write over TCP

/// The first `count` bytes of both pieces.
template <class Byte>
Oracle::Pieces first_of(const stack::RingPart<Byte>& part, std::size_t count) {
  const std::size_t first = std::min(count, part.parts[0].size());
  const std::size_t second = std::min(count - first, part.parts[1].size());
  return {part.parts[0].first(first), part.parts[1].first(second)};
}

template <class Byte>
bool is_backed(const stack::RingPart<Byte>& part) {
  return part.parts[0].size() + part.parts[1].size() == part.bytes;
}

}  // namespace

void World::listen(HostId host, std::uint16_t port) {
  hosts_[host.value].tcp.listen(port);
}

LaneId World::route(HostId from, HostId to) {
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].from.host == from && lanes_[i].to.host == to) return {i};
  }
  // A plain network: two ports without an RNIC, with addresses of their own.
  std::array<PortId, 2> ports{};
  for (const HostId host : {from, to}) {
    auto& all = hosts_[host.value].ports;
    ports[host == from ? 0 : 1] = {static_cast<std::uint16_t>(all.size())};
    const auto serial = static_cast<std::uint8_t>(all.size());
    const auto number = static_cast<std::uint8_t>(host.value + 1);
    Port port{.ip = ipv4(10, 254, serial, number)};
    port.mac.bytes = {std::byte{0x02}, std::byte{0xFE},   std::byte{0},
                      std::byte{0},    std::byte{serial}, std::byte{number}};
    all.push_back(port);
  }
  return add_cable({.host_a = from, .host_b = to, .rate = 10'000'000'000}, ports[0], ports[1]);
}

ConnId World::connect(HostId from, HostId to, std::uint16_t port) {
  const LaneId lane = route(from, to);
  const Path& path = lanes_[lane.value];
  Host& host = hosts_[from.value];
  const IpAddress local = host.ports[path.from.port.value].ip;
  const IpAddress peer = hosts_[to.value].ports[path.to.port.value].ip;
  const auto mss = static_cast<std::uint16_t>(path.mtu - tcp_overhead(local));
  const TcpId socket =
      host.tcp.connect(now_, {.local = local, .port = path.from.port, .mss = mss}, {peer, port});
  const ConnId conn = host.conns.insert({.socket = socket, .port = port, .number = oracle_.open()});
  if (host.by_socket.size() <= socket.index) host.by_socket.resize(socket.index + std::size_t{1});
  host.by_socket[socket.index] = conn;
  touch(from);
  return conn;
}

const Conn* World::find(HostId host, ConnId conn) const noexcept {
  return hosts_[host.value].conns.find(conn);
}

stack::RingPart<std::byte> World::send_space(HostId id, ConnId conn_id) {
  Host& host = hosts_[id.value];
  const Conn* conn = host.conns.find(conn_id);
  if (conn == nullptr || conn->carrier == Carrier::Handshake) return {};
  if (conn->carrier == Carrier::Smc) return host.stack.send_space(conn_id);
  const TcpSocket* socket = host.tcp.find(conn->socket);
  const std::size_t space = socket->phase() == TcpPhase::Up ? socket->space() : 0;
  if (room_.size() < kRoom) room_.resize(kRoom);
  const auto room = std::span(room_).first(std::min(space, kRoom));
  return {.parts = {room, {}}, .bytes = static_cast<std::uint32_t>(room.size())};
}

stack::RingPart<const std::byte> World::receive_data(HostId id, ConnId conn_id) const {
  const Host& host = hosts_[id.value];
  const Conn* conn = host.conns.find(conn_id);
  if (conn == nullptr || conn->carrier == Carrier::Handshake) return {};
  if (conn->carrier == Carrier::Smc) return host.stack.receive_data(conn_id);
  const auto bytes = host.tcp.find(conn->socket)->readable();
  return {.parts = {bytes, {}}, .bytes = static_cast<std::uint32_t>(bytes.size())};
}

void World::wrote(HostId id, ConnId conn_id, std::uint32_t bytes) {
  Host& host = hosts_[id.value];
  const Conn* conn = host.conns.find(conn_id);
  if (conn == nullptr || bytes == 0) return;
  const auto space = send_space(id, conn_id);
  SMCLAB_CHECK(bytes <= space.bytes);
  if (watches_) {
    const StreamId stream{conn->number, conn->role == Role::Client};
    if (is_backed(space)) {
      oracle_.sent(stream, first_of(space, bytes));
    } else {
      oracle_.sent(stream, bytes);
    }
  }
  if (conn->carrier == Carrier::Tcp) {
    host.tcp.write(now_, conn->socket, space.parts[0].first(bytes));
    touch(id);
    return;
  }
  host.stack.handle(now_, stack::input::Wrote{conn_id, bytes}, outputs_);
  carry_out(id);
}

void World::read(HostId id, ConnId conn_id, std::uint32_t bytes) {
  Host& host = hosts_[id.value];
  const Conn* conn = host.conns.find(conn_id);
  if (conn == nullptr || bytes == 0) return;
  const auto data = receive_data(id, conn_id);
  SMCLAB_CHECK(bytes <= data.bytes);
  if (watches_) {
    const StreamId stream{conn->number, conn->role == Role::Server};
    if (is_backed(data)) {
      oracle_.received(stream, first_of(data, bytes));
    } else {
      oracle_.received(stream, bytes);
    }
  }
  if (conn->carrier == Carrier::Tcp) {
    host.tcp.consume(conn->socket, bytes);
    touch(id);
    return;
  }
  host.stack.handle(now_, stack::input::Read{conn_id, bytes}, outputs_);
  carry_out(id);
}

void World::shutdown(HostId id, ConnId conn_id) {
  Host& host = hosts_[id.value];
  const Conn* conn = host.conns.find(conn_id);
  if (conn == nullptr) return;
  if (conn->carrier == Carrier::Tcp) {
    host.tcp.finish(conn->socket);
    reviews_.emplace_back(id, conn_id);
  } else {
    host.stack.handle(now_, stack::input::Shutdown{conn_id}, outputs_);
  }
  carry_out(id);
}

void World::close(HostId id, ConnId conn_id) {
  Host& host = hosts_[id.value];
  Conn* conn = host.conns.find(conn_id);
  if (conn == nullptr) return;
  if (conn->carrier == Carrier::Tcp) {
    // What was not read is lost, and the peer is to know (RFC 9293 §3.10.4, as Linux does it).
    const TcpSocket& socket = *host.tcp.find(conn->socket);
    if (!socket.readable().empty()) {
      abort(id, conn_id);
      return;
    }
    host.tcp.finish(conn->socket);
    reviews_.emplace_back(id, conn_id);
  } else if (conn->up_told) {
    conn->let_go = true;
    host.stack.handle(now_, stack::input::Close{conn_id}, outputs_);
  } else {
    abort(id, conn_id);
    return;
  }
  carry_out(id);
}

void World::abort(HostId id, ConnId conn_id) {
  Host& host = hosts_[id.value];
  Conn* conn = host.conns.find(conn_id);
  if (conn == nullptr) return;
  if (conn->carrier != Carrier::Tcp && conn->up_told) {
    conn->let_go = true;
    host.stack.handle(now_, stack::input::Abort{conn_id}, outputs_);
  } else {
    host.tcp.reset(conn->socket);
    tell_app(id, conn_id, {.news = AppNews::Closed, .why = CloseReason::LocalAbort});
    finish(id, conn_id);
  }
  carry_out(id);
}

}  // namespace smclab::world
