// SPDX-License-Identifier: MIT
//
// `smclab vm`: the kernel laboratory, which is a Python program beside the tests that use it.
#pragma once

#include <string>
#include <vector>

namespace smclab::cli {

struct VmArguments {
  std::vector<std::string> words;  ///< all that stands behind `vm`
};

/// Becomes the laboratory's program; returns, with an ExitCode, only if it is not there.
[[nodiscard]] int vm(const VmArguments& arguments);

}  // namespace smclab::cli
