// SPDX-License-Identifier: MIT
//
// The interface of this machine that has an address, as an RNIC port is to know it.
#pragma once

#include <optional>

#include "protocol/config.h"

namespace smclab::interop {

/// MAC, subnet and MTU of the interface with this address; its GID is the address itself, or, for
/// SMC-Rv1 with soft-RoCE over IPv4, the link-local one that the kernel would take. Nothing if no
/// interface has the address, or not all of that.
[[nodiscard]] std::optional<Device> find_device(const IpAddress& address, bool link_local_gid);

}  // namespace smclab::interop
