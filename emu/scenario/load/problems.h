// SPDX-License-Identifier: MIT
//
// What is wrong with a scenario file: every complaint has its line and column, all of them are
// collected so that an author mends a file in one go, and near misses get a suggestion.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/scenario/place.h"

namespace smclab::scenario {

struct Problem {
  Place place;
  std::string message;
  bool operator==(const Problem&) const = default;
};

/// `file:line:column: message`.
[[nodiscard]] std::string show(std::string_view file, const Problem& problem);

class Problems {
 public:
  /// A file has its first twenty problems told; nobody reads more at once.
  static constexpr std::size_t kMost = 20;

  void add(Place place, std::string message);
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  /// In the order of the file, without repetitions; beyond kMost a last one says how many more.
  [[nodiscard]] std::vector<Problem> sorted() const;

 private:
  std::vector<Problem> list_;
  std::size_t left_out_ = 0;
};

/// " (did you mean 'X'?)" for the candidate nearest to `word`, or nothing if none is near.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> candidates);

/// 'word' in quotes, made fit for a terminal: cut if long, control characters shown as '?'.
[[nodiscard]] std::string in_quotes(std::string_view word);

}  // namespace smclab::scenario
