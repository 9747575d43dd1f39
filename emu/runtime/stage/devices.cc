// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/devices.h"

#include <algorithm>
#include <array>
#include <utility>

namespace smclab::runtime {
namespace {

constexpr std::size_t kMostCables = 250;

// Whether both ends are in one IPv4 subnet, as the file has it.
bool in_one_subnet(const Device& a, const Device& b) {
  if (a.prefix_length != b.prefix_length) return false;
  const auto& x = a.address.gid.bytes;
  const auto& y = b.address.gid.bytes;
  for (unsigned bit = 0; bit < a.prefix_length; ++bit) {
    const auto mask = std::byte{0x80} >> (bit % 8);
    if (((x[12 + bit / 8] ^ y[12 + bit / 8]) & mask) != std::byte{}) return false;
  }
  return true;
}

// The end of a cable on whose addresses a device is placed: the first, the second, or the second
// under its name in another subnet.
enum class Side : std::uint8_t { First, Second, SecondElsewhere };

void place(Device& device, std::size_t cable, Side side) {
  const auto number = static_cast<std::uint8_t>(cable);
  const std::uint8_t last = side == Side::First ? 1 : 2;
  const bool v4 = device.address.is_v4();
  if (v4) {
    device.address = ipv4(10, side == Side::SecondElsewhere ? 124 : 123, number, last);
  } else {
    constexpr std::array kSubnet = {std::byte{0xFD}, std::byte{0x53}, std::byte{0x4D},
                                    std::byte{0x43}};
    device.address = {};
    std::copy(kSubnet.begin(), kSubnet.end(), device.address.gid.bytes.begin());
    device.address.gid.bytes[7] = std::byte{number};
    device.address.gid.bytes[15] = std::byte{last};
  }
  device.gid = device.address.gid;
  device.prefix_length = v4 ? 24 : 64;
}

std::string name_of(const scenario::Scenario& scenario, scenario::PortRef port) {
  const scenario::NodeSpec& node = scenario.nodes[port.node];
  return node.name + ":" + node.rnics[port.rnic].name;
}

// How many cables end at an RNIC.
std::ptrdiff_t cables_of(const scenario::Scenario& scenario, scenario::PortRef port) {
  return std::count_if(scenario.links.begin(), scenario.links.end(),
                       [&](const auto& link) { return link.a == port || link.b == port; });
}

// Opens the ports with the addresses of the scenario, and tells the scenario what they are.
tl::expected<Machine, std::string> open_ports(const scenario::Scenario& scenario,
                                              DeviceDriver& driver) {
  Machine machine{.stage = scenario::StageKind::Verbs, .scenario = scenario};
  for (scenario::NodeSpec& node : machine.scenario.nodes) {
    DevicePorts& ports = machine.ports.emplace_back();
    for (Device& device : node.config.devices) {
      auto port = driver.open(device.gid);
      if (!port) return tl::unexpected(std::move(port.error()));
      const PortFacts& facts = (*port)->facts();
      device.mac = facts.mac;
      device.mtu = std::min(device.mtu, facts.mtu);
      device.up = device.up && facts.up;
      ports.push_back(std::move(*port));
    }
  }
  return machine;
}

}  // namespace

tl::expected<scenario::Scenario, std::string> place_on_pairs(const scenario::Scenario& scenario) {
  scenario::Scenario placed = scenario;
  if (placed.links.size() > kMostCables) return tl::unexpected(std::string("more than 250 links"));
  for (std::uint32_t node = 0; node < placed.nodes.size(); ++node) {
    for (std::uint32_t rnic = 0; rnic < placed.nodes[node].rnics.size(); ++rnic) {
      const scenario::PortRef port{node, rnic};
      if (cables_of(scenario, port) == 1) continue;
      return tl::unexpected("the RNIC " + name_of(scenario, port) +
                            " needs one link to one other, as a veth has two ends");
    }
  }
  for (std::size_t cable = 0; cable < placed.links.size(); ++cable) {
    const scenario::LinkSpec& link = placed.links[cable];
    Device& a = placed.nodes[link.a.node].config.devices[link.a.rnic];
    Device& b = placed.nodes[link.b.node].config.devices[link.b.rnic];
    if (a.address.is_v4() != b.address.is_v4()) {
      return tl::unexpected("of the RNICs " + name_of(scenario, link.a) + " and " +
                            name_of(scenario, link.b) + " one has IPv4, the other IPv6");
    }
    const bool apart = a.address.is_v4() && !in_one_subnet(a, b);
    place(a, cable, Side::First);
    place(b, cable, apart ? Side::SecondElsewhere : Side::Second);
  }
  return placed;
}

tl::expected<Machine, std::string> place_on_devices(const scenario::Scenario& scenario,
                                                    DeviceDriver& driver) {
  if (auto as_written = open_ports(scenario, driver)) return as_written;
  const auto placed = place_on_pairs(scenario);
  if (!placed) return tl::unexpected(placed.error());
  auto machine = open_ports(*placed, driver);
  if (machine) return machine;
  return tl::unexpected(machine.error() + " ('smclab setup rxe' makes what is needed)");
}

}  // namespace smclab::runtime
