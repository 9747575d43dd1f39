// SPDX-License-Identifier: MIT
#include "emu/capture/pcapng_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "emu/capture/pcapng_writer.h"
#include "tests/unit/capture/bytes.h"

namespace smclab::capture {
namespace {

using testing::Bytes;
using testing::hex;
using testing::join;

struct Packet {
  std::uint64_t frame;
  std::uint32_t interface;
  LinkType link_type;
  std::int64_t time_ns;
  Bytes bytes;
  std::uint32_t original_length;
  std::string comment;
  bool operator==(const Packet&) const = default;
};

struct Reading {
  std::vector<Packet> packets;
  std::string problem;
};

Reading read(const Bytes& file) {
  std::size_t at = 0;
  PcapngReader reader([&](std::span<std::byte> target) {
    const std::size_t size = std::min(target.size(), file.size() - at);
    std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(at), size, target.begin());
    at += size;
    return size;
  });
  Reading all;
  while (const auto packet = reader.next()) {
    all.packets.push_back({packet->frame, packet->interface, packet->link_type, packet->time_ns,
                           Bytes(packet->bytes.begin(), packet->bytes.end()),
                           packet->original_length, std::string(packet->comment)});
  }
  all.problem = reader.problem();
  return all;
}

Bytes sample() {
  Bytes file;
  append_section({.application = "test"}, file);
  append_interface({.name = "a"}, file);
  append_interface({.name = "b", .link_type = LinkType::LinuxCooked2}, file);
  append_packet({.interface = 1,
                 .time_ns = 1'700'000'000'123'456'789,
                 .bytes = hex("01 02 03"),
                 .original_length = 9,
                 .comment = "fault: drop"},
                file);
  append_packet({.time_ns = 5, .bytes = hex("0a")}, file);
  return file;
}

TEST(PcapngReader, ReadsBackWhatTheWriterWrote) {
  const Reading got = read(sample());
  EXPECT_EQ(got.problem, "");
  ASSERT_EQ(got.packets.size(), 2U);
  EXPECT_EQ(got.packets[0], (Packet{1, 1, LinkType::LinuxCooked2, 1'700'000'000'123'456'789,
                                    hex("01 02 03"), 9, "fault: drop"}));
  EXPECT_EQ(got.packets[1], (Packet{2, 0, LinkType::Ethernet, 5, hex("0a"), 1, ""}));
}

TEST(PcapngReader, GivesWhatIsWholeOfEveryTruncatedFile) {
  const Bytes whole = sample();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Reading got = read(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    EXPECT_LE(got.packets.size(), 1U) << size;
    // A file that ends between two blocks is a sound file.
    if (size % 4 != 0) {
      EXPECT_NE(got.problem, "") << size;
    }
  }
}

// Big endian: section, interface with microseconds and offset 10 s, packet with two comments.
const char* const kBigEndian =
    "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"
    "00000001 00000020 0065 0000 00000000 000e 0008 000000000000000a 00000020"
    "00000006 00000038 00000000 00000000 000f4240 00000002 00000002 abcd0000"
    "0001 0003 61626300 0001 0001 64000000 0000 0000 00000038";

TEST(PcapngReader, ReadsTheOtherByteOrderWithMicrosecondsAndOffset) {
  const Reading got = read(hex(kBigEndian));
  EXPECT_EQ(got.problem, "");
  ASSERT_EQ(got.packets.size(), 1U);
  EXPECT_EQ(got.packets[0],
            (Packet{1, 0, LinkType::RawIp, 11'000'000'000, hex("abcd"), 2, "abc\nd"}));
}

TEST(PcapngReader, NumbersInterfacesOverSectionsOfBothByteOrders) {
  const Reading got = read(join({sample(), hex(kBigEndian), sample()}));
  EXPECT_EQ(got.problem, "");
  ASSERT_EQ(got.packets.size(), 5U);
  EXPECT_EQ(got.packets[2].interface, 2U);
  EXPECT_EQ(got.packets[2].link_type, LinkType::RawIp);
  EXPECT_EQ(got.packets[3].interface, 4U);
}

const char* const kSectionAndShortInterface =
    "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000"
    "01000000 14000000 0100 0000 04000000 14000000";

TEST(PcapngReader, ReadsSimplePacketsCutToTheSnapLength) {
  const Reading got = read(
      hex(std::string(kSectionAndShortInterface) + "03000000 14000000 09000000 01020304 14000000"));
  EXPECT_EQ(got.problem, "");
  ASSERT_EQ(got.packets.size(), 1U);
  EXPECT_EQ(got.packets[0], (Packet{1, 0, LinkType::Ethernet, 0, hex("01020304"), 9, ""}));
}

// Wireshark numbers the custom block, and not the unknown one.
TEST(PcapngReader, ReadsObsoletePacketsAndSkipsBlocksItDoesNotKnow) {
  const Reading got = read(
      hex(std::string(kSectionAndShortInterface) + "99000000 10000000 deadbeef 10000000" +
          "ad0b0000 10000000 ffff0000 10000000" +
          "02000000 24000000 0000 0700 00000000 01000000 01000000 01000000 aa000000 24000000"));
  EXPECT_EQ(got.problem, "");
  ASSERT_EQ(got.packets.size(), 1U);
  EXPECT_EQ(got.packets[0], (Packet{2, 0, LinkType::Ethernet, 1000, hex("aa"), 1, ""}));
}

TEST(PcapngReader, SaysWhyItStops) {
  const std::string head = kSectionAndShortInterface;
  EXPECT_EQ(read({}).problem, "the file is empty (byte 0)");
  EXPECT_EQ(read(hex("d4c3b2a1 02000400")).problem, "not a pcapng file (byte 0)");
  EXPECT_EQ(read(hex(head + "06000000 08000000")).problem,
            "a block of impossible length (byte 48)");
  EXPECT_EQ(read(hex(head + "06000000 0c000000 10000000")).problem,
            "a block whose two lengths differ (byte 48)");
  EXPECT_EQ(read(hex(head + "06000000 fcffffff 0000")).problem,
            "a block longer than any packet (byte 48)");
  EXPECT_EQ(read(hex(head + "06000000 20000000 07000000 00000000 00000000 00000000 00000000"
                            "20000000"))
                .problem,
            "a packet of an interface that is not described (byte 48)");
  EXPECT_EQ(read(hex(head + "06000000 20000000 00000000 00000000 00000000 01000000 01000000"
                            "20000000"))
                .problem,
            "a packet longer than its block (byte 48)");
}

TEST(PcapngTime, TakesEveryResolution) {
  const auto ns = [](std::uint64_t ticks, unsigned resolution, std::int64_t offset_s = 0) {
    return time_in_ns(ticks, {.time_resolution = static_cast<std::uint8_t>(resolution),
                              .time_offset_s = offset_s});
  };
  EXPECT_EQ(ns(7, 0), 7'000'000'000);
  EXPECT_EQ(ns(7, 3, -1), -993'000'000);
  EXPECT_EQ(ns(1'700'000'000'123'456'789, 9), 1'700'000'000'123'456'789);
  EXPECT_EQ(ns(1'999, 12), 1);
  EXPECT_EQ(ns(UINT64_MAX, 19), 1'844'674'407);
  EXPECT_EQ(ns(UINT64_MAX, 28), 1);
  EXPECT_EQ(ns(UINT64_MAX, 0x7F), 0);
  EXPECT_EQ(ns(3, 0x81), 1'500'000'000);
  EXPECT_EQ(ns(std::uint64_t{3} << 39, 0x80 + 40), 1'500'000'000);
  EXPECT_EQ(ns(UINT64_MAX, 0x80 + 64), 999'999'999);
  EXPECT_EQ(ns(UINT64_MAX, 0x80 + 93), 1);
  EXPECT_EQ(ns(UINT64_MAX, 0xFF), 0);
  EXPECT_GT(ns(UINT64_MAX, 0, INT64_MAX), 9'200'000'000'000'000'000);
  EXPECT_LT(ns(0, 0, INT64_MIN), -9'200'000'000'000'000'000);
}

}  // namespace
}  // namespace smclab::capture
