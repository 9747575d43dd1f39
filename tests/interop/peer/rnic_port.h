// SPDX-License-Identifier: MIT
//
// The RNIC port of this host: software on an interface of this network namespace, or, with --verbs,
// a device that the RDMA subsystem of this machine has there.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "emu/runtime/real_host.h"
#include "protocol/config.h"
#include "tests/interop/peer/options.h"

namespace smclab::interop {

struct RnicPort {
  Device device;
  runtime::DevicePorts ports;  ///< none: the RNIC is software
};

/// The error is one sentence for the user.
[[nodiscard]] tl::expected<RnicPort, std::string> open_port(const Options& options);

}  // namespace smclab::interop
