// SPDX-License-Identifier: MIT
//
// Who holds a port, for the one error message that must name it.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/types.h"

namespace smclab::runtime {

/// "NAME (process N)" of the process that holds this UDP port of an IPv4 address; empty where it
/// belongs to another user or to the kernel (soft-RoCE holds 4791 without a process).
[[nodiscard]] std::string owner_of_udp_port(const IpAddress& address, std::uint16_t port);

}  // namespace smclab::runtime
