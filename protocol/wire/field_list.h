// SPDX-License-Identifier: MIT
//
// How a message describes itself. Each message has one function
//
//   template <class Visitor, class Self>
//   static constexpr void fields(Visitor& v, Self& self);
//
// that names its fields in wire order. Visitors turn that one list into decoding (decode.h),
// encoding and size (encode.h), and dissection (dissect.h); docs/generated is written from it too.
// `Self` is the message, or the message const.
//
// What a visitor offers; widths are in bytes, all numbers are big endian:
//
//   v.constant(name, width, value)    a field with one legal value
//   v.number(name, width, ref)        unsigned integer, enumeration or Number<>
//   v.bits(width, bit_field(name, n, ref)..., constant_bits(name, n, value)...,
//   reserved_bits(n)...)
//                                     from the most significant bit
//   v.bytes(name, ref)                std::array<std::byte, N>, Gid, Mac or PeerId, as they are
//   v.reserved(width)                 written zero, ignored when read
//   v.total_length(name, width)       the length of the whole message, computed and verified
//   v.total_length(name, width, order)   the same, in the byte order of the host that wrote it
//   v.count(name, width, list, limit) how many entries `list` has; refused beyond `limit`, which
//                                     is the list's capacity if not given
//   v.count(name, width, list, order) the same, in the byte order of the host that wrote it
//   v.list(name, list)                the entries: messages of their own, Number<> of whole bytes,
//                                     or what bytes() takes; a BoundedList or std::array
//   v.section(name, present, optional)  a part with a field list of its own, if `present`
//   v.tail(name, optional)            a part that is there if the message goes on
//   v.unknown(size, behind)           all that comes before the last `behind` bytes: what a later
//                                     release may add; only its size is kept, and zeros written
//   v.seek(name, offset, named_at)    continue at this offset, which the field `name` at
//                                     `named_at` gave; what lies between is ignored, and written
//                                     zero
//   v.offset()                        bytes walked so far
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "protocol/check.h"
#include "protocol/types.h"

namespace smclab::wire {

/// Some bits of a `bits` group; the reference is to an unsigned integer, bool or enumeration.
template <class T>
struct BitField {
  const char* name;
  unsigned width;
  T* value;
};
template <class T>
[[nodiscard]] constexpr BitField<T> bit_field(const char* name, unsigned width, T& value) {
  return {name, width, &value};
}

/// Some bits of a group with one legal value.
struct ConstantBits {
  const char* name;
  unsigned width;
  std::uint64_t value;
};
[[nodiscard]] constexpr ConstantBits constant_bits(const char* name, unsigned width,
                                                   std::uint64_t value) {
  return {name, width, value};
}

struct ReservedBits {
  unsigned width;
};
[[nodiscard]] constexpr ReservedBits reserved_bits(unsigned width) {
  return {width};
}

/// A list with room for kCapacity entries, held inside the message: decoding never allocates.
template <class T, std::size_t kCapacity>
class BoundedList {
 public:
  static constexpr std::size_t capacity = kCapacity;
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  /// Grows with default entries or forgets the last ones; `size` is at most the capacity.
  constexpr void resize(std::size_t size) {
    SMCLAB_CHECK(size <= kCapacity);
    for (std::size_t i = size_; i < size; ++i) entries_[i] = T{};
    size_ = size;
  }
  constexpr void push_back(const T& entry) {
    SMCLAB_CHECK(size_ < kCapacity);
    entries_[size_++] = entry;
  }
  [[nodiscard]] constexpr T& operator[](std::size_t i) {
    SMCLAB_CHECK(i < size_);
    return entries_[i];
  }
  [[nodiscard]] constexpr const T& operator[](std::size_t i) const {
    SMCLAB_CHECK(i < size_);
    return entries_[i];
  }
  [[nodiscard]] constexpr T* begin() noexcept { return entries_.data(); }
  [[nodiscard]] constexpr T* end() noexcept { return entries_.data() + size_; }
  [[nodiscard]] constexpr const T* begin() const noexcept { return entries_.data(); }
  [[nodiscard]] constexpr const T* end() const noexcept { return entries_.data() + size_; }
  constexpr bool operator==(const BoundedList& other) const noexcept {
    if (size_ != other.size_) return false;
    for (std::size_t i = 0; i < size_; ++i) {
      if (!(entries_[i] == other.entries_[i])) return false;
    }
    return true;
  }

