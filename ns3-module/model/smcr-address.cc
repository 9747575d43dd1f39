// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-address.h"

#include "ns3-module/model/smcr-octets.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"

namespace ns3 {

smclab::IpAddress ToCore(Ipv4Address address) {
  const uint32_t bits = address.Get();
  const auto octet = [bits](unsigned shift) { return static_cast<uint8_t>(bits >> shift & 0xFF); };
  return smclab::ipv4(octet(24), octet(16), octet(8), octet(0));
}

smclab::IpAddress ToCore(Ipv6Address address) {
  smclab::IpAddress core;
  address.GetBytes(Octets(core.gid.bytes.data()));
  return core;
}

Ipv4Address ToIpv4(const smclab::Gid& gid) {
  return Ipv4Address::Deserialize(Octets(gid.bytes.data() + 12));
}

Ipv6Address ToIpv6(const smclab::Gid& gid) {
  return Ipv6Address::Deserialize(Octets(gid.bytes.data()));
}

bool IsTcpEnd(const Address& socket) {
  return InetSocketAddress::IsMatchingType(socket) || Inet6SocketAddress::IsMatchingType(socket);
}

SmcrTcpEnd ToTcpEnd(const Address& socket) {
  if (Inet6SocketAddress::IsMatchingType(socket)) {
    const auto six = Inet6SocketAddress::ConvertFrom(socket);
    return {ToCore(six.GetIpv6()), six.GetPort()};
  }
  const auto four = InetSocketAddress::ConvertFrom(socket);
  return {ToCore(four.GetIpv4()), four.GetPort()};
}

Address ToSocket(const SmcrTcpEnd& end) {
  if (end.address.is_v4()) return InetSocketAddress(ToIpv4(end.address.gid), end.port);
  return Inet6SocketAddress(ToIpv6(end.address.gid), end.port);
}

Address ToAny(const SmcrTcpEnd& end) {
  if (end.address.is_v4()) return InetSocketAddress(Ipv4Address::GetAny(), end.port);
  return Inet6SocketAddress(Ipv6Address::GetAny(), end.port);
}

}  // namespace ns3
