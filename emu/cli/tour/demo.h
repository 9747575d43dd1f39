// SPDX-License-Identifier: MIT
//
// `smclab demo`: the one-minute tour. Sends a real file from one host to another over SMC-R on
// this machine, shows the handshake, proves that the file arrived, and leaves a capture.
#pragma once

#include <string>

namespace smclab::cli {

struct DemoArguments {
  std::string file;              ///< what to send; empty: the smclab program itself
  std::string out = "out/demo";  ///< folder for run.pcapng, trace.jsonl and `received`
};

/// Returns an ExitCode.
[[nodiscard]] int demo(const DemoArguments& arguments);

}  // namespace smclab::cli
