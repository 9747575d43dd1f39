// SPDX-License-Identifier: MIT
//
// When faults fire and when they are over, for every stage: it is told the time, the trace
// records and the progress of the workloads, and answers with the faults whose moment has come.
// What a fault does is the stage's business. A value: a copied run keeps its faults.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emu/scenario/fault_spec.h"
#include "emu/scenario/outcome.h"
#include "protocol/time.h"

namespace smclab::scenario {

/// A fault begins or ends now.
struct FaultTurn {
  std::uint32_t fault = 0;  ///< a place in Scenario::faults
  bool begins = true;       ///< false: it is taken back, `lasts` after it began
  bool operator==(const FaultTurn&) const = default;
};

class FaultClock {
 public:
  explicit FaultClock(const std::vector<FaultSpec>& faults);

  /// All appends to `turns`, in the order of the faults in the file; each fault begins once.
  void on_time(Instant now, std::vector<FaultTurn>& turns);
  void on_record(Instant now, const HostRecord& record, std::vector<FaultTurn>& turns);
  /// `bytes`: taken so far by all receivers of the workload.
  void on_progress(Instant now, std::uint32_t workload, std::uint64_t bytes,
                   std::vector<FaultTurn>& turns);

  /// When on_time() next has something to say.
  [[nodiscard]] std::optional<Instant> next() const noexcept;
  /// Whether any fault still waits for such records, so that a stage can skip telling them.
  [[nodiscard]] bool wants_records() const noexcept;

  bool operator==(const FaultClock&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    for (const Pending& pending : pending_) v(pending.begun, pending.seen, pending.ends);
  }

 private:
  struct Pending {
    Trigger trigger;
    std::optional<Duration> lasts;
    std::uint32_t seen = 0;  // matching records so far
    bool begun = false;
    std::optional<Instant> ends;
    bool operator==(const Pending&) const = default;
  };
  void begin(Instant now, std::uint32_t fault, std::vector<FaultTurn>& turns);

  std::vector<Pending> pending_;
};

}  // namespace smclab::scenario
