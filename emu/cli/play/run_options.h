// SPDX-License-Identifier: MIT
//
// The command `run` as both programs read it that play scenario files: smclab and smclab-ns3.
#pragma once

#include "emu/cli/play/run.h"

namespace CLI {
class App;
}

namespace smclab::cli {

/// Adds the subcommand `run`, whose options land in `arguments`, and returns it.
CLI::App* add_run_options(CLI::App& app, RunArguments& arguments);

}  // namespace smclab::cli
