// SPDX-License-Identifier: MIT
#include "emu/capture/conversation/alignment.h"

#include <algorithm>

namespace smclab::capture {
namespace {

// Work and memory are the product of the lengths; lanes of more than this meet one by one.
constexpr std::size_t kMostCells = 1'000'000;

bool of_a_kind(const Said& a, const Said& b) {
  return a.sender == b.sender && a.type == b.type && a.response == b.response;
}

/// The two lanes without what they have in common at both ends.
struct Middle {
  std::size_t from = 0;
  std::size_t to_a = 0;
  std::size_t to_b = 0;
};

Middle middle_of(std::span<const Said> a, std::span<const Said> b) {
  Middle middle{.to_a = a.size(), .to_b = b.size()};
  const std::size_t shorter = std::min(a.size(), b.size());
  while (middle.from < shorter && of_a_kind(a[middle.from], b[middle.from])) ++middle.from;
  while (middle.to_a > middle.from && middle.to_b > middle.from &&
         of_a_kind(a[middle.to_a - 1], b[middle.to_b - 1])) {
    --middle.to_a;
    --middle.to_b;
  }
  return middle;
}

/// How many of a kind can meet at most, from each pair of places on (the longest common
/// subsequence).
class Table {
 public:
  Table(std::span<const Said> a, std::span<const Said> b, const Middle& middle)
      : middle_(middle), columns_(middle.to_b - middle.from + 1) {
    counts_.resize((middle.to_a - middle.from + 1) * columns_);
    for (std::size_t i = middle.to_a; i-- > middle.from;) {
      for (std::size_t j = middle.to_b; j-- > middle.from;) {
        cell(i, j) = of_a_kind(a[i], b[j]) ? cell(i + 1, j + 1) + 1
                                           : std::max(cell(i + 1, j), cell(i, j + 1));
      }
    }
  }
  std::uint32_t& cell(std::size_t i, std::size_t j) {
    return counts_[(i - middle_.from) * columns_ + j - middle_.from];
  }

 private:
  Middle middle_;
  std::size_t columns_;
  std::vector<std::uint32_t> counts_;
};

/// Gathers meetings; what met nothing of its kind meets what stands in its place.
class Meetings {
 public:
  void of_a_kind(std::size_t a, std::size_t b) {
    strangers(a, b);
    found_.push_back({a, b});
    next_a_ = a + 1;
    next_b_ = b + 1;
  }
  /// Those before the places `a` and `b`.
  void strangers(std::size_t a, std::size_t b) {
    while (next_a_ < a || next_b_ < b) {
      Meeting meeting;
      if (next_a_ < a) meeting.a = next_a_++;
      if (next_b_ < b) meeting.b = next_b_++;
      found_.push_back(meeting);
    }
  }
  std::vector<Meeting> take() { return std::move(found_); }

 private:
  std::vector<Meeting> found_;
  std::size_t next_a_ = 0;
  std::size_t next_b_ = 0;
};

}  // namespace

std::vector<Meeting> align(std::span<const Said> a, std::span<const Said> b) {
  const Middle middle = middle_of(a, b);
  Meetings meetings;
  for (std::size_t i = 0; i < middle.from; ++i) meetings.of_a_kind(i, i);
  const std::size_t rows = middle.to_a - middle.from;
  const std::size_t columns = middle.to_b - middle.from;
  if (rows > 0 && columns > 0 && rows <= kMostCells / columns) {
    Table table(a, b, middle);
    std::size_t i = middle.from;
    std::size_t j = middle.from;
    while (i < middle.to_a && j < middle.to_b) {
      if (of_a_kind(a[i], b[j])) {
        meetings.of_a_kind(i++, j++);
      } else if (table.cell(i + 1, j) >= table.cell(i, j + 1)) {
        ++i;
      } else {
        ++j;
      }
    }
  }
  meetings.strangers(middle.to_a, middle.to_b);
  for (std::size_t i = middle.to_a; i < a.size(); ++i) {
    meetings.of_a_kind(i, middle.to_b + (i - middle.to_a));
  }
  return meetings.take();
}

}  // namespace smclab::capture
