// SPDX-License-Identifier: MIT
//
// Addresses of both families as the core holds them, and as ns-3 does.
#ifndef SMCR_ADDRESS_H
#define SMCR_ADDRESS_H
#pragma once

#include <cstdint>

#include "ns3/address.h"
#include "ns3/ipv4-address.h"
#include "ns3/ipv6-address.h"
#include "protocol/types.h"

namespace ns3 {

[[nodiscard]] smclab::IpAddress ToCore(Ipv4Address address);
[[nodiscard]] smclab::IpAddress ToCore(Ipv6Address address);
[[nodiscard]] Ipv4Address ToIpv4(const smclab::Gid& gid);
[[nodiscard]] Ipv6Address ToIpv6(const smclab::Gid& gid);

/// One end of a TCP connection.
struct SmcrTcpEnd {
  smclab::IpAddress address;
  uint16_t port = 0;
  bool operator==(const SmcrTcpEnd&) const = default;
  auto operator<=>(const SmcrTcpEnd&) const = default;
};

/// Whether a socket's address is of one of the two families.
[[nodiscard]] bool IsTcpEnd(const Address& socket);
[[nodiscard]] SmcrTcpEnd ToTcpEnd(const Address& socket);
[[nodiscard]] Address ToSocket(const SmcrTcpEnd& end);
/// Any address of the family of this one.
[[nodiscard]] Address ToAny(const SmcrTcpEnd& end);

}  // namespace ns3

#endif  // SMCR_ADDRESS_H
