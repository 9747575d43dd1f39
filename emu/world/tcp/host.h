// SPDX-License-Identifier: MIT
//
// TCP of one host in the virtual world: its sockets, its listening ports, and the turns in which
// they send. Segments leave by pull, a port at a time, so that they share the wire with RoCE
// frames. A value, without a clock or chance of its own but for initial sequence numbers.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "emu/world/chance.h"
#include "emu/world/tcp/socket.h"
#include "protocol/slots.h"
#include "protocol/timers.h"

namespace smclab::world {

using TcpId = Handle<struct TcpTag>;
/// A network port of a host: its devices first, then ports without an RNIC.
using PortId = Number<struct PortTag, std::uint16_t>;

/// News of a socket, in the order in which they happened.
struct TcpEvent {
  TcpId socket;
  TcpNewsSet news;
};
using TcpEvents = std::vector<TcpEvent>;

/// How a host's TCP treats the SMC-R option.
struct TcpManners {
  bool offers_smc = true;
  bool echoes_option = false;  ///< of a host without SMC-R that copies unknown options back
  bool operator==(const TcpManners&) const = default;
};

class Tcp {
 public:
  Tcp(TcpManners manners, const Dice& dice) : manners_(manners), dice_(dice) {}

  /// A local port to which peers may connect; all addresses of the host.
  void listen(std::uint16_t port);
  /// Opens a connection that leaves by `port`, whose segments may carry `mss` bytes.
  struct Route {
    IpAddress local;
    PortId port;
    std::uint16_t mss = 1'460;
  };
  TcpId connect(Instant now, const Route& route, TcpAddress to);

  /// The socket of a pair of addresses, the local one first.
  [[nodiscard]] std::optional<TcpId> find(const TcpAddress& local, const TcpAddress& peer) const;
  /// The socket, or null when it is gone.
  [[nodiscard]] const TcpSocket* find(TcpId id) const noexcept;
  std::size_t write(Instant now, TcpId id, std::span<const std::byte> bytes);
  void consume(TcpId id, std::size_t count);
  void finish(TcpId id);
  void reset(TcpId id);
  /// The owner is done with the socket: it vanishes once it has nothing left to say.
  void release(TcpId id);

  /// A segment arrived by `route`, by which answers leave.
  void handle(Instant now, const Route& route, const TcpSegment& segment, TcpEvents& events);
  /// Whether transmit() has something for this port.
  [[nodiscard]] bool wants_to_send(PortId port) const noexcept;
  /// The next segment for the port; its payload lives until the next call of anything.
  std::optional<TcpSegment> transmit(Instant now, PortId port);
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return timers_.deadline(); }
  void tick(Instant now, TcpEvents& events);

  /// Sockets that live, those included that finish on their own.
  [[nodiscard]] std::uint32_t size() const noexcept { return sockets_.size(); }

  bool operator==(const Tcp&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(sockets_, timers_, dice_, next_port_);
  }

 private:
  struct Entry {
    TcpSocket socket;
    PortId port;
    TimerId timer{};
    std::optional<Instant> armed{};
    bool queued = false;
    bool released = false;
    bool operator==(const Entry&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(socket, port, released);
    }
  };
  struct Refusal {
    PortId port;
    TcpAddress source;
    TcpAddress destination;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    TcpFlags flags{.rst = true};
    bool operator==(const Refusal&) const = default;
  };
  using Pair = std::pair<TcpAddress, TcpAddress>;  // local, peer

  TcpId add(const TcpSocket& socket, PortId port);
  void refresh(TcpId id);
  void refuse(const Route& route, const TcpSegment& segment);

  TcpManners manners_;
  Dice dice_;
  Slots<Entry, TcpId> sockets_;
  std::map<Pair, TcpId> by_pair_;
  std::vector<std::uint16_t> listening_;
  Timers<TcpId> timers_;
  std::vector<std::deque<TcpId>> ready_;  // by port: sockets that want to send
  std::vector<Refusal> refusals_;         // answers to segments of no connection
  std::uint16_t next_port_ = 32'768;
};

}  // namespace smclab::world
