// SPDX-License-Identifier: MIT
//
// ns-3's addresses and time in the words of the protocol, and back.
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/mac48-address.h>
#include <ns3/nstime.h>

#include "protocol/time.h"
#include "protocol/types.h"

namespace ns3 {

/// The simulator's clock as the core sees it.
smclab::Instant SmcrNow();
/// From now until then; zero if that is over.
Time SmcrUntil(smclab::Instant when);

smclab::IpAddress ToSmcr(Ipv4Address address);
Ipv4Address FromSmcr(const smclab::Gid& gid);
smclab::Mac ToSmcr(Mac48Address address);

}  // namespace ns3
