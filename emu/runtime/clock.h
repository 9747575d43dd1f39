// SPDX-License-Identifier: MIT
//
// The clock of the real stages: the machine's steady clock, counted from the start of the run.
// The only place where smclab looks at a clock.
#pragma once

#include <chrono>
#include <cstdint>

#include "protocol/time.h"

namespace smclab::runtime {

class Clock {
 public:
  /// The run starts now.
  Clock() noexcept { start(); }
  /// One that stands at the start until start() is called, while things are prepared.
  [[nodiscard]] static Clock standing() noexcept {
    Clock clock;
    clock.stands_ = true;
    return clock;
  }
  void start() noexcept {
    start_ = std::chrono::steady_clock::now();
    date_ = std::chrono::system_clock::now();
    stands_ = false;
  }
  /// Time since the start; never goes back.
  [[nodiscard]] Instant now() const noexcept {
    return stands_ ? Instant{} : Instant(std::chrono::steady_clock::now() - start_);
  }
  /// The moment on the machine's clock, to arm its timers.
  [[nodiscard]] std::chrono::steady_clock::time_point real(Instant instant) const noexcept {
    return start_ + instant.time_since_epoch();
  }
  /// The moment as captures tell it: nanoseconds since 1970.
  [[nodiscard]] std::int64_t since_1970(Instant instant) const noexcept {
    return (date_.time_since_epoch() + instant.time_since_epoch()) / std::chrono::nanoseconds(1);
  }
  /// The same for a packet's time as the kernel tells it: since 1970, or, as soft-RoCE stamps its
  /// packets, since the machine came up.
  [[nodiscard]] std::int64_t since_1970(std::chrono::nanoseconds stamp) const noexcept {
    const std::chrono::steady_clock::time_point steady(stamp);
    const bool of_today = stamp > date_.time_since_epoch() / 2;
    return of_today ? stamp.count() : since_1970(Instant(steady - start_));
  }

 private:
  std::chrono::steady_clock::time_point start_;
  std::chrono::system_clock::time_point date_;  // of the start
  bool stands_ = false;
};

}  // namespace smclab::runtime
