// SPDX-License-Identifier: MIT
//
// Where RFC 7609 and Linux differ in what this folder does, each difference by name. Where both
// profiles have one value, the other practice could lose data, and the value is safe towards a
// peer of either kind.
#pragma once

#include <algorithm>
#include <cstdint>

#include "protocol/config.h"

namespace smclab {

struct Practice {
  /// RFC 7609 §4.5.1: while the peer says B, any consumption sends it an update. Linux sends one
  /// only beyond the threshold below, which spares a slow reader a CDC, and its peer a write, for
  /// every byte. Neither can deadlock: a blocked sender has filled the whole ring, so the reader
  /// passes any threshold before it has read everything.
  bool update_whenever_blocked = false;
  /// When a close gives data up that could not be flushed, the last CDC says A, not C as Linux does
  /// after its wait: the peer must not take a shortened stream for a whole one.
  bool abort_what_was_not_flushed = true;
  /// Bytes that are never worth an update by themselves. Linux: half of SOCK_MIN_SNDBUF, which is
  /// more than the tenth of a ring in rings of 16 KiB; the RFC knows only the tenth.
  std::uint32_t least_update = 2'304;
  bool operator==(const Practice&) const = default;
};

[[nodiscard]] constexpr Practice practice_of(Profile profile) noexcept {
  switch (profile) {
    case Profile::Linux:
      return {};
    case Profile::Rfc:
      return {.update_whenever_blocked = true, .least_update = 0};
  }
  return {};
}

/// The receiver need not tell of this many bytes or less (Linux: rmbe_update_limit). For a
/// checker's ring, which may be smaller than the constant, half a ring at most.
[[nodiscard]] constexpr std::uint32_t update_limit(std::uint32_t ring_size,
                                                   const Practice& practice) noexcept {
  return std::min(std::max(ring_size / 10, practice.least_update), ring_size / 2);
}

}  // namespace smclab
