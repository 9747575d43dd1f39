// SPDX-License-Identifier: MIT
//
// Where a link's messages and completions arrive: LLC messages go to the flow they belong to;
// ADD LINK is politely rejected, since a group has one link; what nobody waits for is dropped and
// counted (Linux: smc_llc_rx_handler, smc_llc_event_handler).
#pragma once

#include <span>

#include "protocol/link/directory.h"

namespace smclab {

/// A message on `link` that is no CDC.
void handle_llc(Turn& turn, Directory& directory, Link& link, std::span<const std::byte> bytes);

/// An LLC message of this host completed; `posted` names its type.
void handle_llc_sent(Turn& turn, Directory& directory, Link& link, const Posted& posted);

}  // namespace smclab
