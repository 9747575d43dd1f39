// SPDX-License-Identifier: MIT
//
// Runs a program of the system, without a shell in between.
#pragma once

#include <span>
#include <string>

namespace smclab::cli {

/// How a program ended.
struct Ran {
  static constexpr int kNotFound = 127;
  int code = 0;        ///< its exit code, kNotFound if there is no such program
  std::string output;  ///< what it wrote on both standard output and standard error
};

/// Runs it and waits. It is looked for on the PATH and where administrators' programs are, which
/// is not on everyone's.
[[nodiscard]] Ran run_command(std::span<const std::string> words);

}  // namespace smclab::cli
