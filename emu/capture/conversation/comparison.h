// SPDX-License-Identifier: MIT
//
// Whether two captures hold the same conversation, and the places where they part.
//
// The same: as many connections; CLC of each and LLC of each direction of each link equal in order
// and meaning; CDC of each direction equal in the order in which flags changed, in bytes produced
// and consumed and in the cursors at the end. Names – keys, queue pairs, tokens, addresses, link
// numbers – are matched by role: two stand for each other once they were found in the same place,
// and then everywhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emu/capture/conversation/conversation.h"

namespace smclab::capture {

struct Difference {
  std::string where;       ///< "connection 2, CLC"
  std::string what;        ///< "mtu is 3 in A, 5 in B"
  std::optional<Place> a;  ///< nothing: A has no message there
  std::optional<Place> b;
};

struct Comparison {
  std::size_t connections = 0;  ///< that were laid side by side
  std::size_t links = 0;
  std::vector<Difference> differences;  ///< in the order of their places in either capture
  /// What differs without being a difference: pace, TCP options, connections without CLC.
  std::vector<std::string> notes;

  [[nodiscard]] bool same() const noexcept { return differences.empty(); }
  /// Where they part; only if they are not the same.
  [[nodiscard]] const Difference& first() const { return differences.front(); }
};

[[nodiscard]] Comparison compare(const Conversation& a, const Conversation& b);

}  // namespace smclab::capture
