// SPDX-License-Identifier: MIT
//
// The exit codes of every command; scripts rely on them.
#pragma once

namespace smclab::cli {

enum ExitCode : int {
  kOk = 0,
  kCheckFailed = 1,  ///< a check of a scenario failed, a comparison differs, a message is bad
  kUsage = 2,        ///< bad usage or scenario, or an input that cannot be read
  kCannot = 3,       ///< this machine or build cannot do it; the message says what is missing
  kFellBack = 4,     ///< --require-smc, and a connection was carried by TCP
  kBug = 70,         ///< a bug of ours
  kInterrupted = 130,
};

}  // namespace smclab::cli
