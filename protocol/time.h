// SPDX-License-Identifier: MIT
//
// Time as the core sees it: a number it is told. The clock type has no now(), so code that wants
// to look at a clock does not compile; every stage (virtual, real, ns-3) brings its own.
#pragma once

#include <chrono>

namespace smclab {

/// A span of time in nanoseconds; negative values are legal and mean "earlier".
using Duration = std::chrono::nanoseconds;

/// The clock of a stage. Its epoch is the start of that stage's run.
struct StageClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<StageClock, duration>;
  static constexpr bool is_steady = true;
};

/// A moment of a run, in nanoseconds since the run began.
using Instant = StageClock::time_point;

}  // namespace smclab
