// SPDX-License-Identifier: MIT
//
// A trace as a ladder: two hosts as two poles, messages as arrows between them, states and faults
// as notes beside them. For terminals; reports draw their own.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "emu/scenario/outcome.h"
#include "emu/scenario/scenario.h"

namespace smclab::scenario {

struct LadderStyle {
  bool unicode = true;      ///< box-drawing characters; otherwise ASCII
  bool color = false;       ///< ANSI colours
  bool states = true;       ///< notes of state changes
  unsigned width = 78;      ///< columns in all; at least 50
  std::uint32_t left = 0;   ///< the host on the left pole; a place in Scenario::nodes
  std::uint32_t right = 1;  ///< and on the right
};

/// One line a message or note, each with its time; CDC messages in a row become one line with
/// their number. Records of other hosts are left out.
[[nodiscard]] std::string ladder(const Scenario& scenario, std::span<const HostRecord> trace,
                                 const LadderStyle& style);

/// Whether an environment like this one (values of LC_ALL, LC_CTYPE, LANG; null if unset) shows
/// UTF-8.
[[nodiscard]] bool shows_unicode(const char* lc_all, const char* lc_ctype, const char* lang);

}  // namespace smclab::scenario
