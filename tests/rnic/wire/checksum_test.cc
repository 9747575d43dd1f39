// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/checksum.h"

#include <gtest/gtest.h>

#include "tests/rnic/wire/kernel_frames.h"

namespace smclab::roce {
namespace {

// The definition, word by word (RFC 1071 §1).
std::uint16_t by_definition(const Bytes& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += std::to_integer<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
  }
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

TEST(InternetChecksum, IsTheDefinitionForEveryLengthAndSplit) {
  Bytes bytes;
  for (unsigned size = 0; size < 100; ++size) {
    for (std::size_t split = 0; split <= bytes.size(); split += 2) {
      InternetChecksum checksum;
      checksum.add(std::span(bytes).first(split));
      checksum.add(std::span(bytes).subspan(split));
      EXPECT_EQ(checksum.complement(), by_definition(bytes)) << size << " at " << split;
    }
    bytes.push_back(static_cast<std::byte>(size * 151 + 7));
  }
}

TEST(InternetChecksum, AddsNumbersAsTheyTravel) {
  InternetChecksum whole;
  whole.add(from_hex("1234abcd"));
  InternetChecksum words;
  words.add_word(0x1234);
  words.add_word(0xABCD);
  EXPECT_EQ(words.complement(), whole.complement());
  words.add_word(whole.complement());
  EXPECT_EQ(words.complement(), 0) << "a right checksum adds up to nothing";
}

}  // namespace
}  // namespace smclab::roce
