// SPDX-License-Identifier: MIT
//
// The half of Assembly that gives every RNIC an address, a subnet and a path MTU. RNICs that
// links join, directly or through each other, are one network and one subnet, as SMC-R v1 needs.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "emu/scenario/load/assembly.h"

namespace smclab::scenario {
namespace {

constexpr std::uint32_t kMostPortsOfNetwork = 254;  // of a /24
// IP, UDP, BTH and the longest extension headers and ICRC; what rxe subtracts too.
constexpr std::uint32_t kLargestOverhead = 80;

MtuCode path_mtu_of(std::uint32_t link_mtu) {
  MtuCode best = MtuCode::Mtu256;
  for (const MtuCode code :
       {MtuCode::Mtu512, MtuCode::Mtu1024, MtuCode::Mtu2048, MtuCode::Mtu4096}) {
    if (mtu_bytes(code) + kLargestOverhead <= link_mtu) best = code;
  }
  return best;
}

std::string name_of(const Scenario& scenario, PortRef port) {
  const NodeSpec& node = scenario.nodes[port.node];
  return node.name + ":" + node.rnics[port.rnic].name;
}

}  // namespace

Device& Assembly::device(PortRef port) {
  return scenario_.nodes[port.node].config.devices[port.rnic];
}

const RnicDraft& Assembly::draft(PortRef port) const {
  return rnics_[port.node][port.rnic];
}

// Connected components of the graph of RNICs, each in order of node and RNIC, and the components
// in the order of their first RNIC.
std::vector<std::vector<PortRef>> Assembly::networks() const {
  std::vector<PortRef> ports;
  for (std::uint32_t n = 0; n < scenario_.nodes.size(); ++n) {
    for (std::uint32_t r = 0; r < rnics_[n].size(); ++r) ports.push_back({n, r});
  }
  std::vector<std::size_t> first(ports.size());
  std::iota(first.begin(), first.end(), std::size_t{0});
  const auto place = [&](PortRef port) {
    return static_cast<std::size_t>(std::ranges::lower_bound(ports, port) - ports.begin());
  };
  const auto root = [&](std::size_t i) {
    while (first[i] != i) i = first[i] = first[first[i]];
    return i;
  };
  for (const LinkSpec& link : scenario_.links) {
    const std::size_t a = root(place(link.a));
    const std::size_t b = root(place(link.b));
    first[std::max(a, b)] = std::min(a, b);
  }
  std::map<std::size_t, std::vector<PortRef>> components;
  for (std::size_t i = 0; i < ports.size(); ++i) components[root(i)].push_back(ports[i]);
  std::vector<std::vector<PortRef>> list;
  for (auto& [_, members] : components) list.push_back(std::move(members));
  return list;
}

void Assembly::give_address(PortRef port, std::uint32_t network, std::uint32_t host) {
  const auto octet = [](std::uint32_t value) { return static_cast<std::uint8_t>(value); };
  const RnicDraft& written = draft(port);
  Device& target = device(port);
  target.address = ipv4(10, octet(network >> 8), octet(network), octet(host));
  target.prefix_length = 24;
  if (written.address) {
    target.address = written.address->address;
    target.prefix_length = written.address->prefix_length;
  }
  target.gid = target.address.gid;
  const auto byte = [](std::uint32_t value) { return static_cast<std::byte>(value); };
  // Locally administered, as virtual interfaces have; node and RNIC count from 1.
  target.mac.bytes = {byte(2),
                      byte(0),
                      byte(0),
                      byte((port.node + 1) >> 8),
                      byte(port.node + 1),
                      byte(port.rnic + 1)};
  if (written.mac) target.mac = *written.mac;
  if (written.gateway) target.gateway = *written.gateway;
}

void Assembly::give_path_mtus() {
  for (std::uint32_t n = 0; n < scenario_.nodes.size(); ++n) {
    for (std::uint32_t r = 0; r < rnics_[n].size(); ++r) {
      device({n, r}).mtu = MtuCode::Mtu4096;
    }
  }
  for (const LinkSpec& link : scenario_.links) {
    for (const PortRef port : {link.a, link.b}) {
      Device& target = device(port);
      target.up = draft(port).spec.roce;
      target.mtu = std::min(target.mtu, path_mtu_of(link.mtu));
    }
  }
  for (std::uint32_t n = 0; n < scenario_.nodes.size(); ++n) {
    for (std::uint32_t r = 0; r < rnics_[n].size(); ++r) {
      const RnicDraft& written = draft({n, r});
      if (!written.mtu) continue;
      const MtuCode wanted = path_mtu_of(*written.mtu + kLargestOverhead);
      if (mtu_bytes(wanted) != *written.mtu) {
        complain(written.place, "mtu of an RNIC is 256B, 512B, 1024B, 2048B or 4096B");
      } else if (wanted > device({n, r}).mtu) {
        complain(written.place, "mtu of '" + name_of(scenario_, {n, r}) + "' needs a link mtu of " +
                                    show_size(*written.mtu + kLargestOverhead) + " or more");
      } else {
        device({n, r}).mtu = wanted;
      }
    }
  }
}

void Assembly::check_addresses() {
  std::map<Gid, PortRef> addresses;
  std::map<Mac, PortRef> macs;
  for (std::uint32_t n = 0; n < scenario_.nodes.size(); ++n) {
    for (std::uint32_t r = 0; r < rnics_[n].size(); ++r) {
      const PortRef port{n, r};
      const auto [same_gid, new_gid] = addresses.emplace(device(port).gid, port);
      const auto [same_mac, new_mac] = macs.emplace(device(port).mac, port);
      if (new_gid && new_mac) continue;
      const PortRef other = new_gid ? same_mac->second : same_gid->second;
      complain(draft(port).place, "'" + name_of(scenario_, port) + "' has the same " +
                                      (new_gid ? "MAC" : "address") + " as '" +
                                      name_of(scenario_, other) + "'");
    }
  }
}

void Assembly::give_networks() {
  std::uint32_t number = 0;
  for (const std::vector<PortRef>& network : networks()) {
    if (network.size() > kMostPortsOfNetwork) {
      complain({1, 1}, "at most 254 RNICs are joined to one network");
      return;
    }
    std::uint32_t host = 0;
    std::size_t written = 0;
    for (const PortRef port : network) {
      give_address(port, number, ++host);
      if (draft(port).address) ++written;
    }
    if (written != 0 && written != network.size()) {
      const auto lacks = std::ranges::find_if(
          network, [&](PortRef port) { return !draft(port).address.has_value(); });
      complain(draft(*lacks).place, "'" + name_of(scenario_, *lacks) +
                                        "' needs an address too: in one network all RNICs have "
                                        "one in the file or none");
    }
    ++number;
  }
  give_path_mtus();
  check_addresses();
}

}  // namespace smclab::scenario
