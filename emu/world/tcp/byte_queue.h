// SPDX-License-Identifier: MIT
//
// Bytes in a row: put in behind, taken from the front, always contiguous, so that a view of them
// is one span. Keeps its memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "protocol/check.h"

namespace smclab::world {

class ByteQueue {
 public:
  void push(std::span<const std::byte> bytes) {
    // Moving the rest to the front is paid for by the bytes taken since the last time.
    if (front_ > 0 && front_ >= bytes_.size() - front_) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(front_));
      front_ = 0;
    }
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  /// All bytes, oldest first; valid until the next push() or pop().
  [[nodiscard]] std::span<const std::byte> view() const noexcept {
    return std::span(bytes_).subspan(front_);
  }
  void pop(std::size_t count) {
    SMCLAB_CHECK(count <= size());
    front_ += count;
    if (front_ == bytes_.size()) clear();
  }
  void clear() noexcept {
    bytes_.clear();
    front_ = 0;
  }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - front_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  bool operator==(const ByteQueue& other) const noexcept {
    return std::equal(view().begin(), view().end(), other.view().begin(), other.view().end());
  }
  template <class V>
  constexpr void members(V& v) const {
    v(view());
  }

 private:
  std::vector<std::byte> bytes_;
  std::size_t front_ = 0;
};

}  // namespace smclab::world
