// SPDX-License-Identifier: MIT
//
// The privileged half of the SMC-R option, once a boot: loads the BPF object, attaches it to the
// root of the control group tree and pins it, so that it stays when this process ends.
#pragma once

#include <string>

namespace smclab::synopt {

/// Needs root, a kernel from 5.10 on with BPF, and a file system of type bpf, which is mounted
/// where it is missing. Does nothing if it is done already. Empty, or one sentence on what is
/// missing.
[[nodiscard]] std::string set_up();

/// Takes it back; connections that exist are not touched. Empty, or why not.
[[nodiscard]] std::string undo();

}  // namespace smclab::synopt
