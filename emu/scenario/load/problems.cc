// SPDX-License-Identifier: MIT
#include "emu/scenario/load/problems.h"

#include <algorithm>
#include <numeric>

namespace smclab::scenario {
namespace {

// Changes of one letter, or swaps of two neighbours, that turn one word into the other
// (Damerau-Levenshtein, in its restricted form). Words are short here.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = above[j] + (a[i] == b[j] ? 0U : 1U);
      row[j + 1] = std::min({changed, above[j + 1] + 1, row[j] + 1});
      const bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (swapped) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

constexpr std::size_t kLongestWord = 48;

}  // namespace

std::string show(std::string_view file, const Problem& problem) {
  return std::string(file) + ':' + std::to_string(problem.place.line) + ':' +
         std::to_string(problem.place.column) + ": " + problem.message;
}

void Problems::add(Place place, std::string message) {
  Problem problem{place, std::move(message)};
  if (std::ranges::find(list_, problem) != list_.end()) return;
  if (list_.size() < kMost) {
    list_.push_back(std::move(problem));
  } else {
    ++left_out_;
  }
}

std::vector<Problem> Problems::sorted() const {
  std::vector<Problem> list = list_;
  std::ranges::stable_sort(list, {}, &Problem::place);
  if (left_out_ > 0) {
    list.push_back({list.back().place, "and " + std::to_string(left_out_) + " more problems"});
  }
  return list;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > kLongestWord) return {};
  std::string_view best;
  std::size_t nearest = (word.size() <= 3 ? 1 : std::max<std::size_t>(2, word.size() / 3)) + 1;
  for (const std::string_view candidate : candidates) {
    // A word of which a part was written ("testlink_time"), or more than all of it, is as near as
    // can be.
    const bool part = (word.size() >= 4 && candidate.find(word) != candidate.npos) ||
                      (candidate.size() >= 3 && word.starts_with(candidate));
    const std::size_t far = part ? 1 : distance(word, candidate);
    // A suggestion that shares nothing with what was written helps nobody.
    if (far < nearest && far < std::max(word.size(), candidate.size())) {
      nearest = far;
      best = candidate;
    }
  }
  return best.empty() ? std::string{} : " (did you mean '" + std::string(best) + "'?)";
}

std::string in_quotes(std::string_view word) {
  std::string shown = "'";
  for (const char c : word.substr(0, kLongestWord)) {
    const auto code = static_cast<unsigned char>(c);
    shown += code < 0x20 || code == 0x7F ? '?' : c;
  }
  // A character of several bytes that the cut went through is left out whole.
  if (word.size() > kLongestWord) {
    while ((static_cast<unsigned char>(shown.back()) & 0xC0U) == 0x80U) shown.pop_back();
    if ((static_cast<unsigned char>(shown.back()) & 0x80U) != 0) shown.pop_back();
    shown += "…";
  }
  return shown + "'";
}

}  // namespace smclab::scenario
