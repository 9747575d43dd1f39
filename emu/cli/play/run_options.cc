// SPDX-License-Identifier: MIT
#include "emu/cli/play/run_options.h"

#include <CLI/CLI.hpp>

namespace smclab::cli {

CLI::App* add_run_options(CLI::App& app, RunArguments& arguments) {
  CLI::App* command = app.add_subcommand("run", "Play scenario files and judge their checks");
  command->add_option("files", arguments.files, "Scenario files (*.smc.yml)")->required();
  command->add_option("--stage", arguments.stage, "world (the default), emu, verbs or ns3")
      ->check(CLI::IsMember({"world", "emu", "verbs", "ns3"}));
  command->add_option("--seed", arguments.seed, "Seed instead of the file's");
  command->add_option("--repeat", arguments.repeats, "Runs a file, with seeds counting up");
  command->add_option("--out", arguments.out, "Directory for trace.jsonl, run.json, run.pcapng");
  command->add_flag("--force", arguments.force, "Write into a directory that is not empty");
  command->add_flag("--json", arguments.json, "One JSON object a file on standard output");
  command->add_flag("--require-smc", arguments.require_smc, "Exit 4 on a fallback to TCP");
  command->add_flag("-v,--verbose", arguments.verbose, "Show the messages of each run");
  return command;
}

}  // namespace smclab::cli
