// SPDX-License-Identifier: MIT
//
// What a run gave, as a stage reports it and the judge reads it. `smclab run --json` is written
// from here (report.h), so a name here is a promise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emu/scenario/workload_spec.h"
#include "protocol/action.h"
#include "protocol/time.h"
#include "protocol/trace.h"

namespace smclab::scenario {

/// What carried a connection's bytes in the end.
enum class Transport : std::uint8_t { None, Tcp, SmcR };

/// One side of one connection, as its application saw it.
struct FlowResult {
  Transport transport = Transport::None;
  Diagnosis own = Diagnosis::None;   ///< of a fallback: this side's reason
  Diagnosis peer = Diagnosis::None;  ///< of a fallback: what the peer's Decline said
  std::uint64_t sent = 0;            ///< bytes the application gave
  std::uint64_t received = 0;        ///< bytes the application took
  bool intact = true;                ///< every received byte was the right one, in the right place
  bool complete = false;  ///< all bytes sent and received, and the close as the scenario asks
  std::optional<CloseReason> closed;  ///< unset: still open, or it ended over TCP
  bool reset = false;                 ///< the application saw ECONNRESET or ECONNABORTED
  std::optional<Instant> connected_at;
  std::optional<Instant> ended_at;
  bool operator==(const FlowResult&) const = default;
};

struct ConnectionResult {
  FlowResult client;
  FlowResult server;
  bool operator==(const ConnectionResult&) const = default;
};

struct WorkloadResult {
  WorkloadKind kind = WorkloadKind::Stream;
  std::vector<ConnectionResult> connections;
  bool operator==(const WorkloadResult&) const = default;
};

/// A figure with a name in snake_case; static storage.
struct Counter {
  std::string_view name;
  std::uint64_t value = 0;
  bool operator==(const Counter&) const = default;
};

/// One node. `counters` holds at least the members of rnic::Counters, summed over its RNICs, by
/// their names, save those that a device does not count, and what the stage counts besides
/// (link_groups, declines_sent, …).
struct HostResult {
  std::string name;
  std::vector<Counter> counters;
  bool operator==(const HostResult&) const = default;
};

/// A trace record and the place of its node in Scenario::nodes.
struct HostRecord {
  std::uint32_t host = 0;
  TraceRecord record;
  bool operator==(const HostRecord&) const = default;
};

/// What an invariant of the stage says; the stage's own checks, no scenario switches them off.
struct Verdict {
  std::string_view name;  ///< "byte_exact", "quiescent", "no_leak", …; static storage
  bool passed = true;
  std::string detail;  ///< what broke and where; empty when it passed
  bool operator==(const Verdict&) const = default;
};

struct Performance {
  Duration model_time{};     ///< on the stage's clock, from the start to the last event
  Duration wall_time{};      ///< on the machine's clock
  std::uint64_t events = 0;  ///< pops of the world's queue; 0 elsewhere
  std::uint64_t frames = 0;  ///< handed to a link
  std::uint64_t bytes = 0;   ///< application bytes received
  bool operator==(const Performance&) const = default;
};

/// How the hosts of a run told each other that they speak SMC-R (RFC 7609 §3.1).
enum class Capability : std::uint8_t {
  Option,     ///< by the TCP option in SYN and SYN-ACK
  OutOfBand,  ///< the stage told them: its SYNs carry no option
};

struct Outcome {
  std::vector<WorkloadResult> workloads;  ///< in the scenario's order
  std::vector<HostResult> hosts;          ///< in the scenario's order
  std::vector<HostRecord> trace;          ///< in the order it happened
  std::vector<Verdict> verdicts;
  Performance performance;
  std::optional<std::uint64_t> trace_hash;  ///< unset off world
  Capability capability = Capability::Option;
  std::string missing;  ///< PlayEnd::Cannot: what this machine or stage lacks, one sentence
};

[[nodiscard]] constexpr std::string_view describe(Capability capability) noexcept {
  return capability == Capability::Option ? "option" : "out_of_band";
}

[[nodiscard]] constexpr std::string_view describe(Transport transport) noexcept {
  switch (transport) {
    case Transport::None:
      return "none";
    case Transport::Tcp:
      return "tcp";
    case Transport::SmcR:
      return "smc_r";
  }
  return "?";
}

}  // namespace smclab::scenario
