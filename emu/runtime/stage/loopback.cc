// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/loopback.h"

#include <algorithm>
#include <vector>

namespace smclab::runtime {
namespace {

constexpr std::size_t kMost = 250;
constexpr std::uint8_t kFirstHost = 2;

// The network part of an IPv4 address.
IpAddress subnet_of(const Device& device) {
  IpAddress subnet = device.address;
  for (unsigned bit = device.prefix_length; bit < 32; ++bit) {
    subnet.gid.bytes[12 + bit / 8] &= ~(std::byte{0x80} >> (bit % 8));
  }
  return subnet;
}

// The place of the subnet among those seen so far.
std::size_t place_of(std::vector<IpAddress>& subnets, const IpAddress& subnet) {
  const auto found = std::find(subnets.begin(), subnets.end(), subnet);
  if (found != subnets.end()) return static_cast<std::size_t>(found - subnets.begin());
  subnets.push_back(subnet);
  return subnets.size() - 1;
}

}  // namespace

tl::expected<scenario::Scenario, std::string> place_on_loopback(
    const scenario::Scenario& scenario) {
  scenario::Scenario placed = scenario;
  if (placed.nodes.size() > kMost) return tl::unexpected(std::string("more than 250 nodes"));
  std::vector<IpAddress> subnets;
  for (std::size_t i = 0; i < placed.nodes.size(); ++i) {
    for (Device& device : placed.nodes[i].config.devices) {
      if (!device.address.is_v4()) {
        return tl::unexpected("node " + placed.nodes[i].name +
                              " has an IPv6 address; loopback offers only one");
      }
      const std::size_t subnet = place_of(subnets, subnet_of(device));
      if (subnet > kMost) return tl::unexpected(std::string("more than 250 subnets"));
      device.address = ipv4(127, 0, static_cast<std::uint8_t>(subnet),
                            static_cast<std::uint8_t>(kFirstHost + i));
      device.gid = device.address.gid;
      device.prefix_length = 24;
    }
  }
  return placed;
}

}  // namespace smclab::runtime
