// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/identification.h"

#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "emu/rnic/wire/crc32.h"
#include "protocol/check.h"

namespace smclab::roce {
namespace {

constexpr std::uint32_t highest_bit(std::uint32_t value) {
  return std::bit_floor(value);
}

}  // namespace

IdentificationSolver::System IdentificationSolver::make(std::size_t behind) {
  // What a single bit does: the CRC of that bit before zeros, less the CRC of zeros alone.
  std::vector<std::byte> zeros(2 + behind);
  const std::uint32_t base = crc32(0, zeros);
  System system;
  for (unsigned bit = 0; bit < system.size(); ++bit) {
    const std::size_t byte = bit < 8 ? 1 : 0;
    zeros[byte] = static_cast<std::byte>(1U << bit % 8);
    system[bit] = {crc32(0, zeros) ^ base, static_cast<std::uint16_t>(1U << bit)};
    zeros[byte] = std::byte{0};
  }
  // Gauss: each row's highest bit is taken out of all rows behind it.
  for (std::size_t i = 0; i < system.size(); ++i) {
    // A CRC-32 finds every change within 16 neighbouring bits, so no row is ever empty.
    SMCLAB_CHECK(system[i].crc != 0);
    for (std::size_t j = i + 1; j < system.size(); ++j) {
      if ((system[j].crc & highest_bit(system[i].crc)) == 0) continue;
      system[j].crc ^= system[i].crc;
      system[j].bits ^= system[i].bits;
    }
  }
  return system;
}

std::optional<std::uint16_t> IdentificationSolver::solve(std::uint32_t difference,
                                                         std::size_t behind) {
  auto known = systems_.find(behind);
  if (known == systems_.end()) known = systems_.emplace(behind, make(behind)).first;
  std::uint16_t identification = 0;
  for (const Row& row : known->second) {
    if ((difference & highest_bit(row.crc)) == 0) continue;
    difference ^= row.crc;
    identification ^= row.bits;
  }
  return difference == 0 ? std::optional(identification) : std::nullopt;
}

}  // namespace smclab::roce
