// SPDX-License-Identifier: MIT
#include "emu/capture/pcapng_writer.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace smclab::capture {
namespace {

std::uint32_t word(const std::vector<std::byte>& bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= std::to_integer<std::uint32_t>(bytes.at(offset + i)) << (8 * i);
  }
  return value;
}

TEST(PcapngWriter, PadsBlocksToWordsAndRepeatsTheirLength) {
  std::vector<std::byte> out;
  append_packet({.bytes = std::array<std::byte, 5>{}, .comment = "drop"}, out);
  // Header 8, fixed part 20, data 8, comment 4 + 4, end of options 4, trailing length 4.
  ASSERT_EQ(out.size(), 52U);
  EXPECT_EQ(word(out, 0), 6U);
  EXPECT_EQ(word(out, 4), 52U);
  EXPECT_EQ(word(out, 20), 5U);
  EXPECT_EQ(word(out, 24), 5U);
  EXPECT_EQ(word(out, 36), 0x0004'0001U);
  EXPECT_EQ(word(out, 48), 52U);
}

TEST(PcapngWriter, LeavesOptionsOutWhereThereIsNoComment) {
  std::vector<std::byte> out;
  append_packet({.bytes = std::array<std::byte, 4>{}}, out);
  EXPECT_EQ(out.size(), 36U);
}

TEST(PcapngWriter, SplitsTheTimeIntoTwoWords) {
  std::vector<std::byte> out;
  append_packet({.time_ns = 0x1'0000'0002}, out);
  EXPECT_EQ(word(out, 12), 1U);
  EXPECT_EQ(word(out, 16), 2U);
}

TEST(PcapngWriter, HandsWholeBlocksToTheSink) {
  std::vector<std::size_t> calls;
  PcapngWriter writer(
      [&](std::span<const std::byte> bytes) {
        calls.push_back(bytes.size());
        return true;
      },
      {.application = "smclab"});
  EXPECT_EQ(writer.add_interface({.name = "a"}), 0U);
  EXPECT_EQ(writer.add_interface({.name = "b", .link_type = LinkType::RawIp}), 1U);
  EXPECT_TRUE(writer.write({.interface = 1, .bytes = std::array<std::byte, 1>{}}));
  ASSERT_EQ(calls.size(), 4U);
  for (const std::size_t size : calls) EXPECT_EQ(size % 4, 0U);
  EXPECT_EQ(writer.size(), calls[0] + calls[1] + calls[2] + calls[3]);
}

TEST(PcapngWriter, StopsAtTheFirstFailureOfTheSink) {
  int calls = 0;
  PcapngWriter writer([&](std::span<const std::byte>) { return ++calls < 3; }, {});
  writer.add_interface({.name = "a"});
  EXPECT_FALSE(writer.failed());
  const std::uint64_t before = writer.size();
  EXPECT_FALSE(writer.write({}));
  EXPECT_TRUE(writer.failed());
  EXPECT_FALSE(writer.write({}));
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(writer.size(), before);
}

}  // namespace
}  // namespace smclab::capture
