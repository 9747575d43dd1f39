// SPDX-License-Identifier: MIT
//
// Where the hosts of a scenario stand on loopback.
#include "emu/runtime/stage/loopback.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace smclab::runtime {
namespace {

// A node for each address, with one RNIC.
scenario::Scenario hosts(const std::vector<IpAddress>& addresses) {
  scenario::Scenario s;
  for (const IpAddress& address : addresses) {
    scenario::NodeSpec node;
    node.name = "n" + std::to_string(s.nodes.size());
    Device device;
    device.address = address;
    device.gid = address.gid;
    device.prefix_length = address.is_v4() ? 24 : 64;
    node.config.devices = {device};
    node.rnics.resize(1);
    s.nodes.push_back(node);
  }
  return s;
}

IpAddress six(std::uint8_t subnet, std::uint8_t last) {
  IpAddress address;
  address.gid.bytes[0] = std::byte{0x20};
  address.gid.bytes[7] = std::byte{subnet};
  address.gid.bytes[15] = std::byte{last};
  return address;
}

TEST(Loopback, SubnetsStaySubnets) {
  const auto placed =
      place_on_loopback(hosts({ipv4(10, 1, 0, 1), ipv4(10, 2, 0, 1), ipv4(10, 1, 0, 9)}));
  ASSERT_TRUE(placed) << placed.error();
  const auto device = [&](std::size_t i) { return placed->nodes[i].config.devices[0]; };
  EXPECT_EQ(device(0).address, ipv4(127, 0, 0, 2));
  EXPECT_EQ(device(1).address, ipv4(127, 0, 1, 3));
  EXPECT_EQ(device(2).address, ipv4(127, 0, 0, 4));
  EXPECT_EQ(device(2).gid, device(2).address.gid);
  EXPECT_EQ(device(2).prefix_length, 24);
}

TEST(Loopback, SaysWhichIpv6AddressIsMissing) {
  // More than `smclab setup loopback` prepares: the last is missing on every machine.
  std::vector<IpAddress> many;
  for (std::uint8_t i = 0; i <= kLoopbackNodes; ++i) many.push_back(six(0, i));
  const auto placed = place_on_loopback(hosts(many));
  ASSERT_FALSE(placed);
  EXPECT_NE(placed.error().find("lacks the address fd53:4d43:1::"), std::string::npos);
  EXPECT_NE(placed.error().find("smclab setup loopback"), std::string::npos);
}

TEST(Loopback, EachHostHasAnIpv6AddressOfItsOwn) {
  std::vector<IpAddress> all;
  for (std::size_t subnet = 0; subnet < kLoopbackSubnets; ++subnet) {
    for (std::size_t node = 0; node < kLoopbackNodes; ++node) {
      all.push_back(loopback_ipv6(subnet, node));
      EXPECT_FALSE(all.back().is_v4());
    }
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(Loopback, RefusesWhatHasNoRoom) {
  const std::vector<IpAddress> crowd(251, ipv4(10, 0, 0, 1));
  EXPECT_FALSE(place_on_loopback(hosts(crowd)));
}

}  // namespace
}  // namespace smclab::runtime
