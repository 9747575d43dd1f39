// SPDX-License-Identifier: MIT
#include "emu/scenario/fault_clock.h"

#include <algorithm>

namespace smclab::scenario {

FaultClock::FaultClock(const std::vector<FaultSpec>& faults) {
  for (const FaultSpec& fault : faults) {
    pending_.push_back({.trigger = fault.trigger, .lasts = fault.lasts});
  }
}

void FaultClock::begin(Instant now, std::uint32_t fault, std::vector<FaultTurn>& turns) {
  Pending& pending = pending_[fault];
  pending.begun = true;
  if (pending.lasts) pending.ends = now + *pending.lasts;
  turns.push_back({.fault = fault, .begins = true});
}

void FaultClock::on_time(Instant now, std::vector<FaultTurn>& turns) {
  for (std::uint32_t i = 0; i < pending_.size(); ++i) {
    Pending& pending = pending_[i];
    const auto* at = std::get_if<AtTime>(&pending.trigger);
    if (at != nullptr && !pending.begun && Instant(at->at) <= now) begin(now, i, turns);
    if (pending.ends && *pending.ends <= now) {
      pending.ends.reset();
      turns.push_back({.fault = i, .begins = false});
    }
  }
}

void FaultClock::on_record(Instant now, const HostRecord& record, std::vector<FaultTurn>& turns) {
  for (std::uint32_t i = 0; i < pending_.size(); ++i) {
    Pending& pending = pending_[i];
    const auto* on = std::get_if<OnEvent>(&pending.trigger);
    if (on == nullptr || pending.begun || on->host != record.host) continue;
    if (on->event != record.record.event || on->what != record.record.to) continue;
    if (++pending.seen == on->nth) begin(now, i, turns);
  }
}

void FaultClock::on_progress(Instant now, std::uint32_t workload, std::uint64_t bytes,
                             std::vector<FaultTurn>& turns) {
  for (std::uint32_t i = 0; i < pending_.size(); ++i) {
    Pending& pending = pending_[i];
    const auto* after = std::get_if<AfterProgress>(&pending.trigger);
    if (after == nullptr || pending.begun || after->workload != workload) continue;
    if (bytes >= after->bytes) begin(now, i, turns);
  }
}

std::optional<Instant> FaultClock::next() const noexcept {
  std::optional<Instant> earliest;
  const auto sooner = [&earliest](Instant when) {
    if (!earliest || when < *earliest) earliest = when;
  };
  for (const Pending& pending : pending_) {
    const auto* at = std::get_if<AtTime>(&pending.trigger);
    if (at != nullptr && !pending.begun) sooner(Instant(at->at));
    if (pending.ends) sooner(*pending.ends);
  }
  return earliest;
}

bool FaultClock::wants_records() const noexcept {
  return std::any_of(pending_.begin(), pending_.end(), [](const Pending& pending) {
    return !pending.begun && std::holds_alternative<OnEvent>(pending.trigger);
  });
}

}  // namespace smclab::scenario
