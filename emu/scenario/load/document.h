// SPDX-License-Identifier: MIT
//
// A YAML file as a tree of text with places, before anything is known of what it means. All
// scalars stay text (so that `no`, `010` and `1e3` mean nothing by themselves), and what makes
// YAML surprising or dangerous is refused here: anchors and aliases, tags, duplicate keys, several
// documents, deep nesting, anything that is not UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emu/scenario/load/problems.h"

namespace smclab::scenario {

struct Entry;

struct Node {
  enum class Kind : std::uint8_t { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  Place place;
  std::string text;            ///< of a Scalar
  std::vector<Node> items;     ///< of a List
  std::vector<Entry> entries;  ///< of a Map, in the order of the file
};

struct Entry {
  std::string key;
  Place place;  ///< of the key
  Node value;
};

/// "a mapping", "a list", "nothing" or "a value".
[[nodiscard]] std::string_view describe(Node::Kind kind) noexcept;

/// Bounds of a file; what is beyond is not a scenario but an attack or a mistake.
inline constexpr std::size_t kLargestFile = 1'048'576;  // bytes
inline constexpr std::size_t kMostNodes = 100'000;
inline constexpr std::size_t kMostKeys = 4'096;  // in one mapping
inline constexpr std::size_t kDeepest = 16;      // levels of nesting

/// The tree, or nothing after telling why.
[[nodiscard]] std::optional<Node> read_document(std::string_view text, Problems& problems);

}  // namespace smclab::scenario
