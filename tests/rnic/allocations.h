// SPDX-License-Identifier: MIT
//
// How often operator new was called in this program, which replaces it to know.
#pragma once

#include <cstdint>

namespace smclab::rnic {

[[nodiscard]] std::uint64_t allocations_so_far();

}  // namespace smclab::rnic
