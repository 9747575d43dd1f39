// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/identification.h"

#include <gtest/gtest.h>

#include "emu/rnic/wire/bth.h"
#include "emu/rnic/wire/icrc.h"
#include "emu/rnic/wire/network_headers.h"
#include "tests/rnic/wire/kernel_frames.h"

namespace smclab::roce {
namespace {

constexpr std::size_t kField = 4;  // of the IPv4 header

std::uint32_t icrc_with(Bytes packet, std::uint16_t identification) {
  packet[kField] = static_cast<std::byte>(identification >> 8);
  packet[kField + 1] = static_cast<std::byte>(identification & 0xFF);
  return icrc_of(Network::Ipv4, packet).crc();
}

TEST(Identification, EveryOneIsFoundAtManyLengths) {
  IdentificationSolver solver;
  for (const std::size_t length : {40U, 41U, 88U, 1'068U, 4'140U}) {
    const Bytes packet(length, std::byte{0xA7});
    const std::uint32_t with_zero = icrc_with(packet, 0);
    for (std::uint32_t id = 0; id <= UINT16_MAX; id += length == 40 ? 1 : 251) {
      const auto wanted = static_cast<std::uint16_t>(id);
      const std::uint32_t difference = with_zero ^ icrc_with(packet, wanted);
      ASSERT_EQ(solver.solve(difference, length - kField - 2), wanted) << length;
    }
  }
}

TEST(Identification, OfTheKernelsFramesIsWhatTheirHeadersSay) {
  IdentificationSolver solver;
  int seen = 0;
  for (const auto& [name, frame] : kernel_frames()) {
    if (!name.starts_with("v4")) continue;
    const Bytes packet(frame.begin() + Ethernet::kSize, frame.end() - kIcrcSize);
    const auto wanted = static_cast<std::uint16_t>(std::to_integer<unsigned>(packet[kField]) << 8 |
                                                   std::to_integer<unsigned>(packet[kField + 1]));
    const std::uint32_t difference = icrc_with(packet, 0) ^ icrc_with(packet, wanted);
    EXPECT_EQ(solver.solve(difference, packet.size() - kField - 2), wanted) << name;
    ++seen;
  }
  EXPECT_GE(seen, 3);
}

// What is left of the ICRC: 16 bits. A flipped bit of the payload is found as good as always.
TEST(Identification, OfADamagedPacketIsNone) {
  IdentificationSolver solver;
  const Bytes packet(1'068, std::byte{0x35});
  const std::uint32_t right = icrc_with(packet, 0);
  int found = 0;
  for (std::size_t bit = 0; bit < 8 * 1'024; ++bit) {
    Bytes damaged = packet;
    damaged[44 + bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    const std::uint32_t difference = icrc_with(damaged, 0) ^ right;
    if (!solver.solve(difference, packet.size() - kField - 2)) ++found;
  }
  EXPECT_GE(found, 8 * 1'024 - 2);
}

}  // namespace
}  // namespace smclab::roce
