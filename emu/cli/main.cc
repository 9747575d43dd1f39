// SPDX-License-Identifier: MIT
//
// The `smclab` command: reads the command line and calls one function. CLI11 is included here and
// in run_options.cc only, because it is slow to compile; a command is a plain function with a
// struct of arguments, in a file of its own, and is bound to its options by one add_… function
// below.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <functional>

#include "emu/cli/bench/bench.h"
#include "emu/cli/captures/compare.h"
#include "emu/cli/captures/decode.h"
#include "emu/cli/exit_code.h"
#include "emu/cli/machine/rxe_plan.h"
#include "emu/cli/machine/setup.h"
#include "emu/cli/machine/vm.h"
#include "emu/cli/ns3_program.h"
#include "emu/cli/play/run.h"
#include "emu/cli/play/run_options.h"
#include "emu/cli/tour/demo.h"

namespace smclab::cli {
namespace {

// Called after the command line is read; each command sets it if it is the one.
using Chosen = std::function<int()>;

void add_run(CLI::App& app, Chosen& chosen, char** argv) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = add_run_options(app, *arguments);
  command->callback([arguments, &chosen, argv] {
    chosen = [arguments, argv] {
      return arguments->stage == "ns3" ? become_ns3_program(argv) : run(*arguments);
    };
  });
}

void add_decode(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<DecodeArguments>();
  CLI::App* command = app.add_subcommand("decode", "Show a capture as SMC-R messages");
  command->add_option("file", arguments->file, "pcap or pcapng; - is standard input")->required();
  command->add_flag("--json", arguments->json, "A line of JSON a message, with every field");
  command->add_flag("--verify-encode", arguments->verify_encode,
                    "Encode each message again and report bytes that differ");
  command->callback([arguments, &chosen] { chosen = [arguments] { return decode(*arguments); }; });
}

void add_compare(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<CompareArguments>();
  CLI::App* command =
      app.add_subcommand("compare", "Tell whether two captures are the same conversation");
  command->add_option("a", arguments->a, "pcap or pcapng, or a folder of run --out")->required();
  command->add_option("b", arguments->b, "Likewise; one of the two may be -, standard input")
      ->required();
  command->add_flag("--all", arguments->all, "Every place where they part, not the first only");
  command->add_flag("--json", arguments->json, "One JSON object on standard output");
  command->callback([arguments, &chosen] { chosen = [arguments] { return compare(*arguments); }; });
}

void add_demo(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<DemoArguments>();
  CLI::App* command =
      app.add_subcommand("demo", "Send a file over SMC-R on this machine, and watch");
  command->add_option("file", arguments->file, "What to send; default: this program itself");
  command->add_option("--out", arguments->out, "Folder for capture, trace and what was received")
      ->capture_default_str();
  command->callback([arguments, &chosen] { chosen = [arguments] { return demo(*arguments); }; });
}

void add_setup(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<SetupArguments>();
  CLI::App* command = app.add_subcommand("setup", "Prepare this machine, once, as root");
  command
      ->add_option("what", arguments->what,
                   "synopt: the SMC-R option in SYN and SYN-ACK; rxe: devices for the stage verbs; "
                   "loopback: IPv6 addresses for the stage emu")
      ->required()
      ->check(CLI::IsMember({"synopt", "rxe", "loopback"}));
  command->add_option("--cables", arguments->cables, "rxe: how many veth pairs, two devices each")
      ->check(CLI::Range(1U, kMostCables))
      ->capture_default_str();
  command->add_flag("--undo", arguments->undo, "Take it back");
  command->callback([arguments, &chosen] { chosen = [arguments] { return setup(*arguments); }; });
}

void add_bench(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* command = app.add_subcommand("bench", "Measure the core and the world here");
  command->add_option("parts", arguments->parts, "core, world; both when none is named")
      ->check(CLI::IsMember({"core", "world"}));
  command->add_flag("--json", arguments->json, "JSON instead of a table");
  command->callback([arguments, &chosen] { chosen = [arguments] { return bench(*arguments); }; });
}

// Its words are read by the laboratory's own program.
void add_vm(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<VmArguments>();
  CLI::App* command =
      app.add_subcommand("vm", "The kernel laboratory: up, run MACHINE -- COMMAND, down");
  command->prefix_command();
  command->set_help_flag();
  command->callback([arguments, command, &chosen] {
    arguments->words = command->remaining();
    chosen = [arguments] { return vm(*arguments); };
  });
}

int choose_and_run(int argc, char** argv) {
  CLI::App app("A laboratory for SMC-R (RFC 7609) without an RNIC", "smclab");
  app.set_version_flag("--version", "smclab " SMCLAB_VERSION);
  app.require_subcommand(1);
  Chosen chosen;
  add_demo(app, chosen);
  add_run(app, chosen, argv);
  add_decode(app, chosen);
  add_compare(app, chosen);
  add_setup(app, chosen);
  add_bench(app, chosen);
  add_vm(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 prints help on stdout and complaints on stderr; its own codes are not ours.
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  const int code = chosen();
  // A full disk or a closed pipe behind standard output shows only here.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::perror("smclab: cannot write standard output");
  return code == kOk ? kCannot : code;
}

}  // namespace
}  // namespace smclab::cli

int main(int argc, char** argv) {
  try {
    return smclab::cli::choose_and_run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "smclab: internal error: %s\nPlease report this.\n", error.what());
    return smclab::cli::kBug;
  }
}
