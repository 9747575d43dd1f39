// SPDX-License-Identifier: MIT
//
// What the faults of a scenario mean to the Stack of a host: the same on every stage that has
// Stacks. Faults of the network and of applications are each stage's own.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emu/scenario/scenario.h"
#include "emu/stack/input.h"

namespace smclab::staging {

/// An input for the Stack of one node. Its spans lie in the scenario.
struct HostFault {
  std::uint32_t host = 0;  ///< a place in Scenario::nodes
  stack::Input input;
};

/// What to tell when this fault begins; nothing if it is none of a Stack's. `until` is for Stall.
[[nodiscard]] std::optional<HostFault> host_fault(const scenario::FaultAction& action,
                                                  Instant until);

/// Faults that touch messages, to be told before the first connection: the Stacks themselves
/// count the messages.
[[nodiscard]] std::vector<HostFault> message_faults(const scenario::Scenario& scenario);

/// Whether the action touches the message that fired its trigger.
[[nodiscard]] bool touches_message(const scenario::FaultAction& action) noexcept;

}  // namespace smclab::staging
