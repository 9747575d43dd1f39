// SPDX-License-Identifier: MIT
//
// A first-in, first-out queue that keeps its memory: it grows to the size that was needed once
// and never allocates again below that. How many entries it may hold is its owner's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "protocol/check.h"

namespace smclab::rnic {

template <class T>
class Ring {
 public:
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// The i-th oldest entry.
  [[nodiscard]] T& operator[](std::uint32_t i) noexcept {
    SMCLAB_CHECK(i < size_);
    return entries_[place(i)];
  }
  [[nodiscard]] const T& operator[](std::uint32_t i) const noexcept {
    SMCLAB_CHECK(i < size_);
    return entries_[place(i)];
  }
  [[nodiscard]] T& front() noexcept { return (*this)[0]; }
  [[nodiscard]] const T& front() const noexcept { return (*this)[0]; }
  [[nodiscard]] T& back() noexcept { return (*this)[size_ - 1]; }
  [[nodiscard]] const T& back() const noexcept { return (*this)[size_ - 1]; }

  void push_back(T entry) {
    if (size_ == entries_.size()) grow();
    entries_[place(size_++)] = std::move(entry);
  }
  void pop_front() noexcept {
    SMCLAB_CHECK(size_ > 0);
    head_ = place(1);
    --size_;
  }
  void pop_back() noexcept {
    SMCLAB_CHECK(size_ > 0);
    --size_;
  }
  void clear() noexcept {
    head_ = 0;
    size_ = 0;
  }

  /// Whether both hold the same entries, wherever these lie in memory.
  bool operator==(const Ring& other) const noexcept {
    if (size_ != other.size_) return false;
    for (std::uint32_t i = 0; i < size_; ++i) {
      if (!((*this)[i] == other[i])) return false;
    }
    return true;
  }
  template <class V>
  constexpr void members(V& v) const {
    v(size_);
    for (std::uint32_t i = 0; i < size_; ++i) v((*this)[i]);
  }

 private:
  // The capacity is a power of two.
  [[nodiscard]] std::uint32_t place(std::uint32_t i) const noexcept {
    return (head_ + i) & static_cast<std::uint32_t>(entries_.size() - 1);
  }
  void grow() {
    std::vector<T> larger(entries_.empty() ? 4 : entries_.size() * 2);
    for (std::uint32_t i = 0; i < size_; ++i) larger[i] = std::move(entries_[place(i)]);
    entries_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> entries_;
  std::uint32_t head_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace smclab::rnic
