// SPDX-License-Identifier: MIT
//
// Buffers come in sizes of 16 KiB · 2^code (RFC 7609 A.2.3); the code travels in CLC messages.
// The smallest size is a parameter, for checkers that want a ring to wrap soon.
#pragma once

#include <cstdint>

#include "protocol/limits.h"

namespace smclab {

/// The size in bytes of a buffer of this class; `code` at most 15.
[[nodiscard]] constexpr std::uint32_t size_of_class(std::uint8_t code,
                                                    const Widths& widths = {}) noexcept {
  return widths.smallest_ring << code;
}

/// The smallest class that holds `bytes`, or `largest` if none does.
[[nodiscard]] constexpr std::uint8_t class_for(std::uint32_t bytes, std::uint8_t largest,
                                               const Widths& widths = {}) noexcept {
  std::uint8_t code = 0;
  while (code < largest && size_of_class(code, widths) < bytes) ++code;
  return code;
}

}  // namespace smclab
