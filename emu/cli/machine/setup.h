// SPDX-License-Identifier: MIT
//
// `smclab setup`: what takes root once, so that everything else does not.
#pragma once

#include <string>

namespace smclab::cli {

struct SetupArguments {
  std::string what;     ///< synopt, rxe or loopback
  bool undo = false;    ///< take it back
  unsigned cables = 1;  ///< rxe: veth pairs, each with two soft-RoCE devices
};

/// Returns an ExitCode.
[[nodiscard]] int setup(const SetupArguments& arguments);

}  // namespace smclab::cli
