// SPDX-License-Identifier: MIT
//
// One SMC-R host (RFC 7609), without an operating system: it is told what happened and answers
// with what to do. It knows no clock, thread, socket or RNIC and holds no payload; a driver owns
// those (emu/stack, ns3-module). Link groups are shared by all connections of the host, which is
// why the host and not the connection is the unit.
//
// An Endpoint is a value: copies go on independently and identically, and two that were told the
// same are equal and have the same digest on every machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/action.h"
#include "protocol/config.h"
#include "protocol/endpoint/life.h"
#include "protocol/input.h"
#include "protocol/link/directory.h"
#include "protocol/turn.h"

namespace smclab {

/// One connection, as listings show it.
struct ConnectionView {
  ConnId id;
  std::string_view state;        ///< of the handshake or of the connection; static text
  const Connection* connection;  ///< null while the handshake is not over
  Role role;
  GroupId group;  ///< unassigned as long as none is known
  LinkId link;
};

class Endpoint {
 public:
  explicit Endpoint(const Config& config);

  /// Takes one input at time `now`, which never goes backwards, and appends what follows from it
  /// to `out`. Spans in `input` are read during the call only. input::Entropy comes first.
  void handle(Instant now, const Input& input, Actions& out);

  /// When it next wants an input::Tick; nothing if it waits for the outside only. O(1). An earlier
  /// Tick is legal and does nothing.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return timers_.deadline(); }

  [[nodiscard]] std::uint64_t digest() const;
  bool operator==(const Endpoint&) const = default;

  // --- for listings and tests --------------------------------------------------------------------
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] const Slots<LinkGroup, GroupId>& groups() const noexcept {
    return directory_.groups;
  }
  [[nodiscard]] const Slots<Link, LinkId>& links() const noexcept { return directory_.links; }
  [[nodiscard]] const Pool& buffers() const noexcept { return directory_.pool; }
  [[nodiscard]] const DropCounters& dropped() const noexcept { return directory_.dropped; }
  [[nodiscard]] std::vector<ConnectionView> connections() const;

 private:
  // One overload an input: endpoint.cc.
  void on(Turn& turn, const input::Entropy& input);
  void on(Turn& turn, const input::TcpUp& input);
  void on(Turn& turn, const input::TcpBytes& input);
  void on(Turn& turn, const input::TcpDown& input);
  void on(Turn& turn, const input::Wrote& input);
  void on(Turn& turn, const input::Read& input);
  void on(Turn& turn, const input::Shutdown& input);
  void on(Turn& turn, const input::Close& input);
  void on(Turn& turn, const input::Abort& input);
  void on(Turn& turn, const input::QpMade& input);
  void on(Turn& turn, const input::QpMoved& input);
  void on(Turn& turn, const input::BufferMade& input);
  void on(Turn& turn, const input::BufferRegistered& input);
  void on(Turn& turn, const input::SendDone& input);
  void on(Turn& turn, const input::Message& input);
  void on(Turn& turn, const input::QpFailed& input);
  void on(Turn& turn, const input::PortState& input);
  void on(Turn& turn, const input::Tick& input);
  Connection* find_connected(Turn& turn, ConnId id);
  void receive_cdc(Turn& turn, Link& link, std::span<const std::byte> bytes);

  // What parts below tell: endpoint/signals.cc.
  void deliver(Turn& turn);
  void deliver(Turn& turn, const Signal& signal);
  void wake_waiting(Turn& turn, LinkId link);
  void end_members(Turn& turn, GroupId group);
  void take_back(Turn& turn, ConnId conn);
  void fire(Turn& turn, const Alarm& alarm);

  // Connections whose handshake is not over: endpoint/negotiation.cc.
  void negotiate(Turn& turn, ConnId id, const handshake::Event& event);
  void conclude(Turn& turn, ConnId id, const handshake::Outcome& outcome);
  void connect(Turn& turn, ConnId id);
  void tell_buffer_owner(Turn& turn, GroupId group, BufferId buffer, const handshake::Event& event);
  [[nodiscard]] Connection begin_connection(const handshake::Attempt& attempt) const;

  [[nodiscard]] ConnTurn turn_of(Turn& turn, Connection& conn) {
    return {turn, conn, directory_.links.find(conn.link)};
  }

  Config config_;
  Timers<Alarm> timers_;
  Chance chance_;
  std::vector<Signal> signals_;  // empty between calls; a member to keep its memory
  Directory directory_;
  Lives lives_;
  std::uint32_t negotiations_ = 0;
};

}  // namespace smclab
