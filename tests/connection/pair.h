// SPDX-License-Identifier: MIT
//
// Two connections back to back: real senders and receivers, toy memory, and between them two
// ordered queues that the test moves by hand, one for what is on the wire and one for the
// completions on their way back. An RDMA write reads its source when it is delivered, as late as
// an RNIC might, so a send buffer that is given back too early shows as wrong bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "protocol/connection/closing.h"
#include "protocol/connection/connection.h"
#include "protocol/connection/receiver.h"
#include "protocol/connection/sender.h"
#include "protocol/wire/cdc.h"

namespace smclab::test {

struct PairSizes {
  std::uint32_t send = 16'384;
  std::uint32_t rmb = 16'384;
  Widths widths;
  std::uint8_t slots = 16;
};

/// What was posted and not delivered yet.
using OnWire = std::variant<action::PostWrite, wire::Cdc>;

/// One host: the connection, its link, and an application with a stream of known bytes.
class Side {
 public:
  Side(const PairSizes& own, const PairSizes& peer, std::uint32_t index);

  /// Runs one of the connection's functions and carries out what it asked for.
  void run(const std::function<void(ConnTurn)>& handler);

  // The application.
  std::uint32_t write(std::uint32_t bytes);  ///< as much of it as there is space; returns that
  std::uint32_t read(std::uint32_t bytes);   ///< as much as there is; checks every byte
  void shutdown() { run(handle_shutdown); }
  void close() { run(handle_close); }
  void abort() { run(handle_abort); }
  /// A CDC of the peer, or of somebody who plays it.
  void receive(const wire::Cdc& cdc);
  /// The oldest CDC that was delivered completes; false if there is none.
  bool complete();
  /// The queue was full: the last CDC never went out. Its writes did.
  void refuse_last_cdc();
  /// Lets time pass until the next timer fires; false if there is none.
  bool fire_timer();

  [[nodiscard]] bool over() const { return released == 1; }
  [[nodiscard]] ConnState state() const { return conn.state.get(); }
  /// The CDCs on the wire, oldest first.
  [[nodiscard]] std::vector<wire::Cdc> cdcs() const;
  [[nodiscard]] std::size_t writes() const;

  Config config;
  Timers<Alarm> timers;
  Chance chance;
  std::vector<Signal> signals;
  Actions actions;
  Instant now{};
  Link link;
  bool link_up = true;
  Connection conn;
  std::vector<std::byte> send_memory;
  std::vector<std::byte> rmb_memory;
  std::deque<OnWire> wire;
  std::deque<RequestId> in_flight;
  std::size_t delivered = 0;  ///< how many of in_flight

  std::uint64_t written = 0;  ///< bytes of the stream the application has written
  std::uint64_t taken = 0;    ///< bytes of the peer's stream the application has read
  std::uint32_t space = 0;
  std::uint32_t available = 0;
  int connected = 0, ends_of_stream = 0, closed = 0, released = 0, fins = 0, resets = 0;
  int ends_signalled = 0;
  bool said_last = false;  ///< C or A was posted
  std::optional<CloseReason> why;
  std::optional<Refusal> refused;

 private:
  void carry_out(const Action& action);
};

class Pair {
 public:
  explicit Pair(const PairSizes& a = {}, const PairSizes& b = {});
  /// Delivers the oldest thing that `from` posted to the other side; false if there is none.
  bool deliver(Side& from);
  /// Delivers and completes until nothing moves; timers do not fire.
  void settle();
  [[nodiscard]] Side& peer_of(const Side& side) { return &side == &a ? b : a; }

  Side a;
  Side b;
};

/// Byte `at` of the stream that the side with this index writes.
[[nodiscard]] std::byte stream_byte(std::uint32_t index, std::uint64_t at);

}  // namespace smclab::test
