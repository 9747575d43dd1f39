// SPDX-License-Identifier: MIT
//
// A scenario's nodes and links as ns-3 has them: point-to-point links, full duplex, with the
// scenario's rates, delays, MTUs, losses and addresses.
#ifndef NS3_NETWORK_H
#define NS3_NETWORK_H
#pragma once

#include <string>
#include <utility>

#include "emu/scenario/flow.h"
#include "emu/scenario/scenario.h"
#include "ns3/node-container.h"
#include "protocol/types.h"

namespace ns3 {

/// What of the scenario ns-3 cannot play here, in one sentence; empty if it can play all.
[[nodiscard]] std::string FindObstacle(const smclab::scenario::Scenario& scenario);

/// Gives the nodes, one for each of the scenario, an internet stack, devices and addresses. A
/// node's interfaces are its RNICs in order.
void MakeNetwork(const smclab::scenario::Scenario& scenario, const NodeContainer& nodes);

/// Where a connection runs: the client's and the server's end of a link between the two nodes.
[[nodiscard]] std::pair<smclab::IpAddress, smclab::IpAddress> AddressesBetween(
    const smclab::scenario::Scenario& scenario, const smclab::scenario::PlannedFlow& flow);

}  // namespace ns3

#endif  // NS3_NETWORK_H
