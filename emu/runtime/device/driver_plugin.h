// SPDX-License-Identifier: MIT
//
// Loads the driver for RDMA devices when it is asked for.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "emu/runtime/device/device_port.h"

namespace smclab::runtime {

/// The driver, which lives as long as the program. It is looked for beside the program and in
/// ../lib/smclab from there. The error is one sentence for the user.
[[nodiscard]] tl::expected<DeviceDriver*, std::string> load_driver();

}  // namespace smclab::runtime
