// SPDX-License-Identifier: MIT
//
// Which message of one lane meets which of another. Where one conversation lacks a message, those
// behind it still find their like, so that one difference is told once and not at every place that
// follows.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "emu/capture/conversation/said.h"

namespace smclab::capture {

/// Places in the two lanes; one of them may be nothing.
struct Meeting {
  std::optional<std::size_t> a;
  std::optional<std::size_t> b;
};

/// Every message of both, in order: as many as can be meet one of their own kind (sender, type,
/// request or response), and those between meet one by one.
[[nodiscard]] std::vector<Meeting> align(std::span<const Said> a, std::span<const Said> b);

}  // namespace smclab::capture
