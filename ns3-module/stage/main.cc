// SPDX-License-Identifier: MIT
//
// smclab-ns3: what `smclab run --stage ns3` executes, with the same arguments. A program of its
// own, since ns-3 is under the GPL and smclab is not.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <functional>

#include "emu/cli/exit_code.h"
#include "emu/cli/play/run.h"
#include "emu/cli/play/run_options.h"

int main(int argc, char** argv) {
  using smclab::cli::RunArguments;
  CLI::App app("The stage ns3 of smclab", "smclab-ns3");
  app.require_subcommand(1);
  RunArguments arguments;
  smclab::cli::add_run_options(app, arguments);
  try {
    app.parse(argc, argv);
    arguments.stage = "ns3";
    return smclab::cli::run(arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? smclab::cli::kOk : smclab::cli::kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "smclab-ns3: internal error: %s\nPlease report this.\n", error.what());
    return smclab::cli::kBug;
  }
}
