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
  Clock() noexcept
      : start_(std::chrono::steady_clock::now()), date_(std::chrono::system_clock::now()) {}
  /// Time since the start; never goes back.
  [[nodiscard]] Instant now() const noexcept {
    return Instant(std::chrono::steady_clock::now() - start_);
  }
  /// The moment on the machine's clock, to arm its timers.
  [[nodiscard]] std::chrono::steady_clock::time_point real(Instant instant) const noexcept {
    return start_ + instant.time_since_epoch();
  }
  /// The moment as captures tell it: nanoseconds since 1970.
  [[nodiscard]] std::int64_t since_1970(Instant instant) const noexcept {
    return (date_.time_since_epoch() + instant.time_since_epoch()) / std::chrono::nanoseconds(1);
  }

 private:
  std::chrono::steady_clock::time_point start_;
  std::chrono::system_clock::time_point date_;  // of the start
};

}  // namespace smclab::runtime
