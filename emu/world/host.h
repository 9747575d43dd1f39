// SPDX-License-Identifier: MIT
//
// One host of the world: its Stack, its TCP, its ports, and its connections, which is where the
// two meet.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emu/stack/stack.h"
#include "emu/world/parameters.h"
#include "emu/world/tcp/host.h"
#include "protocol/slots.h"
#include "protocol/timers.h"

namespace smclab::world {

/// What carries a connection's bytes.
enum class Carrier : std::uint8_t {
  Handshake,  ///< TCP is opening, or CLC is under way
  Smc,
  Tcp,  ///< it fell back
};

struct Conn {
  TcpId socket;
  Role role = Role::Client;
  std::uint16_t port = 0;    ///< the server's
  std::uint32_t number = 0;  ///< of the connection, as the Oracle counts; both sides have the same
  Carrier carrier = Carrier::Handshake;
  std::optional<std::uint32_t> wanted{};  ///< the core's outstanding ReadTcp
  bool up_told = false;                   ///< the core knows the connection
  bool fin_told = false;                  ///< the core knows that the peer's half of TCP is closed
  bool down_told = false;                 ///< TCP is reset, and the core knows
  bool end_told = false;                  ///< the application knows that the stream ended
  bool closed_told = false;
  bool let_go = false;  ///< the core knows that the application is gone
  bool operator==(const Conn&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(socket, role, port, number, carrier, wanted, up_told, fin_told, down_told, end_told,
      closed_told, let_go);
  }
};

/// A network port: the place of a wire that sends one frame at a time.
struct Port {
  Mac mac;
  IpAddress ip;
  Gid gid;
  std::optional<DeviceId> device{};  ///< none: a plain port without an RNIC
  std::vector<LaneId> lanes{};       ///< that leave from here
  Instant wire_free{};               ///< when the frame being sent has left
  std::uint64_t remainder = 0;       ///< of a nanosecond, in parts of the rate
  TimerId pull{};
  std::optional<Instant> pull_at{};
  bool operator==(const Port&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(wire_free, remainder, pull_at);
  }
};

struct Host {
  stack::Stack stack;
  Tcp tcp;
  std::vector<Port> ports{};  ///< by PortId; devices first
  Slots<Conn, ConnId> conns{};
  std::vector<std::optional<ConnId>> by_socket{};  ///< by TcpId::index
  TimerId tick{};
  std::optional<Instant> tick_at{};
  Instant stalled_until{};
  bool strips_option = false;         ///< a box on the path takes the SMC-R option out of its SYNs
  bool dirty = false;                 ///< it may have something to send
  std::uint64_t dropped_icrc = 0;     ///< frames that were not whole: ICRC, checksum, lengths
  std::uint64_t dropped_foreign = 0;  ///< frames for another address
  bool operator==(const Host&) const = default;
  template <class V>
  void members(V& v) const {
    v(stack.digest(), tcp, ports, conns, tick_at, stalled_until, dirty, dropped_icrc);
  }
};

}  // namespace smclab::world
