// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/icrc.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "emu/rnic/wire/bth.h"
#include "emu/rnic/wire/crc32.h"
#include "emu/rnic/wire/encapsulation.h"
#include "emu/rnic/wire/opcode.h"
#include "protocol/wire/encode.h"
#include "tests/rnic/wire/kernel_frames.h"

namespace smclab::roce {
namespace {

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 37 % 251);
  return bytes;
}

TEST(Crc32, KnowsTheCheckValueOfTheNineDigits) {
  const Bytes digits = from_hex("313233343536373839");
  EXPECT_EQ(crc32(0, digits), 0xCBF4'3926U);
  EXPECT_EQ(crc32_by_zlib(0, digits), 0xCBF4'3926U);
}

TEST(Crc32, BothLibrariesAgreeOnEveryLengthAndSplit) {
  const Bytes bytes = counting(300);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::span<const std::byte> piece = std::span(bytes).first(size);
    const std::uint32_t whole = crc32(0, piece);
    EXPECT_EQ(whole, crc32_by_zlib(0, piece)) << size << " by " << crc32_provider();
    EXPECT_EQ(whole, crc32(crc32(0, piece.first(size / 3)), piece.subspan(size / 3)));
  }
}

TEST(Icrc, IsThatOfTheKernelOnEveryFrame) {
  ASSERT_GE(kernel_frames().size(), 9U);
  for (const auto& [name, frame] : kernel_frames()) {
    const auto network = name.starts_with("v4") ? Network::Ipv4 : Network::Ipv6;
    const std::span<const std::byte> packet = std::span(frame).subspan(Ethernet::kSize);
    const auto icrc = icrc_of(network, packet.first(packet.size() - 4)).bytes();
    EXPECT_TRUE(std::equal(icrc.begin(), icrc.end(), packet.last(4).begin())) << name;
  }
}

// A congestion notification as a ConnectX-4 Lx sends it: traffic class 0xC2 and the BECN bit are
// masked, the identification is not.
TEST(Icrc, IsThatOfHardwareOnACongestionNotification) {
  const Envelope envelope{.source = ipv4(10, 0, 17, 1).gid,
                          .destination = ipv4(10, 0, 18, 1).gid,
                          .traffic_class = 0xC2,
                          .identification = 0x718C,
                          .source_port = 0};
  const Bth bth{.opcode = static_cast<std::uint8_t>(Opcode::CongestionNotification),
                .migrated = false,
                .becn = true,
                .destination = {0x118}};
  Bytes frame(sealed_size(envelope, Bth::kSize + 16));
  const std::size_t at = write_envelope(envelope, Bth::kSize + 16, frame);
  wire::encode(bth, std::span(frame).subspan(at));
  seal(envelope, frame);
  EXPECT_EQ(Bytes(frame.end() - 4, frame.end()), from_hex("82fd002a"));
  EXPECT_EQ(Bytes(frame.begin() + 24, frame.begin() + 26), from_hex("9161")) << "IPv4 checksum";
}

TEST(Icrc, DoesNotMindHowThePiecesAreCut) {
  const Bytes packet = counting(28 + 12 + 100);
  const std::uint32_t whole = icrc_of(Network::Ipv4, packet).crc();
  Icrc icrc(Network::Ipv4, std::span(packet).first(40));
  icrc.add(std::span(packet).subspan(40, 1));
  icrc.add({});
  icrc.add(std::span(packet).subspan(41));
  EXPECT_EQ(icrc.crc(), whole);
}

// Flips every bit in front of the payload, one at a time: exactly the variant fields are masked.
std::vector<std::size_t> masked_bytes(Network network) {
  Bytes packet = counting(network_size(network) + Bth::kSize + 4);
  const std::uint32_t right = icrc_of(network, packet).crc();
  std::vector<std::size_t> masked;
  for (std::size_t i = 0; i < packet.size(); ++i) {
    packet[i] ^= std::byte{0x05};
    if (icrc_of(network, packet).crc() == right) masked.push_back(i);
    packet[i] ^= std::byte{0x05};
  }
  return masked;
}

TEST(Icrc, MasksWhatRoutersChangeAndNothingElse) {
  using Places = std::vector<std::size_t>;
  EXPECT_EQ(masked_bytes(Network::Ipv4), (Places{1, 8, 10, 11, 26, 27, 28 + 4}));
  EXPECT_EQ(masked_bytes(Network::Ipv6), (Places{0, 1, 2, 3, 7, 46, 47, 48 + 4}));
  EXPECT_EQ(masked_bytes(Network::Grh), (Places{0, 1, 2, 3, 7, 40 + 4}));
}

}  // namespace
}  // namespace smclab::roce
