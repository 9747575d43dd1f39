// SPDX-License-Identifier: MIT
#include "emu/cli/play/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace smclab::cli {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;

void remember(int) {
  g_interrupted = 1;
  std::signal(SIGINT, SIG_DFL);
}

double milliseconds(Instant at) {
  return static_cast<double>(at.time_since_epoch().count()) / 1e6;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  g_interrupted = 0;
  std::signal(SIGINT, remember);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
}

bool InterruptGuard::interrupted() noexcept {
  return g_interrupted != 0;
}

ProgressLine::ProgressLine(std::string title)
    : title_(std::move(title)),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + std::chrono::milliseconds(200)) {}

void ProgressLine::show(const scenario::Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  shown_ = true;
  std::string part;
  if (progress.bytes_total > 0) {
    part = fmt::format("{:3d} % ", 100 * progress.bytes / progress.bytes_total);
  }
  fmt::print(stderr, "\r\x1b[K{} {}{:.1f} ms, {} bytes", title_, part, milliseconds(progress.now),
             progress.bytes);
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!shown_) return;
  shown_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace smclab::cli
