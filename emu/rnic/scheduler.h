// SPDX-License-Identifier: MIT
//
// Whose turn it is to send: queue pairs with something to send wait in a line per priority, one
// or a few frames a turn; priorities that are not paused take turns as well. Lines are linked by
// queue pair index, so joining and leaving cost O(1) and allocate nothing once warm.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/check.h"

namespace smclab::rnic {

class Scheduler {
 public:
  /// Frames a queue pair may send in one turn, at least 1.
  explicit Scheduler(std::uint32_t frames_per_turn) noexcept
      : frames_per_turn_(frames_per_turn), left_(frames_per_turn) {}

  /// Bit p: somebody waits in line p.
  [[nodiscard]] std::uint8_t waiting() const noexcept { return waiting_; }
  [[nodiscard]] bool waits(std::uint32_t index) const noexcept {
    return index < places_.size() && places_[index].waits;
  }

  /// Joins the end of a line, unless it waits already.
  void join(std::uint32_t index, std::uint8_t priority) {
    if (index >= places_.size()) places_.resize(std::size_t{index} + 1);
    Place& place = places_[index];
    if (place.waits) return;
    Line& line = lines_[priority & 7U];
    place = {.before = line.last,
             .behind = kNobody,
             .priority = static_cast<std::uint8_t>(priority & 7U),
             .waits = true};
    if (line.last == kNobody) {
      line.first = index;
    } else {
      places_[line.last].behind = index;
    }
    line.last = index;
    waiting_ = static_cast<std::uint8_t>(waiting_ | 1U << place.priority);
  }

  /// Leaves its line, if it waits in one.
  void leave(std::uint32_t index) noexcept {
    if (!waits(index)) return;
    Place& place = places_[index];
    Line& line = lines_[place.priority];
    if (line.first == index && place.priority == priority_) left_ = frames_per_turn_;
    (place.before == kNobody ? line.first : places_[place.before].behind) = place.behind;
    (place.behind == kNobody ? line.last : places_[place.behind].before) = place.before;
    place.waits = false;
    if (line.first == kNobody)
      waiting_ = static_cast<std::uint8_t>(waiting_ & ~(1U << place.priority));
  }

  /// Who sends next among the open priorities (bit p: open).
  [[nodiscard]] std::optional<std::uint32_t> next(std::uint8_t open) noexcept {
    const std::uint8_t eligible = waiting_ & open;
    if (eligible == 0) return std::nullopt;
    if ((eligible >> priority_ & 1U) == 0) turn_to_next_priority(eligible);
    return lines_[priority_].first;
  }

  /// The one that next() named sent a frame and has more, or not; its turn may be over.
  void sent(std::uint8_t open, bool has_more) {
    SMCLAB_CHECK(waiting_ >> priority_ & 1U);
    if (has_more && --left_ > 0) return;
    const std::uint32_t index = lines_[priority_].first;
    const std::uint8_t priority = priority_;
    leave(index);
    if (has_more) join(index, priority);
    left_ = frames_per_turn_;
    turn_to_next_priority(waiting_ & open);
  }

  bool operator==(const Scheduler&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(waiting_, priority_, left_);
    for (const Line& line : lines_) {
      for (std::uint32_t at = line.first; at != kNobody; at = places_[at].behind) v(at);
    }
  }

 private:
  static constexpr std::uint32_t kNobody = UINT32_MAX;
  struct Place {
    std::uint32_t before = kNobody;
    std::uint32_t behind = kNobody;
    std::uint8_t priority = 0;
    bool waits = false;
    bool operator==(const Place&) const = default;
  };
  struct Line {
    std::uint32_t first = kNobody;
    std::uint32_t last = kNobody;
    bool operator==(const Line&) const = default;
  };

  void turn_to_next_priority(std::uint8_t eligible) noexcept {
    if (eligible == 0) return;
    const auto turned = std::rotr(eligible, priority_ + 1);
    priority_ = static_cast<std::uint8_t>((priority_ + 1 + std::countr_zero(turned)) & 7);
    left_ = frames_per_turn_;
  }

  std::array<Line, 8> lines_{};
  std::vector<Place> places_;
  std::uint32_t frames_per_turn_;
  std::uint32_t left_;  ///< frames of the present turn
  std::uint8_t waiting_ = 0;
  std::uint8_t priority_ = 0;
};

}  // namespace smclab::rnic
