// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-address.h"

#include <ns3/simulator.h>

#include <algorithm>
#include <array>

namespace ns3 {

smclab::Instant SmcrNow() {
  return smclab::Instant(smclab::Duration(Simulator::Now().GetNanoSeconds()));
}

Time SmcrUntil(smclab::Instant when) {
  // The core says "now" with moments in the past, down to the clock's minimum.
  return NanoSeconds(static_cast<std::uint64_t>((std::max(when, SmcrNow()) - SmcrNow()).count()));
}

smclab::IpAddress ToSmcr(Ipv4Address address) {
  const std::uint32_t ip = address.Get();
  return smclab::ipv4(static_cast<std::uint8_t>(ip >> 24), static_cast<std::uint8_t>(ip >> 16),
                      static_cast<std::uint8_t>(ip >> 8), static_cast<std::uint8_t>(ip));
}

Ipv4Address FromSmcr(const smclab::Gid& gid) {
  std::uint32_t ip = 0;
  for (std::size_t i = 12; i < 16; ++i) ip = ip << 8 | std::to_integer<std::uint32_t>(gid.bytes[i]);
  return Ipv4Address(ip);
}

smclab::Mac ToSmcr(Mac48Address address) {
  std::array<std::uint8_t, 6> bytes{};
  address.CopyTo(bytes.data());
  smclab::Mac mac;
  std::transform(bytes.begin(), bytes.end(), mac.bytes.begin(),
                 [](std::uint8_t byte) { return std::byte{byte}; });
  return mac;
}

}  // namespace ns3
