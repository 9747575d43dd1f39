// SPDX-License-Identifier: MIT
//
// CRC-32 of IEEE 802.3, incremental: zlib's everywhere, isa-l's where the build found it, which
// is several times faster. Both give the same numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace smclab::roce {

/// Which library crc32() uses in this build: "isa-l" or "zlib".
[[nodiscard]] std::string_view crc32_provider() noexcept;

/// The CRC of what was added before (`crc`, initially 0) followed by `bytes`.
[[nodiscard]] std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) noexcept;

/// The same by zlib, whatever the build found.
[[nodiscard]] std::uint32_t crc32_by_zlib(std::uint32_t crc,
                                          std::span<const std::byte> bytes) noexcept;

}  // namespace smclab::roce
