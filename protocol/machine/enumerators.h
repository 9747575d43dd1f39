// SPDX-License-Identifier: MIT
//
// The enumerators of an enumeration, found through its describe() function: a value that
// describe() has a name for is an enumerator. describe() is a switch without default, so the
// compiler keeps it complete and nobody keeps a second list.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "protocol/check.h"

namespace smclab::machine {

/// An enumeration of at most 256 values whose describe() answers "?" to what it does not name.
template <class E>
concept Named = std::is_enum_v<E> && sizeof(E) == 1 && requires(E e) {
  { describe(e) } -> std::convertible_to<std::string_view>;
};

namespace detail {
template <Named E>
[[nodiscard]] consteval bool names(unsigned value) {
  return describe(static_cast<E>(value)) != std::string_view("?");
}
template <Named E>
[[nodiscard]] consteval std::size_t count_names() {
  std::size_t count = 0;
  for (unsigned value = 0; value < 256; ++value) count += names<E>(value) ? 1 : 0;
  return count;
}
}  // namespace detail

/// How many enumerators E has.
template <Named E>
inline constexpr std::size_t kCount = detail::count_names<E>();

/// All of them, by rising value.
template <Named E>
inline constexpr std::array<E, kCount<E>> kAll = [] {
  std::array<E, kCount<E>> all{};
  std::size_t next = 0;
  for (unsigned value = 0; value < 256; ++value) {
    const auto e = static_cast<E>(value);
    if (describe(e) != std::string_view("?")) all[next++] = e;
  }
  return all;
}();

namespace detail {
template <Named E>
inline constexpr std::array<std::uint8_t, 256> kPlaces = [] {
  std::array<std::uint8_t, 256> places{};
  for (std::uint8_t place = 0; place < kCount<E>; ++place) {
    places[static_cast<std::size_t>(kAll<E>[place])] = place;
  }
  return places;
}();
}  // namespace detail

/// The place of `e` in kAll, in O(1); enumerator values may have gaps.
template <Named E>
[[nodiscard]] constexpr std::size_t place_of(E e) noexcept {
  const std::size_t place = detail::kPlaces<E>[static_cast<std::size_t>(e)];
  SMCLAB_CHECK(kAll<E>[place] == e);
  return place;
}

/// A set of enumerators; in a table row simply {Open, Closing}.
template <Named E>
class AnyOf {
 public:
  static_assert(kCount<E> <= 64);
  constexpr AnyOf() = default;
  template <std::same_as<E>... Es>
  constexpr AnyOf(Es... es) noexcept : bits_((std::uint64_t{0} | ... | bit(es))) {}
  [[nodiscard]] constexpr bool has(E e) const noexcept { return (bits_ & bit(e)) != 0; }
  constexpr void insert(E e) noexcept { bits_ |= bit(e); }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  bool operator==(const AnyOf&) const = default;

 private:
  [[nodiscard]] static constexpr std::uint64_t bit(E e) noexcept {
    return std::uint64_t{1} << place_of(e);
  }
  std::uint64_t bits_ = 0;
};

/// All enumerators of E, for rows that hold everywhere.
template <Named E>
[[nodiscard]] constexpr AnyOf<E> every() noexcept {
  AnyOf<E> all;
  for (const E e : kAll<E>) all.insert(e);
  return all;
}
/// All but these.
template <Named E, std::same_as<E>... Es>
[[nodiscard]] constexpr AnyOf<E> all_but(E first, Es... rest) noexcept {
  const AnyOf<E> left_out(first, rest...);
  AnyOf<E> all;
  for (const E e : kAll<E>) {
    if (!left_out.has(e)) all.insert(e);
  }
  return all;
}

}  // namespace smclab::machine
