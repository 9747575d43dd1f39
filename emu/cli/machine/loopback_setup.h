// SPDX-License-Identifier: MIT
//
// `smclab setup loopback`: IPv6 addresses of the loopback interface for hosts of the stage emu.
// Linux answers on all of 127/8 unasked; of IPv6 loopback has ::1 only.
#pragma once

#include "emu/cli/machine/setup.h"
#include "emu/cli/machine/setup_steps.h"

namespace smclab::cli {

/// Adds them, or takes them back. Returns the exit code, after one line that says what is missing.
[[nodiscard]] int setup_loopback(const SetupArguments& arguments);

/// All of them, each a step.
[[nodiscard]] std::vector<SetupStep> loopback_plan();

}  // namespace smclab::cli
