// SPDX-License-Identifier: MIT
//
// What `smclab run` tells a person: what moved, what was checked, and where to look further.
#pragma once

#include <string>

#include "emu/scenario/judge/judge.h"
#include "emu/scenario/scenario.h"

namespace smclab::cli {

struct TableStyle {
  bool color = false;
  bool unicode = true;
};

/// Whether standard output wants colours (a terminal, and NO_COLOR unset) and shows UTF-8.
[[nodiscard]] TableStyle table_style();

[[nodiscard]] std::string run_table(const scenario::Scenario& scenario,
                                    const scenario::PlayedRun& run, const TableStyle& style);

}  // namespace smclab::cli
