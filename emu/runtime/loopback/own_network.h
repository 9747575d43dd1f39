// SPDX-License-Identifier: MIT
//
// A network namespace of this program's own, whose loopback may have any address. It needs no
// privilege where users may make user namespaces, as on Debian, touches nothing outside, and is
// gone with the program.
#pragma once

#include <string>
#include <vector>

#include "protocol/types.h"

namespace smclab::runtime {

/// Moves this program there, for good: its loopback is up and has these IPv6 addresses. Empty, or
/// why that cannot be. This program must have one thread only.
[[nodiscard]] std::string enter_own_network(const std::vector<IpAddress>& addresses);

}  // namespace smclab::runtime
