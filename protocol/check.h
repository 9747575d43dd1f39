// SPDX-License-Identifier: MIT
//
// The one macro: a condition that only a bug of ours can break. It is on in every build, release
// included, because a protocol engine that goes on after a broken invariant corrupts data.
// What a peer, an application or the operating system can cause is never checked this way.
#pragma once

namespace smclab {

/// Prints the place and the condition on standard error and aborts. Never returns.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace smclab

#define SMCLAB_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::smclab::check_failed(#condition, __FILE__, __LINE__))
