// SPDX-License-Identifier: MIT
//
// In place of setup.cc where the build had no BPF compiler.
#include "emu/synopt/setup.h"

namespace smclab::synopt {

std::string set_up() {
  return "this smclab was built without clang, bpftool and libbpf (./dev deps check installs them)";
}

std::string undo() {
  return set_up();
}

}  // namespace smclab::synopt