 private:
  std::array<T, kCapacity> entries_{};
  std::size_t size_ = 0;
};

/// The order of a number's bytes where that depends on the host that wrote it: Linux writes the
/// length and the key count of LLC v2 in its own. A message remembers the order it was read in.
enum class ByteOrder : std::uint8_t { Big, Little };

/// How a field's value is best shown to people; a type says it by specialising FormOf.
enum class Form : std::uint8_t { Number, Hex, Flag, Gid, Ipv4, Mac, Text, Bytes };
template <class T>
struct FormOf {
  static constexpr Form value =
      std::is_integral_v<T> || std::is_enum_v<T> ? Form::Number : Form::Bytes;
};
template <class Tag, class Rep, unsigned kBits>
struct FormOf<Number<Tag, Rep, kBits>> {
  static constexpr Form value = Form::Number;
};
template <Form kForm>
struct ShownAs {
  static constexpr Form value = kForm;
};
template <>
struct FormOf<bool> : ShownAs<Form::Flag> {};
template <>
struct FormOf<Rkey> : ShownAs<Form::Hex> {};
template <>
struct FormOf<AlertToken> : ShownAs<Form::Hex> {};
template <>
struct FormOf<VirtualAddress> : ShownAs<Form::Hex> {};
template <>
struct FormOf<Diagnosis> : ShownAs<Form::Hex> {};
template <>
struct FormOf<Gid> : ShownAs<Form::Gid> {};
template <>
struct FormOf<Mac> : ShownAs<Form::Mac> {};

/// Whether T has a field list of its own.
template <class T>
concept Message = requires {
  T::is_message;
};

/// Whether all messages of type T have the same size, which it names. Their walks are flattened
/// into one function: the visitor then lives in registers, and the data path pays half.
template <class T>
concept FixedSize = Message<T> && requires {
  T::kSize;
};

namespace detail {

template <class T>
struct NumberTraits {
  static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
  [[nodiscard]] static constexpr std::uint64_t get(const T& value) noexcept {
    return static_cast<std::uint64_t>(value);
  }
  static constexpr void set(T& value, std::uint64_t raw) noexcept { value = static_cast<T>(raw); }
};
template <class Tag, class Rep, unsigned kBits>
struct NumberTraits<Number<Tag, Rep, kBits>> {
  [[nodiscard]] static constexpr std::uint64_t get(const Number<Tag, Rep, kBits>& n) noexcept {
    return n.value;
  }
  static constexpr void set(Number<Tag, Rep, kBits>& n, std::uint64_t raw) noexcept {
    n.value = static_cast<Rep>(raw);
  }
};

/// The value as bits, for any type number() or bit_field() takes.
template <class T>
[[nodiscard]] constexpr std::uint64_t get_number(const T& value) noexcept {
  return NumberTraits<std::remove_const_t<T>>::get(value);
}
template <class T>
constexpr void set_number(T& value, std::uint64_t raw) noexcept {
  NumberTraits<T>::set(value, raw);
}

/// The bytes of anything bytes() takes.
template <std::size_t kSize>
[[nodiscard]] constexpr std::array<std::byte, kSize>& raw_bytes(std::array<std::byte, kSize>& a) {
  return a;
}
template <std::size_t kSize>
[[nodiscard]] constexpr const std::array<std::byte, kSize>& raw_bytes(
    const std::array<std::byte, kSize>& a) {
  return a;
}
template <class T>
[[nodiscard]] constexpr auto& raw_bytes(T& named) {
  return named.bytes;
}

/// One entry of a list, told to a visitor as what it is.
template <class Visitor, class Entry>
constexpr void walk_entry(Visitor& v, const char* name, Entry& entry) {
  using T = std::remove_const_t<Entry>;
  if constexpr (Message<T>) {
    T::fields(v, entry);
  } else if constexpr (requires { typename T::rep; }) {
    v.number(name, T::bits / 8, entry);
  } else {
    v.bytes(name, entry);
  }
}

/// The number with its `width` bytes in the opposite order.
[[nodiscard]] constexpr std::uint64_t swap_bytes(std::uint64_t value, unsigned width) noexcept {
  std::uint64_t swapped = 0;
  for (unsigned i = 0; i < width; ++i, value >>= 8) swapped = swapped << 8 | (value & 0xFF);
  return swapped;
}

/// A big-endian number of `width` bytes, written out so that compilers see one load or store.
[[nodiscard]] constexpr std::uint64_t load_number(const std::byte* from, unsigned width) noexcept {
  const auto at = [from](unsigned i) { return std::to_integer<std::uint64_t>(from[i]); };
  switch (width) {
    case 1:
      return at(0);
    case 2:
      return at(0) << 8 | at(1);
    case 3:
      return at(0) << 16 | at(1) << 8 | at(2);
    case 4:
      return at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
    default:
      return load_number(from, width - 4) << 32 | load_number(from + width - 4, 4);
  }
}
constexpr void store_number(std::byte* to, unsigned width, std::uint64_t value) noexcept {
  const auto part = [value](unsigned shift) {
    return static_cast<std::byte>(value >> shift & 0xFF);
  };
  switch (width) {
    case 1:
      to[0] = part(0);
      return;
    case 2:
      to[0] = part(8);
      to[1] = part(0);
      return;
    case 3:
      to[0] = part(16);
      to[1] = part(8);
      to[2] = part(0);
      return;
    case 4:
      to[0] = part(24);
      to[1] = part(16);
      to[2] = part(8);
      to[3] = part(0);
      return;
    default:
      store_number(to, width - 4, value >> 32);
      store_number(to + width - 4, 4, value);
  }
}

}  // namespace detail
}  // namespace smclab::wire
