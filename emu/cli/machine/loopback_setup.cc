// SPDX-License-Identifier: MIT
#include "emu/cli/machine/loopback_setup.h"

#include <fmt/core.h>

#include "emu/cli/exit_code.h"
#include "emu/cli/machine/command.h"
#include "emu/runtime/address.h"
#include "emu/runtime/loopback/placing.h"

namespace smclab::cli {

std::vector<SetupStep> loopback_plan() {
  std::vector<SetupStep> plan;
  for (std::size_t subnet = 0; subnet < runtime::kLoopbackSubnets; ++subnet) {
    for (std::size_t node = 0; node < runtime::kLoopbackNodes; ++node) {
      const auto address = runtime::to_socket(runtime::loopback_ipv6(subnet, node)).to_string();
      plan.push_back({.what = "the address " + address,
                      .shows = words(fmt::format("ip -6 -o address show dev lo to {}", address)),
                      .make = words(fmt::format("ip -6 address add {}/128 dev lo nodad", address)),
                      .undo = words(fmt::format("ip -6 address del {}/128 dev lo", address))});
    }
  }
  return plan;
}

int setup_loopback(const SetupArguments& arguments) {
  if (run_command(words("ip -Version")).code == Ran::kNotFound) {
    return cannot_set_up("loopback", "needs the command 'ip' (Debian: iproute2)");
  }
  if (arguments.undo) return undo_steps("loopback", loopback_plan());
  const int code = make_steps("loopback", loopback_plan());
  if (code == kOk) {
    fmt::print("{} hosts in each of {} IPv6 subnets have an address on loopback\n",
               runtime::kLoopbackNodes, runtime::kLoopbackSubnets);
  }
  return code;
}

}  // namespace smclab::cli
