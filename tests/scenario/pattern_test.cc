// SPDX-License-Identifier: MIT
#include "emu/scenario/pattern.h"

#include <gtest/gtest.h>

#include <vector>

namespace smclab::scenario {
namespace {

std::vector<std::byte> piece(const Pattern& pattern, std::uint64_t offset, std::size_t size) {
  std::vector<std::byte> bytes(size);
  pattern.fill(offset, bytes);
  return bytes;
}

TEST(Pattern, IsAFunctionOfTheOffsetHoweverItIsCut) {
  const Pattern pattern(42);
  const auto whole = piece(pattern, 0, 1'000);
  for (std::size_t offset = 0; offset < 40; ++offset) {
    for (std::size_t size = 0; size < 40; ++size) {
      const auto part = piece(pattern, offset, size);
      ASSERT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + static_cast<long>(offset)));
      ASSERT_FALSE(pattern.mismatch(offset, part));
    }
  }
}

TEST(Pattern, FindsTheFirstWrongByte) {
  const Pattern pattern(7);
  for (const std::size_t wrong : {0U, 1U, 255U, 256U, 257U, 599U}) {
    auto bytes = piece(pattern, 13, 600);
    bytes[wrong] ^= std::byte{0x10};
    EXPECT_EQ(pattern.mismatch(13, bytes), wrong);
  }
}

TEST(Pattern, AShiftedOrForeignStreamIsFoundWithinEightBytes) {
  const Pattern pattern(7);
  const auto shifted = piece(pattern, 1, 64);
  ASSERT_TRUE(pattern.mismatch(0, shifted));
  EXPECT_LT(*pattern.mismatch(0, shifted), 8U);
  const auto foreign = piece(Pattern(8), 0, 64);
  ASSERT_TRUE(pattern.mismatch(0, foreign));
  EXPECT_LT(*pattern.mismatch(0, foreign), 8U);
}

}  // namespace
}  // namespace smclab::scenario
