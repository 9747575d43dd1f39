// SPDX-License-Identifier: MIT
//
// `smclab compare`: whether two runs or captures are the same conversation, and where they part.
#pragma once

#include <string>

namespace smclab::cli {

struct CompareArguments {
  std::string a;  ///< a capture, or a folder that `smclab run --out` filled
  std::string b;
  bool json = false;
  bool all = false;  ///< every place where they part, not the first only
};

/// Returns an ExitCode.
[[nodiscard]] int compare(const CompareArguments& arguments);

}  // namespace smclab::cli
