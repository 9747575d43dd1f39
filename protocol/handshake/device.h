// SPDX-License-Identifier: MIT
//
// Which RNIC port a connection may use, and whether two ends share a subnet. SMC-Rv1 stays inside
// one IP subnet (RFC 7609 §3.5.1.2); ports of one physical network (PNET) may stand in for each
// other. What Linux does in smc_pnet.c and in smc_clc.c (smc_clc_prfx_*).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/config.h"
#include "protocol/types.h"

namespace smclab::handshake {

/// A subnet: the address with all host bits zero, and how many bits are left (of 32 for an IPv4
/// address, of 128 for an IPv6 one).
struct Subnet {
  IpAddress network;
  std::uint8_t length = 0;
  bool operator==(const Subnet&) const = default;
};

/// The subnet of `length` bits that holds `address`; nothing if there is no such length.
[[nodiscard]] std::optional<Subnet> subnet_of(const IpAddress& address, std::uint8_t length);

/// The device whose IP interface has `local`, or else whose subnet holds it; in any port state.
[[nodiscard]] std::optional<DeviceId> find_interface(const Config& config, const IpAddress& local);

/// The port that a connection on `interface` uses: the interface's own if it is up, or the first
/// one of the same named PNET that is up. `ports` holds 1 per device that is up.
[[nodiscard]] std::optional<DeviceId> choose_port(const Config& config, DeviceId interface,
                                                  const std::vector<std::uint8_t>& ports);

/// Whether version 2 can reach this address through a router: every one but link-local IPv6.
/// Deviation: Linux speaks version 2 over IPv4 only, and falls back for all of IPv6.
[[nodiscard]] bool is_routable(const Gid& gid);

/// How a port gets to a peer's address in version 2.
enum class Route : std::uint8_t { None, Direct, Gateway };
[[nodiscard]] Route route_to(const Device& port, const Gid& peer);

/// The subnet that a Proposal names for this interface. Nothing if it has none to name: a
/// link-local IPv6 address is no prefix (smc_clc_prfx_set), an impossible length is none either.
[[nodiscard]] std::optional<Subnet> named_subnet(const Device& interface);

}  // namespace smclab::handshake
