// SPDX-License-Identifier: MIT
#include "emu/cli/machine/rxe_setup.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "emu/cli/exit_code.h"
#include "emu/cli/machine/command.h"
#include "emu/cli/machine/rxe_plan.h"

namespace smclab::cli {
namespace {

Ipv6 ipv6_here() {
  std::error_code unknown;
  const bool there = std::filesystem::exists("/proc/sys/net/ipv6", unknown);
  return there ? Ipv6::Yes : Ipv6::No;
}

bool in_first_namespace() {
  std::error_code hidden;
  const auto first = std::filesystem::read_symlink("/proc/1/ns/net", hidden);
  return hidden || first == std::filesystem::read_symlink("/proc/self/ns/net", hidden);
}

// Empty if the machine is fit; else what is missing.
std::string missing() {
  if (::geteuid() != 0) return "needs root: it makes network devices, routes and rules";
  if (!in_first_namespace()) {
    return "rdma_rxe works in the machine's first network namespace only, and this is another";
  }
  for (const char* tool : {"ip", "rdma", "sysctl", "modprobe"}) {
    const std::string words[] = {tool, "--version"};
    if (run_command(words).code == Ran::kNotFound) {
      return fmt::format("needs the command '{}' (Debian: iproute2, procps, kmod)", tool);
    }
  }
  return {};
}

// Empty if the kernel has what is needed; else what is missing.
std::string load_modules() {
  // rdma_rxe asks for this one by an algorithm's name only; kernels that have it built in have
  // no module of the name.
  const std::string checksum[] = {"modprobe", "-q", "crc32_generic"};
  static_cast<void>(run_command(checksum));
  for (const char* module : {"veth", "ib_uverbs", "rdma_rxe"}) {
    const std::string words[] = {"modprobe", module};
    const Ran ran = run_command(words);
    if (ran.code == 0) continue;
    return fmt::format("the kernel cannot load its module {}: {}", module, in_one_line(ran.output));
  }
  return {};
}

}  // namespace

int setup_rxe(const SetupArguments& arguments) {
  if (const std::string lack = missing(); !lack.empty()) return cannot_set_up("rxe", lack);
  // All there may be is taken back, however many were made.
  if (arguments.undo) return undo_steps("rxe", rxe_plan(kMostCables, ipv6_here()));
  if (const std::string lack = load_modules(); !lack.empty()) return cannot_set_up("rxe", lack);
  const int code = make_steps("rxe", rxe_plan(arguments.cables, ipv6_here()));
  if (code != kOk) return code;
  for (unsigned cable = 0; cable < arguments.cables; ++cable) {
    fmt::print("10.123.{}.1 (smclab_r{}) and 10.123.{}.2 (smclab_r{}) are ready\n", cable,
               2 * cable, cable, 2 * cable + 1);
  }
  return kOk;
}

}  // namespace smclab::cli
