// SPDX-License-Identifier: MIT
//
// The two codes of time that queue pairs use: the RNR timer of a NAK (InfiniBand table 45) and
// the local acknowledgement timeout (InfiniBand 9.7.6.1.3).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "protocol/time.h"

namespace smclab::rnic {

/// How long a requester waits after an RNR NAK with this code, 0…31.
[[nodiscard]] constexpr Duration rnr_delay(std::uint8_t code) noexcept {
  constexpr std::array<std::uint32_t, 32> kMicroseconds = {
      655'360, 10,     20,     30,     40,     60,      80,      120,     160,     240,    320,
      480,     640,    960,    1'280,  1'920,  2'560,   3'840,   5'120,   7'680,   10'240, 15'360,
      20'480,  30'720, 40'960, 61'440, 81'920, 122'880, 163'840, 245'760, 327'680, 491'520};
  return std::chrono::microseconds(kMicroseconds[code & 31]);
}

/// How long a requester waits for an answer: 4.096 µs · 2^code for 1…31; code 0 means for ever,
/// which is said by zero.
[[nodiscard]] constexpr Duration acknowledge_timeout(std::uint8_t code) noexcept {
  if (code == 0) return Duration::zero();
  return Duration(std::int64_t{4'096} << (code & 31));
}

}  // namespace smclab::rnic
