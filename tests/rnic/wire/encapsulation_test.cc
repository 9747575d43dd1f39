// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/encapsulation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "emu/rnic/wire/bth.h"
#include "tests/rnic/wire/kernel_frames.h"

namespace smclab::roce {
namespace {

Gid address_of_v6(std::uint8_t last) {
  Gid gid;
  gid.bytes[0] = std::byte{0xFE};
  gid.bytes[1] = std::byte{0x80};
  gid.bytes[15] = std::byte{last};
  return gid;
}

Envelope envelope_v4() {
  return {.source_mac = {{std::byte{2}, std::byte{1}}},
          .destination_mac = {{std::byte{2}, std::byte{2}}},
          .source = ipv4(10, 0, 0, 1).gid,
          .destination = ipv4(10, 0, 0, 2).gid,
          .traffic_class = 0x68,
          .source_port = source_port({0x11}, {0x12})};
}

Envelope envelope_v6() {
  Envelope envelope = envelope_v4();
  envelope.source = address_of_v6(1);
  envelope.destination = address_of_v6(2);
  return envelope;
}

Envelope envelope_v1() {
  Envelope envelope = envelope_v6();
  envelope.version = Version::V1;
  envelope.source_port = 0;
  return envelope;
}

std::vector<Envelope> all_envelopes() {
  return {envelope_v4(), envelope_v6(), envelope_v1()};
}

// A frame around `size` bytes of a pattern.
Bytes sealed(const Envelope& envelope, std::size_t size) {
  Bytes frame(sealed_size(envelope, size));
  const std::size_t at = write_envelope(envelope, size, frame);
  EXPECT_EQ(at, envelope_size(envelope));
  EXPECT_LE(at, kLargestEnvelope);
  for (std::size_t i = 0; i < size; ++i) frame[at + i] = static_cast<std::byte>(i * 7);
  seal(envelope, frame);
  return frame;
}

TEST(Encapsulation, OpensWhatItSealed) {
  for (const Envelope& envelope : all_envelopes()) {
    for (const std::size_t size : {12U, 16U, 56U, 1052U}) {
      const Bytes frame = sealed(envelope, size);
      const auto opened = open_ethernet(frame);
      ASSERT_TRUE(opened) << opened.error().field;
      EXPECT_EQ(opened->envelope, envelope);
      EXPECT_EQ(opened->packet.size(), size);
      EXPECT_EQ(opened->packet.data(), frame.data() + envelope_size(envelope));
    }
  }
}

TEST(Encapsulation, WritesWhatTheKernelWrote) {
  for (const auto& [name, frame] : kernel_frames()) {
    const auto opened = open_ethernet(frame);
    ASSERT_TRUE(opened) << name << ": " << opened.error().field;
    Bytes again(sealed_size(opened->envelope, opened->packet.size()));
    const std::size_t at = write_envelope(opened->envelope, opened->packet.size(), again);
    std::copy(opened->packet.begin(), opened->packet.end(), again.begin() + static_cast<long>(at));
    seal(opened->envelope, again);
    Bytes expected = frame;
    if (name.starts_with("v6")) {
      // The kernel sends no UDP checksum over IPv6; we send a right one.
      std::copy_n(again.begin() + 60, 2, expected.begin() + 60);
    }
    EXPECT_EQ(again, expected) << name;
  }
}

TEST(Encapsulation, IgnoresWhatEthernetPads) {
  for (const Envelope& envelope : all_envelopes()) {
    Bytes frame = sealed(envelope, 12);
    frame.resize(frame.size() + 8);
    const auto opened = open_ethernet(frame);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->packet.size(), 12U);
  }
}

TEST(Encapsulation, RefusesEveryShorterFrame) {
  for (const Envelope& envelope : all_envelopes()) {
    const Bytes frame = sealed(envelope, 20);
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const auto opened = open_ethernet(std::span(frame).first(size));
      ASSERT_FALSE(opened) << size;
      EXPECT_LE(opened.error().offset, size);
    }
  }
}

