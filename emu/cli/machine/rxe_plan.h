// SPDX-License-Identifier: MIT
//
// What a machine needs so that two soft-RoCE devices (rdma_rxe) in its one kernel talk over a wire
// of its own.
//
// A cable is a veth pair. Linux would deliver what goes to an address of its own without ever
// touching the wire, so the table `local` is asked only after rules that send the traffic between
// the two ends of a cable out by one and in by the other. rdma_rxe knows the first network
// namespace only, which is why namespaces are of no use here.
#pragma once

#include <vector>

#include "emu/cli/machine/setup_steps.h"

namespace smclab::cli {

/// Whether the machine has IPv6.
enum class Ipv6 : bool { No, Yes };

/// The steps for this many cables, in the order in which to make them; undone in reverse. The ends
/// of cable k are 10.123.k.1 and 10.123.k.2, fd53:4d43:0:k::1 and fd53:4d43:0:k::2; the second is
/// 10.124.k.2 as well, for hosts that are in two subnets.
[[nodiscard]] std::vector<SetupStep> rxe_plan(unsigned cables, Ipv6 ipv6);

inline constexpr unsigned kMostCables = 8;

}  // namespace smclab::cli
