// SPDX-License-Identifier: MIT
//
// From a message to bytes, by its field list. The length comes from a first walk over the list
// (Sizer), so length fields cannot disagree with what is written.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <variant>

#include "protocol/wire/field_list.h"

namespace smclab::wire {

/// Walks a field list and counts bytes.
class Sizer {
 public:
  constexpr void constant(const char*, unsigned width, std::uint64_t) { size_ += width; }
  template <class T>
  constexpr void number(const char*, unsigned width, const T&) {
    size_ += width;
  }
  template <class... Bits>
  constexpr void bits(unsigned width, Bits...) {
    size_ += width;
  }
  template <class T>
  constexpr void bytes(const char*, const T& value) {
    size_ += detail::raw_bytes(value).size();
  }
  constexpr void reserved(std::size_t width) { size_ += width; }
  constexpr void total_length(const char*, unsigned width) { size_ += width; }
  constexpr void total_length(const char*, unsigned width, ByteOrder) { size_ += width; }
  template <class List>
  constexpr void count(const char*, unsigned width, const List& list,
                       std::size_t limit = List::capacity) {
    SMCLAB_CHECK(list.size() <= limit);
    size_ += width;
  }
  template <class List>
  constexpr void count(const char*, unsigned width, const List&, ByteOrder) {
    size_ += width;
  }
  template <class List>
  constexpr void list(const char* name, const List& list) {
    for (const auto& entry : list) detail::walk_entry(*this, name, entry);
  }
  template <class T>
  constexpr void section(const char*, bool present, const std::optional<T>& part) {
    SMCLAB_CHECK(present == part.has_value());
    if (present) T::fields(*this, *part);
  }
  template <class T>
  constexpr void tail(const char*, const std::optional<T>& part) {
    if (part) T::fields(*this, *part);
  }
  constexpr void unknown(std::uint16_t size, std::size_t) { size_ += size; }
  constexpr void seek(const char*, std::size_t offset, std::size_t) {
    SMCLAB_CHECK(offset >= size_);
    size_ = offset;
  }
  [[nodiscard]] constexpr std::size_t offset() const noexcept { return size_; }

 private:
  std::size_t size_ = 0;
};

/// The bytes `message` takes on the wire.
template <Message T>
[[nodiscard]] constexpr std::size_t encoded_size(const T& message) {
  Sizer sizer;
  T::fields(sizer, message);
  return sizer.offset();
}

/// Writes into a buffer of exactly the message's size.
class Encoder {
 public:
  explicit constexpr Encoder(std::span<std::byte> output) noexcept : output_(output) {}

  constexpr void constant(const char*, unsigned width, std::uint64_t value) { put(width, value); }
  template <class T>
  constexpr void number(const char*, unsigned width, const T& value) {
    put(width, detail::get_number(value));
  }
  template <class... Bits>
  constexpr void bits(unsigned width, Bits... fields) {
    std::uint64_t all = 0;
    unsigned used = 0;
    (one_bit_field(all, used, fields), ...);
    SMCLAB_CHECK(used == width * 8);
    put(width, all);
  }
  template <class T>
  constexpr void bytes(const char*, const T& value) {
    const auto& raw = detail::raw_bytes(value);
    SMCLAB_CHECK(output_.size() - offset_ >= raw.size());
    std::copy_n(raw.begin(), raw.size(), output_.begin() + static_cast<std::ptrdiff_t>(offset_));
    offset_ += raw.size();
  }
  constexpr void reserved(std::size_t width) { zero(width); }
  constexpr void total_length(const char*, unsigned width) { put(width, output_.size()); }
  constexpr void total_length(const char*, unsigned width, ByteOrder order) {
    put_in(order, width, output_.size());
  }
  template <class List>
  constexpr void count(const char*, unsigned width, const List& list, std::size_t = 0) {
    put(width, list.size());
  }
  template <class List>
  constexpr void count(const char*, unsigned width, const List& list, ByteOrder order) {
    put_in(order, width, list.size());
  }
  template <class List>
  constexpr void list(const char* name, const List& list) {
    for (const auto& entry : list) detail::walk_entry(*this, name, entry);
  }
  template <class T>
  constexpr void section(const char*, bool present, const std::optional<T>& part) {
    if (present) T::fields(*this, *part);
  }
  template <class T>
  constexpr void tail(const char*, const std::optional<T>& part) {
    if (part) T::fields(*this, *part);
  }
  constexpr void unknown(std::uint16_t size, std::size_t) { zero(size); }
  constexpr void seek(const char*, std::size_t offset, std::size_t) { zero(offset - offset_); }
  [[nodiscard]] constexpr std::size_t offset() const noexcept { return offset_; }

 private:
  [[gnu::always_inline]] constexpr void put(unsigned width, std::uint64_t value) {
    SMCLAB_CHECK(width == 8 || value >> (8 * width) == 0);
    SMCLAB_CHECK(output_.size() - offset_ >= width);
    detail::store_number(&output_[offset_], width, value);
    offset_ += width;
  }
  constexpr void put_in(ByteOrder order, unsigned width, std::uint64_t value) {
    put(width, order == ByteOrder::Big ? value : detail::swap_bytes(value, width));
  }
  constexpr void zero(std::size_t width) {
    SMCLAB_CHECK(output_.size() - offset_ >= width);
    std::fill_n(output_.begin() + static_cast<std::ptrdiff_t>(offset_), width, std::byte{0});
    offset_ += width;
  }
  template <class T>
  static constexpr void one_bit_field(std::uint64_t& all, unsigned& used, BitField<T> field) {
    const std::uint64_t value = detail::get_number(*field.value);
    SMCLAB_CHECK(value >> field.width == 0);
    all = all << field.width | value;
    used += field.width;
  }
  static constexpr void one_bit_field(std::uint64_t& all, unsigned& used, ConstantBits field) {
    all = all << field.width | field.value;
    used += field.width;
  }
  static constexpr void one_bit_field(std::uint64_t& all, unsigned& used, ReservedBits field) {
    all <<= field.width;
    used += field.width;
  }

  std::span<std::byte> output_;
  std::size_t offset_ = 0;
};

namespace detail {

template <Message T>
constexpr void write(const T& message, std::span<std::byte> output) {
  Encoder encoder(output);
  T::fields(encoder, message);
  SMCLAB_CHECK(encoder.offset() == output.size());
}
template <FixedSize T>
[[gnu::flatten]] constexpr void write_flat(const T& message, std::span<std::byte> output) {
  write(message, output);
}

}  // namespace detail

/// Writes `message` to the start of `output`, which has room for it, and returns its size.
template <Message T>
constexpr std::size_t encode(const T& message, std::span<std::byte> output) {
  const std::size_t size = encoded_size(message);
  SMCLAB_CHECK(output.size() >= size);
  if constexpr (FixedSize<T>) {
    detail::write_flat(message, output.first(size));
  } else {
    detail::write(message, output.first(size));
  }
  return size;
}

/// The same for a message that may be one of several.
template <class... T>
[[nodiscard]] constexpr std::size_t encoded_size(const std::variant<T...>& message) {
  return std::visit([](const auto& held) { return encoded_size(held); }, message);
}
template <class... T>
constexpr std::size_t encode(const std::variant<T...>& message, std::span<std::byte> output) {
  return std::visit([output](const auto& held) { return encode(held, output); }, message);
}

}  // namespace smclab::wire
