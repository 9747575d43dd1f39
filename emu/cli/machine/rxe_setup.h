// SPDX-License-Identifier: MIT
//
// `smclab setup rxe`: soft-RoCE devices for the stage verbs (rxe_plan.h says which and why).
#pragma once

#include "emu/cli/machine/setup.h"

namespace smclab::cli {

/// Makes them, or takes them back; what is there already is left as it is. Returns the exit code,
/// after one line that says what is missing.
[[nodiscard]] int setup_rxe(const SetupArguments& arguments);

}  // namespace smclab::cli