// The fields that may change on the way are the only ones in which a flipped bit goes unnoticed.
TEST(Encapsulation, NoticesEveryFlippedBitThatIsNotAllowed) {
  const std::size_t ethernet = Ethernet::kSize;
  for (const Envelope& envelope : all_envelopes()) {
    Bytes frame = sealed(envelope, 40);
    const bool is_v4 = network_of(envelope) == Network::Ipv4;
    for (std::size_t i = ethernet; i < frame.size(); ++i) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        frame[i] ^= static_cast<std::byte>(1U << bit);
        const auto opened = open_ethernet(frame);
        frame[i] ^= static_cast<std::byte>(1U << bit);
        const std::size_t at = i - ethernet;
        const bool route = !is_v4 && (at < 4 || at == 7) && !(at == 0 && bit >= 4);
        const bool congestion =
            network_of(envelope) != Network::Ipv6 && i == envelope_size(envelope) + 4;
        EXPECT_EQ(opened.has_value(), route || congestion) << "byte " << i << " bit " << bit;
      }
    }
  }
}

TEST(Encapsulation, RefusesWhatIsNotRoce) {
  Bytes frame = sealed(envelope_v4(), 12);
  frame[12] = std::byte{0x08};
  frame[13] = std::byte{0x06};
  EXPECT_EQ(open_ethernet(frame).error().fault, Fault::UnknownType);
  EXPECT_EQ(open_ethernet({}).error().fault, Fault::Truncated);
}

TEST(Encapsulation, RefusesFragmentsAndOtherProtocols) {
  const auto refused = [](std::size_t byte, std::uint8_t value) {
    Bytes frame = sealed(envelope_v4(), 12);
    // Keep the header checksum right, so that the field itself is what is refused.
    const auto old = frame[byte];
    frame[byte] = std::byte{value};
    const bool high = (byte - Ethernet::kSize) % 2 == 0;
    const int delta = std::to_integer<int>(frame[byte]) - std::to_integer<int>(old);
    int sum = std::to_integer<int>(frame[24]) << 8 | std::to_integer<int>(frame[25]);
    sum -= high ? delta << 8 : delta;
    while (sum < 0) sum += 0xFFFF;
    frame[24] = static_cast<std::byte>(sum >> 8 & 0xFF);
    frame[25] = static_cast<std::byte>(sum & 0xFF);
    const auto opened = open_ethernet(frame);
    return opened ? DecodeError{} : opened.error();
  };
  EXPECT_EQ(refused(20, 0x20), (DecodeError{"fragment_offset", 20, Fault::BadValue}));
  EXPECT_EQ(refused(21, 0x01), (DecodeError{"fragment_offset", 20, Fault::BadValue}));
  EXPECT_EQ(refused(23, 6), (DecodeError{"protocol", 23, Fault::BadConstant}));
}

TEST(Encapsulation, RefusesAnotherPort) {
  Bytes frame = sealed(envelope_v4(), 12);
  frame[36] = std::byte{0};
  EXPECT_EQ(open_ethernet(frame).error(),
            (DecodeError{"destination_port", 36, Fault::BadConstant}));
}

TEST(Encapsulation, OpensWithoutEthernet) {
  const Bytes frame = sealed(envelope_v6(), 24);
  const auto opened = open_network(EtherType::Ipv6, std::span(frame).subspan(Ethernet::kSize));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->envelope.source, envelope_v6().source);
  EXPECT_EQ(opened->envelope.source_mac, Mac{});
}

TEST(Encapsulation, ChoosesTheSourcePortAsLinuxDoes) {
  EXPECT_EQ(source_port({0x11}, {0x11}), 49'441) << "seen on the wire of a Linux kernel";
  for (std::uint32_t qpn = 0; qpn < 1000; ++qpn) {
    EXPECT_GE(source_port({qpn << 14}, {0xFF'FFFF}), 0xC000);
  }
}

}  // namespace
}  // namespace smclab::roce
