// SPDX-License-Identifier: MIT
//
// Finds the object behind a number that travels on the wire: a key or a queue pair number. Such
// numbers are random, so their low bits are hash enough for a table with open addressing.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/check.h"

namespace smclab::rnic {

class NumberIndex {
 public:
  /// The index kept under this number. O(1).
  [[nodiscard]] std::optional<std::uint32_t> find(std::uint32_t number) const noexcept {
    if (size_ == 0) return std::nullopt;
    for (std::size_t at = home(number); places_[at].used; at = next(at)) {
      if (places_[at].number == number) return places_[at].index;
    }
    return std::nullopt;
  }

  /// Keeps an index under a number that is not there yet.
  void insert(std::uint32_t number, std::uint32_t index) {
    if (2 * (std::size_t{size_} + 1) > places_.size()) grow();
    put({number, index, true});
    ++size_;
  }

  /// Forgets a number that is there.
  void erase(std::uint32_t number) noexcept {
    SMCLAB_CHECK(size_ > 0);
    std::size_t hole = home(number);
    while (places_[hole].number != number) {
      SMCLAB_CHECK(places_[hole].used);
      hole = next(hole);
    }
    // Move what follows into the hole where that brings it closer to its home, so that no search
    // ends early.
    for (std::size_t at = next(hole); places_[at].used; at = next(at)) {
      if (distance(home(places_[at].number), at) < distance(hole, at)) continue;
      places_[hole] = places_[at];
      hole = at;
    }
    places_[hole] = {};
    --size_;
  }

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  bool operator==(const NumberIndex&) const = default;

 private:
  struct Place {
    std::uint32_t number = 0;
    std::uint32_t index = 0;
    bool used = false;
    bool operator==(const Place&) const = default;
  };

  [[nodiscard]] std::size_t home(std::uint32_t number) const noexcept {
    return number & (places_.size() - 1);
  }
  [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
    return (at + 1) & (places_.size() - 1);
  }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const noexcept {
    return (to - from) & (places_.size() - 1);
  }
  void put(Place place) noexcept {
    std::size_t at = home(place.number);
    while (places_[at].used) {
      SMCLAB_CHECK(places_[at].number != place.number);
      at = next(at);
    }
    places_[at] = place;
  }
  void grow() {
    std::vector<Place> old(places_.empty() ? 16 : 2 * places_.size());
    std::swap(old, places_);
    for (const Place& place : old) {
      if (place.used) put(place);
    }
  }

  std::vector<Place> places_;  // a power of two of them, at most half in use
  std::uint32_t size_ = 0;
};

}  // namespace smclab::rnic
