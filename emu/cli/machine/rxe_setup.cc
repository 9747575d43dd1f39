// SPDX-License-Identifier: MIT
#include "emu/cli/machine/rxe_setup.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include "emu/cli/exit_code.h"
#include "emu/cli/machine/command.h"
#include "emu/cli/machine/rxe_plan.h"

namespace smclab::cli {
namespace {

int complain(const std::string& message) {
  fmt::print(stderr, "smclab setup rxe: {}\n", message);
  return kCannot;
}

// What a program said, in one line.
std::string in_one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string joined(const SetupStep::Words& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

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

bool is_there(const SetupStep& step) {
  if (step.shows.empty()) return false;
  const Ran ran = run_command(step.shows);
  const bool shown = ran.code == 0 && !ran.output.empty();
  return shown != step.inverse;
}

int make(const std::vector<SetupStep>& plan) {
  if (const std::string lack = load_modules(); !lack.empty()) return complain(lack);
  for (const SetupStep& step : plan) {
    if (is_there(step)) continue;
    const Ran ran = run_command(step.make);
    if (ran.code == 0) continue;
    return complain(
        fmt::format("cannot make {}: '{}' says: {} ('smclab setup rxe --undo' takes "
                    "back the rest)",
                    step.what, joined(step.make), in_one_line(ran.output)));
  }
  return kOk;
}

int undo(const std::vector<SetupStep>& plan) {
  int code = kOk;
  for (auto step = plan.rbegin(); step != plan.rend(); ++step) {
    if (step->undo.empty() || !is_there(*step)) continue;
    const Ran ran = run_command(step->undo);
    if (ran.code == 0) continue;
    code = complain(fmt::format("cannot take back {}: '{}' says: {}", step->what,
                                joined(step->undo), in_one_line(ran.output)));
  }
  return code;
}

}  // namespace

int setup_rxe(const SetupArguments& arguments) {
  if (const std::string lack = missing(); !lack.empty()) return complain(lack);
  // All there may be is taken back, however many were made.
  if (arguments.undo) return undo(rxe_plan(kMostCables, ipv6_here()));
  const int code = make(rxe_plan(arguments.cables, ipv6_here()));
  if (code != kOk) return code;
  for (unsigned cable = 0; cable < arguments.cables; ++cable) {
    fmt::print("10.123.{}.1 (smclab_r{}) and 10.123.{}.2 (smclab_r{}) are ready\n", cable,
               2 * cable, cable, 2 * cable + 1);
  }
  return kOk;
}

}  // namespace smclab::cli
