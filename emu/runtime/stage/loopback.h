// SPDX-License-Identifier: MIT
//
// Where the hosts of a scenario stand on one machine: every subnet of the scenario becomes a /24
// in 127/8 (127.0.0.0, 127.0.1.0, …), and node i has the address .(2 + i) in each of its own.
// Linux answers on all of 127/8, so this needs no configuration and no privilege.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "emu/scenario/scenario.h"

namespace smclab::runtime {

/// The scenario with its addresses replaced. The error says what does not fit: more than 250
/// nodes or subnets, or an IPv6 address (loopback has only one of those).
[[nodiscard]] tl::expected<scenario::Scenario, std::string> place_on_loopback(
    const scenario::Scenario& scenario);

}  // namespace smclab::runtime
