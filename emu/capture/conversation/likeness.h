// SPDX-License-Identifier: MIT
//
// Whether two messages in the same place of two conversations say the same.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "emu/capture/conversation/namesakes.h"
#include "emu/capture/conversation/said.h"

namespace smclab::capture {

/// Where the two messages were said: names are good within these bounds.
struct Bounds {
  std::size_t group = 0;
  std::size_t link = 0;
};

/// What differs, field by field. Learns names from fields that agree.
[[nodiscard]] std::vector<std::string> unlike(const Said& a, const Said& b, const Bounds& bounds,
                                              Namesakes& names);

}  // namespace smclab::capture
