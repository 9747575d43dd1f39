// SPDX-License-Identifier: MIT
//
// A table of objects whose handles the driver chose. A handle of another generation finds
// nothing, so work that outlives its object meets nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "emu/rnic/output.h"
#include "protocol/check.h"

namespace smclab::rnic {

template <class T, class Id>
class NamedTable {
 public:
  /// Indices are below `limit`.
  explicit NamedTable(std::uint32_t limit) noexcept : limit_(limit) {}

  /// Whether an object may be put under this handle.
  [[nodiscard]] VerbStatus vacancy(Id id) const noexcept {
    if (id.index >= limit_) return VerbStatus::NoMemory;
    if (id.index < places_.size() && places_[id.index].value) return VerbStatus::InUse;
    return VerbStatus::Success;
  }
  /// Puts an object under a vacant handle. References to other objects become invalid.
  T& insert(Id id, T value) {
    SMCLAB_CHECK(vacancy(id) == VerbStatus::Success);
    if (id.index >= places_.size()) places_.resize(std::size_t{id.index} + 1);
    Place& place = places_[id.index];
    place.generation = id.generation;
    ++live_;
    return place.value.emplace(std::move(value));
  }
  [[nodiscard]] T* find(Id id) noexcept { return const_cast<T*>(std::as_const(*this).find(id)); }
  [[nodiscard]] const T* find(Id id) const noexcept {
    if (id.index >= places_.size()) return nullptr;
    const Place& place = places_[id.index];
    return place.value && place.generation == id.generation ? &*place.value : nullptr;
  }
  /// The object at an index that is known to be in use.
  [[nodiscard]] T& at(std::uint32_t index) noexcept {
    SMCLAB_CHECK(index < places_.size() && places_[index].value);
    return *places_[index].value;
  }
  [[nodiscard]] const T& at(std::uint32_t index) const noexcept {
    SMCLAB_CHECK(index < places_.size() && places_[index].value);
    return *places_[index].value;
  }
  /// Destroys the named object, which must live.
  void erase(Id id) {
    SMCLAB_CHECK(find(id) != nullptr);
    places_[id.index].value.reset();
    --live_;
  }
  [[nodiscard]] std::uint32_t size() const noexcept { return live_; }

  /// Calls visit(object) for each in order of index; the visitor inserts and erases nothing.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (Place& place : places_) {
      if (place.value) visit(*place.value);
    }
  }

  bool operator==(const NamedTable&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(live_);
    for (std::uint32_t i = 0; i < places_.size(); ++i) {
      if (places_[i].value) v(i, places_[i].generation, *places_[i].value);
    }
  }

 private:
  struct Place {
    std::optional<T> value;
    std::uint32_t generation = 0;
    bool operator==(const Place&) const = default;
  };
  std::vector<Place> places_;
  std::uint32_t limit_ = 0;
  std::uint32_t live_ = 0;
};

}  // namespace smclab::rnic
