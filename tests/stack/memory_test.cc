// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "emu/stack/memory.h"

namespace smclab::stack {
namespace {

bool begins_a_page(std::span<const std::byte> bytes) {
  void* place = const_cast<std::byte*>(bytes.data());
  std::size_t room = kPage;
  void* const before = place;
  return std::align(kPage, 1, place, room) == before;
}

TEST(Memory, PiecesBeginOnPagesAndNeverMove) {
  Memory memory;
  const auto first = memory.allocate(100, Backing::Bytes);
  const auto* const place = memory.bytes({first, 0, 100}).data();
  for (int i = 0; i < 100; ++i) {
    const auto next = memory.allocate(5'000, Backing::Bytes);
    EXPECT_TRUE(begins_a_page(memory.bytes({next, 0, 5'000})));
  }
  EXPECT_TRUE(begins_a_page(memory.bytes({first, 0, 100})));
  EXPECT_EQ(memory.bytes({first, 0, 100}).data(), place);
}

TEST(Memory, AddressesLieWholePagesApart) {
  EXPECT_EQ(whole_pages(1), kPage);
  EXPECT_EQ(whole_pages(kPage), kPage);
  EXPECT_EQ(whole_pages(kPage + 1), 2 * kPage);
  EXPECT_EQ(whole_pages(UINT32_MAX), std::uint64_t{1} << 32);
}

}  // namespace
}  // namespace smclab::stack
