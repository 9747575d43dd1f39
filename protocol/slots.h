// SPDX-License-Identifier: MIT
//
// A table of objects named by handles. Freed places are reused in the order they were freed and
// get a new generation, so a handle kept too long finds nothing instead of a stranger. Copying
// the table copies the world it describes: there are no pointers inside.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/check.h"
#include "protocol/types.h"

namespace smclab {

template <class T, class Id>
class Slots {
 public:
  /// Puts a value into a free place, or a new one, and names it. Pointers to other values may
  /// become invalid; handles do not.
  Id insert(T value) {
    std::uint32_t index = 0;
    if (free_head_ < free_.size()) {
      index = free_[free_head_++];
      if (free_head_ == free_.size()) {
        free_.clear();
        free_head_ = 0;
      }
    } else {
      index = static_cast<std::uint32_t>(places_.size());
      places_.emplace_back();
    }
    places_[index].value.emplace(std::move(value));
    ++live_;
    return Id{index, places_[index].generation};
  }

  /// The named value, or null when it is gone or was never here.
  [[nodiscard]] T* find(Id id) noexcept { return const_cast<T*>(std::as_const(*this).find(id)); }
  [[nodiscard]] const T* find(Id id) const noexcept {
    if (id.index >= places_.size()) return nullptr;
    const Place& place = places_[id.index];
    if (place.generation != id.generation || !place.value) return nullptr;
    return &*place.value;
  }

  /// The named value, which must live.
  [[nodiscard]] T& at(Id id) noexcept {
    T* found = find(id);
    SMCLAB_CHECK(found != nullptr);
    return *found;
  }
  [[nodiscard]] const T& at(Id id) const noexcept {
    const T* found = find(id);
    SMCLAB_CHECK(found != nullptr);
    return *found;
  }

  /// Destroys the named value, which must live; its handle finds nothing from now on.
  void erase(Id id) {
    SMCLAB_CHECK(find(id) != nullptr);
    places_[id.index].value.reset();
    ++places_[id.index].generation;
    free_.push_back(id.index);
    --live_;
  }

  [[nodiscard]] std::uint32_t size() const noexcept { return live_; }
  [[nodiscard]] bool empty() const noexcept { return live_ == 0; }

  /// Calls visit(id, value) for each living value in order of place. The visitor may erase the
  /// value it is given and no other, and inserts nothing.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::uint32_t i = 0; i < places_.size(); ++i) {
      if (places_[i].value) visit(Id{i, places_[i].generation}, *places_[i].value);
    }
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t i = 0; i < places_.size(); ++i) {
      if (places_[i].value) visit(Id{i, places_[i].generation}, *places_[i].value);
    }
  }

  bool operator==(const Slots&) const = default;

 private:
  struct Place {
    std::optional<T> value;
    std::uint32_t generation = 0;
    bool operator==(const Place&) const = default;
  };
  std::vector<Place> places_;
  std::vector<std::uint32_t> free_;  // a queue: free_head_ is its front
  std::size_t free_head_ = 0;
  std::uint32_t live_ = 0;
};

}  // namespace smclab
