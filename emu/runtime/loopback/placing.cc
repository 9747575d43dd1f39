// SPDX-License-Identifier: MIT
#include "emu/runtime/loopback/placing.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <vector>

#include "emu/runtime/address.h"

namespace smclab::runtime {
namespace {

constexpr std::size_t kMost = 250;
constexpr std::uint8_t kFirstHost = 2;

// The network part of an address. IPv4 lies in the last four bytes.
IpAddress subnet_of(const Device& device) {
  IpAddress subnet = device.address;
  const unsigned before = device.address.is_v4() ? 96 : 0;
  for (unsigned bit = before + device.prefix_length; bit < 128; ++bit) {
    subnet.gid.bytes[bit / 8] &= ~(std::byte{0x80} >> (bit % 8));
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

IpAddress loopback_ipv6(std::size_t subnet, std::size_t node) {
  IpAddress address;
  address.gid.bytes = {std::byte{0xFD}, std::byte{0x53}, std::byte{0x4D},
                       std::byte{0x43}, std::byte{},     std::byte{1}};
  address.gid.bytes[7] = static_cast<std::byte>(subnet);
  address.gid.bytes[15] = static_cast<std::byte>(kFirstHost + node);
  return address;
}

tl::expected<scenario::Scenario, std::string> place_on_loopback(
    const scenario::Scenario& scenario) {
  scenario::Scenario placed = scenario;
  if (placed.nodes.size() > kMost) return tl::unexpected(std::string("more than 250 nodes"));
  std::vector<IpAddress> subnets;
  for (std::size_t i = 0; i < placed.nodes.size(); ++i) {
    for (Device& device : placed.nodes[i].config.devices) {
      const bool v4 = device.address.is_v4();
      const std::size_t subnet = place_of(subnets, subnet_of(device));
      if (subnet > kMost) return tl::unexpected(std::string("more than 250 subnets"));
      device.address = v4 ? ipv4(127, 0, static_cast<std::uint8_t>(subnet),
                                 static_cast<std::uint8_t>(kFirstHost + i))
                          : loopback_ipv6(subnet, i);
      device.gid = device.address.gid;
      device.prefix_length = v4 ? 24 : 64;
    }
  }
  return placed;
}

std::vector<IpAddress> ipv6_addresses(const scenario::Scenario& placed) {
  std::vector<IpAddress> found;
  for (const scenario::NodeSpec& node : placed.nodes) {
    for (const Device& device : node.config.devices) {
      if (!device.address.is_v4()) found.push_back(device.address);
    }
  }
  return found;
}

bool is_here(const IpAddress& address) {
  boost::asio::io_context loop;
  boost::asio::ip::udp::socket socket(loop);
  const boost::asio::ip::udp::endpoint place(to_socket(address), 0);
  boost::system::error_code error;
  socket.open(place.protocol(), error);
  if (!error) socket.bind(place, error);
  return !error;
}

}  // namespace smclab::runtime
