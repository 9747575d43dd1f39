// SPDX-License-Identifier: MIT
//
// A stage plays a scenario: the in-memory world, real sockets, verbs, ns-3. The scenario library
// knows nothing of any of them; `smclab run` picks one by name. A stage makes the flows with
// make_flows(), moves their bytes, fires the faults, and reports in an Outcome.
//
// Records that every stage adds to those of the cores, so that checks read the same everywhere:
//
//   notes network      to = describe(FaultAction)  cause = "fault" or "fault over", value = its
//                      place in Scenario::faults
//   notes queue_pair   to = "completion"  cause = describe(CompletionStatus): each failed one
//   notes completion_queue  to = "overflow"
//   notes queue_pair   to = "rnr"         cause = "sent" or "received": each RNR NAK
//   notes host         to = "denied"      cause = "buffer", "mr", "qp" or "qp_move"
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "emu/scenario/outcome.h"
#include "emu/scenario/scenario.h"

namespace smclab::scenario {

/// How far a run is.
struct Progress {
  Instant now;                    ///< on the stage's clock
  std::uint64_t bytes = 0;        ///< application bytes received so far
  std::uint64_t bytes_total = 0;  ///< of all workloads; 0 if unknown
  std::uint64_t events = 0;
};

/// What the caller wants of one run. Empty callbacks are legal; all are called on the thread of
/// play(), and none may call back into the stage.
struct PlayOptions {
  std::uint64_t seed = 1;
  bool keep_trace = true;  ///< fill Outcome::trace
  /// The bytes to send of each File workload, by place in Scenario::workloads; others are empty.
  std::vector<std::span<const std::byte>> files;
  /// Bytes that arrived of File workload `workload`, in order; the views live during the call.
  std::function<void(std::uint32_t workload, std::span<const std::byte> bytes)> file_received;
  /// Takes the pcapng as it grows; empty: no capture.
  std::function<void(std::span<const std::byte> pcapng)> capture;
  /// Called now and then, at least every 100 ms of wall time; false: stop the run.
  std::function<bool(const Progress&)> progress;
  /// Every trace record as it happens.
  std::function<void(const HostRecord&)> narrate;
};

enum class PlayEnd : std::uint8_t {
  Played,       ///< to its end, or cut off at Scenario::duration
  Interrupted,  ///< `progress` said false; the Outcome holds what there is
  Cannot,       ///< the stage cannot honour this scenario here; Outcome::missing says why
};

class Stage {
 public:
  virtual ~Stage() = default;
  [[nodiscard]] virtual StageKind kind() const noexcept = 0;
  /// Plays the scenario once. `outcome` is fresh. A stage that cannot honour a key answers
  /// Cannot before anything happens; it never ignores one.
  [[nodiscard]] virtual PlayEnd play(const Scenario& scenario, const PlayOptions& options,
                                     Outcome& outcome) = 0;
};

/// By how much a stage stretches a check's `by:` (1 where time is simulated).
[[nodiscard]] constexpr unsigned stretch(StageKind stage) noexcept {
  switch (stage) {
    case StageKind::World:
    case StageKind::Ns3:
      return 1;
    case StageKind::Emu:
      return 10;
    case StageKind::Verbs:
      return 20;
  }
  return 1;
}

}  // namespace smclab::scenario
