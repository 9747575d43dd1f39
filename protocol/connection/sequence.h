// SPDX-License-Identifier: MIT
//
// CDC sequence numbers: serial arithmetic in a width that checkers may shrink (16 bits in the
// protocol; Linux compares the signed difference). The number exactly half a range away counts as
// older.
#pragma once

#include <cstdint>

namespace smclab {

/// The number `steps` after `sequence`; negative steps go back.
[[nodiscard]] constexpr std::uint16_t sequence_after(std::uint16_t sequence, int steps,
                                                     unsigned bits) noexcept {
  return static_cast<std::uint16_t>((sequence + static_cast<unsigned>(steps)) & ((1U << bits) - 1));
}

/// Whether `a` was given out after `b`.
[[nodiscard]] constexpr bool is_newer(std::uint16_t a, std::uint16_t b, unsigned bits) noexcept {
  const unsigned ahead = (static_cast<unsigned>(a) - b) & ((1U << bits) - 1);
  return ahead != 0 && ahead < 1U << (bits - 1);
}

}  // namespace smclab
