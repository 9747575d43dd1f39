// SPDX-License-Identifier: MIT
//
// The kernel's captures through our reader, here so that sanitizers see them too. What is in them
// is compared field by field by tests/wire/against_tshark.py.
#include "emu/capture/dissection/dissector.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "emu/capture/dissection/encode_check.h"
#include "tests/unit/capture/bytes.h"

namespace smclab::capture {
namespace {

using testing::Bytes;

// The packets of a little-endian pcap with microseconds, which all of these files are.
template <class Each>
void for_each_packet(const std::string& file, Each each) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const Bytes bytes = testing::text(text);
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) {
      value = value << 8 | std::to_integer<std::uint32_t>(bytes.at(at + i));
    }
    return value;
  };
  ASSERT_EQ(word(0), 0xA1B2C3D4U) << file;
  for (std::size_t at = 24; at + 16 <= bytes.size();) {
    const std::uint32_t size = word(at + 8);
    ASSERT_LE(size, bytes.size() - at - 16);
    each(CapturedPacket{.time_ns = word(at) * std::int64_t{1'000'000'000},
                        .bytes = std::span(bytes).subspan(at + 16, size),
                        .original_length = word(at + 12)});
    at += 16 + size;
  }
}

const char* const kCaptures = "tests/wire/captures";

TEST(Dissector, FindsNothingWrongWithTheKernelsCaptures) {
  std::size_t captures = 0;
  std::size_t messages = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kCaptures)) {
    if (entry.path().extension() != ".pcap") continue;
    ++captures;
    Dissector dissector([&](const SmcMessage& message) {
      ++messages;
      EXPECT_FALSE(message.error) << entry.path() << " frame " << message.at.frame;
      EXPECT_FALSE(encode_difference(message)) << entry.path() << " frame " << message.at.frame;
      if (!message.on_tcp()) {
        EXPECT_EQ(message.icrc, IcrcStatus::Right);
      }
    });
    for_each_packet(entry.path(), [&](const CapturedPacket& packet) { dissector.add(packet); });
    dissector.finish();
    EXPECT_EQ(dissector.incomplete(), 0U);
    EXPECT_TRUE(dissector.passed_over().unknown_links.empty());
  }
  EXPECT_EQ(captures, 32U);
  EXPECT_EQ(messages, 1946U);
}

// A capture that began late, wherever it began: LLC and CDC are found all the same, since any
// message that decodes betrays its queue pair.
TEST(Dissector, FindsQueuePairsWithoutTheHandshake) {
  const std::string file = std::string(kCaptures) + "/v1/01-echo-close.pcap";
  std::set<std::uint64_t> all;
  Dissector whole([&](const SmcMessage& message) {
    if (!message.on_tcp()) all.insert(message.at.frame);
  });
  for_each_packet(file, [&](const CapturedPacket& packet) { whole.add(packet); });
  for (const std::uint64_t first : {9U, 20U, 60U}) {
    std::set<std::uint64_t> late;
    Dissector dissector([&](const SmcMessage& message) {
      if (!message.on_tcp()) late.insert(message.at.frame);
    });
    std::uint64_t frame = 0;
    for_each_packet(file, [&](CapturedPacket packet) {
      packet.frame = ++frame;
      if (frame >= first) dissector.add(packet);
    });
    const std::set<std::uint64_t> expected(all.lower_bound(first), all.end());
    EXPECT_EQ(late, expected);
  }
}

TEST(Dissector, TellsAWrongIcrcAndGoesOn) {
  const std::string file = std::string(kCaptures) + "/v2/01-echo-close.pcap";
  std::map<IcrcStatus, int> seen;
  Dissector dissector([&](const SmcMessage& message) {
    if (!message.on_tcp()) ++seen[message.icrc];
  });
  std::uint64_t frame = 0;
  for_each_packet(file, [&](CapturedPacket packet) {
    Bytes changed(packet.bytes.begin(), packet.bytes.end());
    if (++frame == 10) changed.back() ^= std::byte{1};
    if (frame == 12) changed.resize(changed.size() - 2);
    packet.bytes = changed;
    dissector.add(packet);
  });
  EXPECT_EQ(seen[IcrcStatus::Wrong], 1);
  EXPECT_EQ(seen[IcrcStatus::Unknown], 1);
  EXPECT_EQ(seen[IcrcStatus::Right], 19);
  EXPECT_EQ(dissector.passed_over().cut, 1U);
}

TEST(Dissector, CountsWhatItPassesOver) {
  Dissector dissector([](const SmcMessage&) { FAIL(); });
  dissector.add({.link_type = static_cast<LinkType>(147)});
  dissector.add({.link_type = LinkType::RawIp,
                 .bytes = testing::hex("45000014 00002000 4011 0000 0a000001 0a000002")});
  dissector.add({.link_type = LinkType::Ethernet});
  dissector.finish();
  EXPECT_EQ(dissector.frames(), 3U);
  EXPECT_EQ(dissector.passed_over().unknown_links.at(147), 1U);
  EXPECT_EQ(dissector.passed_over().fragments, 1U);
}

}  // namespace
}  // namespace smclab::capture
