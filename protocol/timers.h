// SPDX-License-Identifier: MIT
//
// All timers of one machine in one queue: an indexed binary heap. Asking for the next deadline
// costs nothing, arming and cancelling O(log n), and equal deadlines fire in the order they were
// armed. It is a value: copying it copies the future.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/check.h"
#include "protocol/time.h"

namespace smclab {

/// A timer that was armed. Default: none. Firing or cancelling makes it stale.
struct TimerId {
  std::uint32_t index = UINT32_MAX;
  std::uint32_t generation = 0;
  /// Whether this was ever armed; a timer that fired still answers true.
  [[nodiscard]] constexpr bool assigned() const noexcept { return index != UINT32_MAX; }
  bool operator==(const TimerId&) const = default;
};

/// `Payload` says whose timer it is and what for: a small, comparable value.
template <class Payload>
class Timers {
 public:
  /// Arms a new timer for `deadline`, which may lie in the past.
  TimerId arm(Instant deadline, Payload payload) {
    const std::uint32_t index = take_node();
    Node& node = nodes_[index];
    node.deadline = deadline;
    node.sequence = next_sequence_++;
    node.payload = std::move(payload);
    node.position = static_cast<std::uint32_t>(heap_.size());
    heap_.push_back(index);
    sift_up(node.position);
    return TimerId{index, nodes_[index].generation};
  }

  /// Cancels the timer if it still waits, and forgets it; a stale id is no error.
  void cancel(TimerId& id) {
    if (waits(id)) remove(id.index);
    id = TimerId{};
  }

  /// Whether the timer was armed and has neither fired nor been cancelled.
  [[nodiscard]] bool waits(TimerId id) const noexcept {
    return id.index < nodes_.size() && nodes_[id.index].generation == id.generation &&
           nodes_[id.index].position != kNowhere;
  }

  /// When the next timer wants to fire. O(1).
  [[nodiscard]] std::optional<Instant> deadline() const noexcept {
    if (heap_.empty()) return std::nullopt;
    return nodes_[heap_.front()].deadline;
  }

  /// Takes the earliest timer that is due at `now`.
  std::optional<Payload> pop_due(Instant now) {
    if (heap_.empty() || nodes_[heap_.front()].deadline > now) return std::nullopt;
    const std::uint32_t index = heap_.front();
    const Payload payload = nodes_[index].payload;
    remove(index);
    return payload;
  }

  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
  bool operator==(const Timers&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(heap_, next_sequence_);
    for (const std::uint32_t index : heap_) v(nodes_[index].deadline, nodes_[index].payload);
  }

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  struct Node {
    Instant deadline{};
    std::uint64_t sequence = 0;
    Payload payload{};
    std::uint32_t generation = 0;
    std::uint32_t position = kNowhere;  // in heap_
    bool operator==(const Node&) const = default;
  };

  std::uint32_t take_node() {
    if (free_.empty()) {
      nodes_.emplace_back();
      return static_cast<std::uint32_t>(nodes_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }

  void remove(std::uint32_t index) {
    const std::uint32_t position = nodes_[index].position;
    SMCLAB_CHECK(position < heap_.size() && heap_[position] == index);
    const std::uint32_t last = heap_.back();
    heap_.pop_back();
    if (last != index) {
      place(position, last);
      sift_down(position);
      sift_up(nodes_[last].position);
    }
    nodes_[index].position = kNowhere;
    ++nodes_[index].generation;
    free_.push_back(index);
  }

  [[nodiscard]] bool earlier(std::uint32_t a, std::uint32_t b) const noexcept {
    const Node& x = nodes_[a];
    const Node& y = nodes_[b];
    return x.deadline != y.deadline ? x.deadline < y.deadline : x.sequence < y.sequence;
  }
  void place(std::uint32_t position, std::uint32_t index) {
    heap_[position] = index;
    nodes_[index].position = position;
  }
  void sift_up(std::uint32_t position) {
    const std::uint32_t index = heap_[position];
    while (position > 0 && earlier(index, heap_[(position - 1) / 2])) {
      place(position, heap_[(position - 1) / 2]);
      position = (position - 1) / 2;
    }
    place(position, index);
  }
  void sift_down(std::uint32_t position) {
    const std::uint32_t index = heap_[position];
    for (;;) {
      std::uint32_t child = 2 * position + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && earlier(heap_[child + 1], heap_[child])) ++child;
      if (!earlier(heap_[child], index)) break;
      place(position, heap_[child]);
      position = child;
    }
    place(position, index);
  }

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> heap_;
  std::vector<std::uint32_t> free_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace smclab
