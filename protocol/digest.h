// SPDX-License-Identifier: MIT
//
// A 64-bit digest of a state, the same on every compiler and machine: two runs that agree on it
// have, for every practical purpose, the same state. Not for security.
//
// A type takes part by a member function that names its members once:
//
//   template <class V> constexpr void members(V& v) const { v(a, b, c); }
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/slots.h"
#include "protocol/time.h"
#include "protocol/timers.h"
#include "protocol/types.h"

namespace smclab {

class Digest {
 public:
  /// Adds any number of values of the types below, in order.
  template <class... T>
  constexpr void operator()(const T&... values) {
    (add(values), ...);
  }
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return state_; }

  constexpr void word(std::uint64_t word) noexcept {
    state_ = std::rotl(state_ ^ word * 0x9E37'79B9'7F4A'7C15ULL, 29) * 0xBF58'476D'1CE4'E5B9ULL;
  }

 private:
  template <class T>
  constexpr void add(const T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      word(static_cast<std::uint64_t>(value));
    } else {
      value.members(*this);
    }
  }
  constexpr void add(Duration value) { word(static_cast<std::uint64_t>(value.count())); }
  constexpr void add(Instant value) { add(value.time_since_epoch()); }
  constexpr void add(std::byte value) { word(std::to_integer<std::uint64_t>(value)); }
  constexpr void add(std::string_view text) {
    word(text.size());
    for (const char c : text) word(static_cast<unsigned char>(c));
  }
  template <class Tag, class Rep, unsigned kBits>
  constexpr void add(const Number<Tag, Rep, kBits>& number) {
    word(number.value);
  }
  template <class Tag>
  constexpr void add(const Handle<Tag>& handle) {
    word(std::uint64_t{handle.index} << 32 | handle.generation);
  }
  constexpr void add(const PeerId& id) { add(id.bytes); }
  constexpr void add(const Gid& gid) { add(gid.bytes); }
  constexpr void add(const Mac& mac) { add(mac.bytes); }
  constexpr void add(const IpAddress& address) { add(address.gid); }
  constexpr void add(TimerId id) { word(std::uint64_t{id.index} << 32 | id.generation); }
  template <class T, std::size_t kSize>
  constexpr void add(const std::array<T, kSize>& values) {
    for (const T& value : values) add(value);
  }
  template <class T>
  constexpr void add(std::span<const T> values) {
    word(values.size());
    for (const T& value : values) add(value);
  }
  template <class T>
  constexpr void add(const std::vector<T>& values) {
    add(std::span<const T>(values));
  }
  template <class T>
  constexpr void add(const std::optional<T>& value) {
    word(value.has_value() ? 1 : 0);
    if (value) add(*value);
  }
  template <class A, class B>
  constexpr void add(const std::pair<A, B>& pair) {
    add(pair.first);
    add(pair.second);
  }
  template <class... T>
  constexpr void add(const std::variant<T...>& value) {
    word(value.index());
    std::visit([this](const auto& held) { this->add(held); }, value);
  }
  constexpr void add(std::monostate) {}
  template <class T, class Id>
  constexpr void add(const Slots<T, Id>& slots) {
    word(slots.size());
    slots.for_each([this](Id id, const T& value) {
      add(id);
      add(value);
    });
  }

  std::uint64_t state_ = 0x243F'6A88'85A3'08D3ULL;
};

/// The digest of one value.
template <class T>
[[nodiscard]] constexpr std::uint64_t digest_of(const T& value) {
  Digest digest;
  digest(value);
  return digest.value();
}

}  // namespace smclab
