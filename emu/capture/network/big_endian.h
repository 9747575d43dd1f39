// SPDX-License-Identifier: MIT
//
// Numbers out of foreign headers (Ethernet, IP, TCP), which are read here and never written. The
// messages of SMC-R itself have field lists (protocol/wire/field_list.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace smclab::capture {

/// The `width`-byte number at `at`, most significant byte first. The caller checked the bounds.
[[nodiscard]] constexpr std::uint32_t big_endian(std::span<const std::byte> bytes, std::size_t at,
                                                 unsigned width) noexcept {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  }
  return value;
}
[[nodiscard]] constexpr std::uint16_t big_endian16(std::span<const std::byte> bytes,
                                                   std::size_t at) noexcept {
  return static_cast<std::uint16_t>(big_endian(bytes, at, 2));
}
[[nodiscard]] constexpr std::uint8_t byte_at(std::span<const std::byte> bytes,
                                             std::size_t at) noexcept {
  return std::to_integer<std::uint8_t>(bytes[at]);
}

}  // namespace smclab::capture
