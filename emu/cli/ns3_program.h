// SPDX-License-Identifier: MIT
//
// The stage ns3 lives in a program of its own: ns-3 is under the GPL, so smclab never links it.
#pragma once

namespace smclab::cli {

/// Becomes smclab-ns3 with the arguments of this process: the one beside this program, else the one
/// on the PATH. Returns only if there is none: an ExitCode, after saying so.
[[nodiscard]] int become_ns3_program(char** argv);

}  // namespace smclab::cli
