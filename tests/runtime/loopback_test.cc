// SPDX-License-Identifier: MIT
//
// Where the hosts of a scenario stand on loopback, the machine's or one of their own.
#include "emu/runtime/loopback/placing.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "emu/runtime/loopback/own_network.h"

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

TEST(Loopback, Ipv6GetsAddressesOfItsOwn) {
  const auto placed = place_on_loopback(hosts({six(7, 1), ipv4(10, 1, 0, 1), six(9, 1)}));
  ASSERT_TRUE(placed) << placed.error();
  const std::vector<IpAddress> expected{loopback_ipv6(0, 0), loopback_ipv6(2, 2)};
  EXPECT_EQ(ipv6_addresses(*placed), expected);
  EXPECT_EQ(placed->nodes[0].config.devices[0].prefix_length, 64);
}

// In a process of its own, since there is no way back.
TEST(OwnNetwork, HasTheAddressesThatTheMachineLacks) {
  const IpAddress missing = loopback_ipv6(200, 100);  // more than setup loopback prepares
  ASSERT_FALSE(is_here(missing));
  EXPECT_EXIT(
      {
        const std::string why = enter_own_network({missing, loopback_ipv6(0, 0)});
        std::fprintf(stderr, "%s\n", why.c_str());
        const bool there = is_here(missing) && is_here(ipv4(127, 0, 0, 9));
        std::exit(why.empty() ? (there ? 0 : 1) : 77);
      },
      [](int status) {
        const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        if (code == 77) std::printf("skipped: no network namespace can be had here\n");
        return code == 0 || code == 77;
      },
      "");
  EXPECT_FALSE(is_here(missing)) << "nothing outside was touched";
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
