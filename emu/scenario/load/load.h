// SPDX-License-Identifier: MIT
//
// From the text of a *.smc.yml file to a Scenario, or to everything that is wrong with it. Reads
// no file itself; survives every byte string.
#pragma once

#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "emu/scenario/load/problems.h"
#include "emu/scenario/scenario.h"

namespace smclab::scenario {

/// `file` is the path as the user gave it; the scenario's name is its stem if it gives none.
/// Problems come in the order of the file, at most Problems::kMost and a last line for the rest.
[[nodiscard]] tl::expected<Scenario, std::vector<Problem>> load(std::string_view file,
                                                                std::string_view text);

}  // namespace smclab::scenario
