// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/checksum.h"

#include <array>
#include <bit>
#include <cstring>

namespace smclab::roce {
namespace {

// RFC 1071 §2: the sum of byte-swapped words is the byte-swapped sum.
constexpr std::uint16_t to_network_order(std::uint16_t word) {
  if constexpr (std::endian::native == std::endian::big) return word;
  return static_cast<std::uint16_t>(word << 8 | word >> 8);
}

}  // namespace

void InternetChecksum::add(std::span<const std::byte> bytes) noexcept {
  while (bytes.size() >= 4) {
    std::uint32_t words;
    std::memcpy(&words, bytes.data(), 4);
    sum_ += words;
    bytes = bytes.subspan(4);
  }
  std::array<std::byte, 4> rest{};
  if (bytes.empty()) return;
  std::memcpy(rest.data(), bytes.data(), bytes.size());
  std::uint32_t words;
  std::memcpy(&words, rest.data(), 4);
  sum_ += words;
}

void InternetChecksum::add_word(std::uint16_t word) noexcept {
  sum_ += to_network_order(word);
}

std::uint16_t InternetChecksum::complement() const noexcept {
  std::uint64_t sum = sum_;
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~to_network_order(static_cast<std::uint16_t>(sum)));
}

}  // namespace smclab::roce
