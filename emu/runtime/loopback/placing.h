// SPDX-License-Identifier: MIT
//
// Where the hosts of a scenario stand on one machine: every subnet of the scenario becomes a /24
// in 127/8 (127.0.0.0, 127.0.1.0, …), and node i has the address .(2 + i) in each of its own.
// Linux answers on all of 127/8, so this needs no configuration and no privilege. IPv6 subnets
// become a /64 in fd53:4d43:1::/48, of which loopback has none: the stage gives them to a loopback
// of its own (own_network.h), or `smclab setup loopback` to the machine's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "emu/scenario/scenario.h"

namespace smclab::runtime {

/// As many of each as `smclab setup loopback` prepares.
inline constexpr std::size_t kLoopbackSubnets = 4;
inline constexpr std::size_t kLoopbackNodes = 16;
[[nodiscard]] IpAddress loopback_ipv6(std::size_t subnet, std::size_t node);

/// The scenario with its addresses replaced. The error says what does not fit: more than 250 nodes
/// or subnets.
[[nodiscard]] tl::expected<scenario::Scenario, std::string> place_on_loopback(
    const scenario::Scenario& scenario);

/// Those of a scenario's RNICs.
[[nodiscard]] std::vector<IpAddress> ipv6_addresses(const scenario::Scenario& placed);
/// Whether sockets of this machine can have the address.
[[nodiscard]] bool is_here(const IpAddress& address);

}  // namespace smclab::runtime
