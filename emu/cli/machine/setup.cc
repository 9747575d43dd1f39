// SPDX-License-Identifier: MIT
#include "emu/cli/machine/setup.h"

#include <fmt/core.h>

#include "emu/cli/exit_code.h"
#include "emu/cli/machine/loopback_setup.h"
#include "emu/cli/machine/rxe_setup.h"
#include "emu/synopt/setup.h"
#include "emu/synopt/socket.h"

namespace smclab::cli {

int setup(const SetupArguments& arguments) {
  if (arguments.what == "rxe") return setup_rxe(arguments);
  if (arguments.what == "loopback") return setup_loopback(arguments);
  std::string wrong = arguments.undo ? synopt::undo() : synopt::set_up();
  if (wrong.empty() && !arguments.undo && !synopt::is_set_up()) {
    wrong = "it is attached, but this process is not in the control group tree that it serves";
  }
  if (!wrong.empty()) {
    fmt::print(stderr, "smclab setup {}: {}\n", arguments.what, wrong);
    return kCannot;
  }
  fmt::print("{}\n", arguments.undo
                         ? "The SMC-R option is gone from this machine's TCP."
                         : "Programs may now bear the SMC-R option in their SYNs, without "
                           "privilege, until `smclab setup synopt --undo` or the next boot.");
  return kOk;
}

}  // namespace smclab::cli
