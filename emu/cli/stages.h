// SPDX-License-Identifier: MIT
//
// Which stages this build has. The scenario library knows none of them.
#pragma once

#include <memory>
#include <string>

#include "emu/cli/run.h"
#include "emu/scenario/stage.h"

namespace smclab::cli {

/// The stage, or null; then `missing` says in one sentence what is lacking.
[[nodiscard]] std::unique_ptr<scenario::Stage> make_stage(scenario::StageKind kind,
                                                          std::string& missing);

/// `run --stage ns3`: becomes the program smclab-ns3 that lies beside this one. Returns only if it
/// cannot, with the exit code.
[[nodiscard]] int become_ns3(const RunArguments& arguments);

}  // namespace smclab::cli
