// SPDX-License-Identifier: MIT
//
// The application on one side of one connection, sans-IO: a stage tells it what happened, asks it
// for bytes and offers it bytes, and then carries out its wish. It plays `rounds` of "client
// sends `request`, server answers with `response`" (a stream is one round), then the close the
// scenario asks for, and verifies every byte it takes. A value: copyable, comparable, no callbacks.
//
// A stage, whenever something happened or wakes_at() is reached:
//
//   while (n = flow.drain(now, readable bytes)) tell the core that n were read;
//   while (n = flow.fill(now, room in the send ring)) tell the core that n were written;
//   carry out flow.wish(now);
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "emu/scenario/outcome.h"
#include "emu/scenario/pattern.h"
#include "emu/scenario/scenario.h"
#include "protocol/time.h"

namespace smclab::scenario {

/// What both sides of a connection know.
struct FlowPlan {
  std::uint64_t key = 0;       ///< of the patterns; differs for every connection of a run
  std::uint64_t request = 0;   ///< bytes client to server, each round
  std::uint64_t response = 0;  ///< bytes server to client, each round
  std::uint32_t rounds = 1;
  WritePace write;  ///< of the client
  ReadPace read;    ///< of the server
  CloseSpec close;
  const std::byte* file = nullptr;  ///< the request's bytes, `request` of them; null: a pattern
  bool operator==(const FlowPlan&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(key, request, response, rounds);
  }
};

/// What an application wants beside reading and writing. Each wish is told once.
enum class Wish : std::uint8_t { None, Shutdown, Close, Abort };

class Flow {
 public:
  Flow(const FlowPlan& plan, Side side) noexcept;

  // --- what happened ---------------------------------------------------------------------------
  /// connect() or accept() is done; `transport` says what carries the bytes. `own` and `peer`
  /// are the diagnoses of a fallback.
  void on_connected(Instant now, Transport transport, Diagnosis own = Diagnosis::None,
                    Diagnosis peer = Diagnosis::None) noexcept;
  /// The peer sends no more behind what was readable, and all of that was drained.
  void on_end_of_stream() noexcept;
  /// The connection is gone; over TCP `why` is Orderly or ResetByPeer. Also for a connection that
  /// never came up.
  void on_closed(Instant now, CloseReason why) noexcept;
  /// The scenario makes the application give up: the next wish is this one.
  void give_up(AppDeed deed) noexcept;

  // --- what it does ----------------------------------------------------------------------------
  /// One write: puts up to `room.size()` bytes there, and says how many. 0: nothing to write now.
  [[nodiscard]] std::size_t fill(Instant now, std::span<std::byte> room) noexcept;
  /// One read: takes bytes from the front and says how many. 0: it does not read now.
  [[nodiscard]] std::size_t drain(Instant now, std::span<const std::byte> bytes) noexcept;
  /// The same where memory is unbacked: lengths are counted, bytes are not verified.
  [[nodiscard]] std::size_t fill_unbacked(Instant now, std::size_t room) noexcept;
  [[nodiscard]] std::size_t drain_unbacked(Instant now, std::size_t available) noexcept;
  [[nodiscard]] Wish wish() noexcept;
  /// When a pause of reading or writing ends; nothing if it does not wait for time. May lie in
  /// the past, then it wants to be asked now.
  [[nodiscard]] std::optional<Instant> wakes_at(Instant now) const noexcept;

  // --- what is known ---------------------------------------------------------------------------
  /// Whether nothing more will come of it: it ended, or it stays open and all bytes are through.
  [[nodiscard]] bool done() const noexcept;
  [[nodiscard]] const FlowResult& result() const noexcept { return result_; }
  [[nodiscard]] std::uint64_t to_send() const noexcept { return to_send_; }
  [[nodiscard]] std::uint64_t to_receive() const noexcept { return to_receive_; }

  bool operator==(const Flow&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(plan_, side_, result_.sent, result_.received, result_.intact, result_.complete,
      end_of_stream_, closing_, next_read_, next_write_);
  }

 private:
  [[nodiscard]] std::size_t writable_now(Instant now, std::size_t room) const noexcept;
  [[nodiscard]] std::size_t readable_now(Instant now, std::size_t available) const noexcept;
  void wrote(Instant now, std::size_t bytes) noexcept;
  void took(Instant now, std::size_t bytes) noexcept;
  [[nodiscard]] std::uint64_t may_send() const noexcept;
  [[nodiscard]] bool all_through() const noexcept;
  [[nodiscard]] bool begins_close() const noexcept;

  FlowPlan plan_;
  Side side_;
  FlowResult result_;
  std::uint64_t to_send_;
  std::uint64_t to_receive_;
  Instant next_read_;
  Instant next_write_;
  bool open_ = false;
  bool end_of_stream_ = false;
  bool shut_ = false;
  bool closing_ = false;
  std::optional<AppDeed> ordered_;
};

/// One connection to be made: when, between whom, and its two sides.
struct PlannedFlow {
  std::uint32_t workload = 0;    ///< a place in Scenario::workloads
  std::uint32_t connection = 0;  ///< a place in WorkloadResult::connections
  std::uint32_t from = 0;        ///< the client's node
  std::uint32_t to = 0;
  std::uint16_t port = 0;
  Instant start;
  Flow client;
  Flow server;
};

/// Every connection of the scenario, in the order of their starts (equal ones in file order).
/// `files` as in PlayOptions.
[[nodiscard]] std::vector<PlannedFlow> make_flows(
    const Scenario& scenario, std::uint64_t seed,
    std::span<const std::span<const std::byte>> files);

/// Workload results with room for every connection, to be filled with Flow::result().
[[nodiscard]] std::vector<WorkloadResult> empty_results(const Scenario& scenario);

}  // namespace smclab::scenario
