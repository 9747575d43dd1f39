// SPDX-License-Identifier: MIT
//
// What a person at a terminal sees while a run takes its time, and the way to end it: a line on
// standard error that is rewritten ten times a second, and Ctrl-C.
#pragma once

#include <chrono>
#include <string>

#include "emu/scenario/stage.h"

namespace smclab::cli {

/// While one of these lives, SIGINT does not kill the program but is remembered; a second one
/// kills, for those who do not want to wait.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  [[nodiscard]] static bool interrupted() noexcept;
};

/// Shows nothing where standard error is not a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(std::string title);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const scenario::Progress& progress);
  /// Takes the line away, so that other output can follow.
  void clear();

 private:
  std::string title_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace smclab::cli
