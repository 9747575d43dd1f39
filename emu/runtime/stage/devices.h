// SPDX-License-Identifier: MIT
//
// Where the hosts of a scenario stand on the RDMA devices of one machine. If this machine has all
// RoCEv2 addresses that the file gives to its RNICs, those ports are meant. Otherwise the cables
// are laid out on the pairs that `smclab setup rxe` makes: cable k runs from 10.123.k.1 to
// 10.123.k.2, or to 10.124.k.2 if the file has its ends in two subnets; with IPv6 from
// fd53:4d43:0:k::1 to fd53:4d43:0:k::2.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "emu/runtime/device/device_port.h"
#include "emu/runtime/stage/machine.h"

namespace smclab::runtime {

/// The scenario on its devices, which are open. The error is one sentence for the user.
[[nodiscard]] tl::expected<Machine, std::string> place_on_devices(
    const scenario::Scenario& scenario, DeviceDriver& driver);

/// The scenario with the addresses of the pairs; the error says what does not fit.
[[nodiscard]] tl::expected<scenario::Scenario, std::string> place_on_pairs(
    const scenario::Scenario& scenario);

}  // namespace smclab::runtime
