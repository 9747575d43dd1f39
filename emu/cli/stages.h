// SPDX-License-Identifier: MIT
//
// Which stages this build has. The scenario library knows none of them.
#pragma once

#include <memory>
#include <string>

#include "emu/scenario/stage.h"

namespace smclab::cli {

/// The stage, or null; then `missing` says in one sentence what is lacking.
[[nodiscard]] std::unique_ptr<scenario::Stage> make_stage(scenario::StageKind kind,
                                                          std::string& missing);

}  // namespace smclab::cli
