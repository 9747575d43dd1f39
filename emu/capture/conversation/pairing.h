// SPDX-License-Identifier: MIT
//
// Which connection and which link group of one conversation is which of another.
#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "emu/capture/conversation/conversation.h"

namespace smclab::capture {

/// A place in A and its like in B.
using Pair = std::pair<std::size_t, std::size_t>;

struct Pairing {
  std::vector<Pair> connections;  ///< in A's order
  std::vector<Pair> groups;       ///< in the order of the connections that use them
  std::map<std::size_t, std::size_t> group_places;  ///< in `groups`, by A's
  /// Of `connections`: the link group of one is paired with another one's.
  std::vector<Pair> misfits;
};

/// Connections are paired by the server's port where both have as many connections to each,
/// and there in the order in which they were answered; else in that order only.
[[nodiscard]] Pairing pair_up(const Conversation& a, const Conversation& b);

}  // namespace smclab::capture
