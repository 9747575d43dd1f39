// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "emu/capture/network/ip.h"
#include "emu/capture/network/link_layer.h"
#include "emu/capture/network/tcp.h"
#include "tests/unit/capture/bytes.h"

namespace smclab::capture {
namespace {

using testing::Bytes;
using testing::hex;
using testing::join;

const Bytes kIpv4 = hex("45000018 00004000 4006 0000 0a000001 0a000002 cafebabe");
const Bytes kMacs = hex("020000000001 020000000002");

std::optional<LinkPayload> payload(LinkType type, const Bytes& bytes) {
  return link_payload({.link_type = type, .bytes = bytes});
}

TEST(LinkLayer, FindsTheNetworkHeaderBehindEveryKnownLinkType) {
  const Bytes cooked = hex("0000 0001 0006 020000000001 0000 0800");
  const Bytes cooked2 = hex("0800 0000 00000002 0001 00 06 020000000001 0000");
  const std::pair<LinkType, Bytes> cases[] = {
      {LinkType::Ethernet, join({kMacs, hex("0800"), kIpv4})},
      {LinkType::Ethernet, join({kMacs, hex("8100 0064 0800"), kIpv4})},
      {LinkType::Ethernet, join({kMacs, hex("88a8 0064 8100 0065 0800"), kIpv4})},
      {LinkType::LinuxCooked, join({cooked, kIpv4})},
      {LinkType::LinuxCooked2, join({cooked2, kIpv4})},
      {LinkType::RawIp, kIpv4},
      {LinkType::RawIpv4, kIpv4},
      {LinkType::Null, join({hex("02000000"), kIpv4})},
      {LinkType::Loop, join({hex("00000002"), kIpv4})}};
  for (const auto& [type, bytes] : cases) {
    const auto found = payload(type, bytes);
    ASSERT_TRUE(found) << static_cast<int>(type);
    EXPECT_EQ(found->ether_type, kEtherTypeIpv4);
    EXPECT_EQ(Bytes(found->bytes.begin(), found->bytes.end()), kIpv4);
    EXPECT_TRUE(is_known(type));
  }
}

TEST(LinkLayer, RefusesCutHeadersAndForeignLinks) {
  EXPECT_FALSE(payload(LinkType::Ethernet, hex("020000")));
  EXPECT_FALSE(payload(LinkType::Ethernet, join({kMacs, hex("8100 00")})));
  EXPECT_FALSE(payload(LinkType::Null, hex("020000")));
  EXPECT_FALSE(payload(LinkType::RawIp, {}));
  EXPECT_FALSE(payload(LinkType::RawIp, hex("15")));
  EXPECT_FALSE(payload(static_cast<LinkType>(147), kIpv4));
  EXPECT_FALSE(is_known(static_cast<LinkType>(147)));
}

TEST(Ip, ReadsIpv4AndDropsTheLinksPadding) {
  const Bytes padded = join({kIpv4, hex("0000000000")});
  const auto packet = decode_ip(padded);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->source, ipv4(10, 0, 0, 1));
  EXPECT_EQ(packet->destination, ipv4(10, 0, 0, 2));
  EXPECT_EQ(packet->protocol, kProtocolTcp);
  EXPECT_FALSE(packet->fragment);
  EXPECT_EQ(packet->header.size(), 20U);
  EXPECT_EQ(packet->payload.size(), 4U);
  EXPECT_EQ(packet->payload_length, 4U);
}

TEST(Ip, ReadsIpv4OptionsAndSaysWhatIsCutOrAFragment) {
  const auto with_options =
      decode_ip(hex("46000020 00000000 4011 0000 0a000001 0a000002"
                    "01010101 cafe"));
  ASSERT_TRUE(with_options);
  EXPECT_EQ(with_options->header.size(), 24U);
  EXPECT_EQ(with_options->payload.size(), 2U);
  EXPECT_EQ(with_options->payload_length, 8U);
  EXPECT_TRUE(decode_ip(hex("45000014 00002000 4011 0000 0a000001 0a000002"))->fragment);
  EXPECT_TRUE(decode_ip(hex("45000014 00000001 4011 0000 0a000001 0a000002"))->fragment);
}

TEST(Ip, RefusesWhatIsNoHeader) {
  EXPECT_FALSE(decode_ip({}));
  EXPECT_FALSE(decode_ip(hex("55")));
  EXPECT_FALSE(decode_ip(hex("44000014 00000000 4011 0000 0a000001 0a000002")));  // 16 bytes
  EXPECT_FALSE(decode_ip(hex("46000018 00000000 4011 0000 0a000001 0a000002")));  // options cut
  EXPECT_FALSE(decode_ip(hex("45000013 00000000 4011 0000 0a000001 0a000002")));  // too short
}

const char* const kAddresses = "fe800000000000000000000000000001 fe800000000000000000000000000002";

TEST(Ip, WalksIpv6ExtensionHeaders) {
  const auto packet = decode_ip(hex(std::string("60000000 001c 00 40") + kAddresses +
                                    "3c00 0000 00000000"  // hop by hop
                                    "2c00 0000 00000000"  // destination options
                                    "1100 0000 00000000"  // a fragment that is whole
                                    "cafebabe"));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->protocol, kProtocolUdp);
  EXPECT_FALSE(packet->fragment);
  EXPECT_EQ(packet->header.size(), 64U);
  EXPECT_EQ(packet->payload.size(), 4U);
}

TEST(Ip, SaysWhichIpv6PacketsAreFragments) {
  const auto packet =
      decode_ip(hex(std::string("60000000 0008 2c 40") + kAddresses + "1100 0001 00000000"));
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->fragment);
  EXPECT_FALSE(
      decode_ip(hex(std::string("60000000 0008 00 40") + kAddresses + "11ff0000 00000000")));
}

TEST(Tcp, FindsTheSmcOptionBehindPadding) {
  const Bytes bytes =
      hex("bd00 1388 00000001 00000002 b0 12 ffff 0000 0000"
          "020405b4 0101080a 00000000 00000000 0101 fe06e2d4c3d9 cafe");
  const auto segment = decode_tcp(bytes, bytes.size());
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->source_port, 0xbd00);
  EXPECT_EQ(segment->destination_port, 5000);
  EXPECT_TRUE(segment->syn);
  EXPECT_TRUE(segment->ack);
  EXPECT_FALSE(segment->fin);
  EXPECT_EQ(segment->smc_option.size(), 6U);
  EXPECT_EQ(segment->payload.size(), 2U);
}

TEST(Tcp, SurvivesBrokenOptions) {
  const std::string head = "bd00 1388 00000001 00000002 60 02 ffff 0000 0000";
  for (const char* options : {"fe06e2d4", "fe000000", "fe010000", "00fe06e2", "fe04e2d4"}) {
    const Bytes bytes = hex(head + options);
    const auto segment = decode_tcp(bytes, bytes.size());
    ASSERT_TRUE(segment) << options;
    EXPECT_TRUE(segment->smc_option.empty()) << options;
  }
  const Bytes cut = hex(head);
  EXPECT_FALSE(decode_tcp(cut, cut.size()));
}

}  // namespace
}  // namespace smclab::capture
