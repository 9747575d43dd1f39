// SPDX-License-Identifier: MIT
//
// Timestamps of pcapng: a count of units that each interface chooses, 10^-n or 2^-n seconds for
// n up to 127 (draft-ietf-opsawg-pcapng §4.2, if_tsresol and if_tsoffset).
#include <algorithm>
#include <limits>

#include "emu/capture/pcapng_reader.h"

namespace smclab::capture {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

struct Seconds {
  std::uint64_t whole = 0;
  std::uint64_t ns = 0;
};

constexpr std::uint64_t power_of_ten(unsigned exponent) noexcept {
  std::uint64_t result = 1;
  for (unsigned i = 0; i < exponent; ++i) result *= 10;
  return result;
}

Seconds from_decimal(std::uint64_t ticks, unsigned digits) noexcept {
  constexpr unsigned kMaxDigits = 19;  // 10^19 is the largest power that 64 bits hold
  if (digits > kMaxDigits) {
    const unsigned excess = std::min(digits - kMaxDigits, kMaxDigits + 1);
    ticks = excess > kMaxDigits ? 0 : ticks / power_of_ten(excess);
    digits = kMaxDigits;
  }
  const std::uint64_t unit = power_of_ten(digits);
  const std::uint64_t part = ticks % unit;
  return {ticks / unit,
          digits <= 9 ? part * power_of_ten(9 - digits) : part / power_of_ten(digits - 9)};
}

Seconds from_binary(std::uint64_t ticks, unsigned bits) noexcept {
  if (bits >= 96) return {};  // 2^64 ticks are then less than a nanosecond
  const std::uint64_t whole = bits < 64 ? ticks >> bits : 0;
  std::uint64_t part = bits < 64 ? ticks - (whole << bits) : ticks;
  // 32 bits of fraction are finer than a nanosecond and leave room for the product.
  if (bits > 32) {
    part >>= bits - 32 < 64 ? bits - 32 : 63;
    bits = 32;
  }
  return {whole, part * kNsPerSecond >> bits};
}

}  // namespace

std::int64_t time_in_ns(std::uint64_t ticks, const InterfaceDescription& interface) {
  const unsigned exponent = interface.time_resolution & 0x7FU;
  const bool binary = (interface.time_resolution & 0x80U) != 0;
  const Seconds time = binary ? from_binary(ticks, exponent) : from_decimal(ticks, exponent);
  constexpr auto kLimit =
      static_cast<std::int64_t>(std::numeric_limits<std::int64_t>::max() / kNsPerSecond) - 1;
  const auto whole =
      static_cast<std::int64_t>(std::min(time.whole, static_cast<std::uint64_t>(kLimit)));
  const std::int64_t offset = std::clamp(interface.time_offset_s, -kLimit, kLimit);
  const std::int64_t seconds = std::clamp(whole + offset, -kLimit, kLimit);
  return seconds * static_cast<std::int64_t>(kNsPerSecond) + static_cast<std::int64_t>(time.ns);
}

}  // namespace smclab::capture
