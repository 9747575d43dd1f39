// SPDX-License-Identifier: MIT
#include "protocol/handshake/device.h"

namespace smclab::handshake {
namespace {

constexpr unsigned kIpv4Bits = 32;
constexpr unsigned kIpv6Bits = 128;

// Bits of the address in its 128-bit form that a prefix of an IPv4 address leaves untouched.
constexpr unsigned mapped_bits(const IpAddress& address) {
  return address.is_v4() ? kIpv6Bits - kIpv4Bits : 0;
}

bool is_link_local(const IpAddress& address) {
  return !address.is_v4() && address.gid.bytes[0] == std::byte{0xFE} &&
         (address.gid.bytes[1] & std::byte{0xC0}) == std::byte{0x80};
}

bool holds(const Device& device, const IpAddress& address) {
  if (device.address.is_v4() != address.is_v4()) return false;
  const auto own = subnet_of(device.address, device.prefix_length);
  return own && own == subnet_of(address, device.prefix_length);
}

}  // namespace

std::optional<Subnet> subnet_of(const IpAddress& address, std::uint8_t length) {
  const unsigned kept = mapped_bits(address) + length;
  if (kept > kIpv6Bits) return std::nullopt;
  Subnet subnet{address, length};
  for (unsigned bit = kept; bit < kIpv6Bits; ++bit) {
    subnet.network.gid.bytes[bit / 8] &= ~(std::byte{0x80} >> bit % 8);
  }
  return subnet;
}

std::optional<DeviceId> find_interface(const Config& config, const IpAddress& local) {
  std::optional<DeviceId> in_subnet;
  for (std::size_t i = 0; i < config.devices.size(); ++i) {
    const DeviceId id{static_cast<std::uint8_t>(i)};
    if (config.devices[i].address == local) return id;
    if (!in_subnet && holds(config.devices[i], local)) in_subnet = id;
  }
  return in_subnet;
}

std::optional<DeviceId> choose_port(const Config& config, DeviceId interface,
                                    const std::vector<std::uint8_t>& ports) {
  if (ports[interface.value] != 0) return interface;
  const PnetId& network = config.devices[interface.value].pnet;
  if (network == PnetId{}) return std::nullopt;
  for (std::size_t i = 0; i < config.devices.size(); ++i) {
    if (ports[i] != 0 && config.devices[i].pnet == network) {
      return DeviceId{static_cast<std::uint8_t>(i)};
    }
  }
  return std::nullopt;
}

bool is_routable(const Gid& gid) {
  return gid != Gid{} && !is_link_local({gid});
}

Route route_to(const Device& port, const Gid& peer) {
  if (!is_routable(port.gid) || !is_routable(peer)) return Route::None;
  if (port.address.is_v4() != IpAddress{peer}.is_v4()) return Route::None;
  if (holds(port, {peer})) return Route::Direct;
  return port.gateway == Mac{} ? Route::None : Route::Gateway;
}

std::optional<Subnet> named_subnet(const Device& interface) {
  if (is_link_local(interface.address)) return std::nullopt;
  return subnet_of(interface.address, interface.prefix_length);
}

}  // namespace smclab::handshake
