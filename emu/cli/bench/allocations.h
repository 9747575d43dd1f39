// SPDX-License-Identifier: MIT
//
// Counts what this program takes from the heap, so that "no allocation once warm" is a number
// and not a hope. The count is of the whole program; a benchmark takes the difference.
#pragma once

#include <cstdint>

namespace smclab::bench {

/// Calls of operator new so far.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace smclab::bench
