// SPDX-License-Identifier: MIT
//
// `smclab setup`: what takes root once, so that everything else does not.
#pragma once

#include <string>

namespace smclab::cli {

struct SetupArguments {
  std::string what;   ///< synopt
  bool undo = false;  ///< take it back
};

/// Returns an ExitCode.
[[nodiscard]] int setup(const SetupArguments& arguments);

}  // namespace smclab::cli
