// SPDX-License-Identifier: MIT
//
// The checksum of IPv4 headers and of UDP (RFC 1071): the complement of the ones' complement sum
// of 16-bit words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace smclab::roce {

class InternetChecksum {
 public:
  /// Adds bytes; every piece but the last has an even length.
  void add(std::span<const std::byte> bytes) noexcept;
  /// Adds one 16-bit number.
  void add_word(std::uint16_t word) noexcept;
  /// The checksum to write; 0 if a right checksum was among what was added.
  [[nodiscard]] std::uint16_t complement() const noexcept;

 private:
  std::uint64_t sum_ = 0;  // of words in the machine's order, which the sum does not mind
};

}  // namespace smclab::roce
