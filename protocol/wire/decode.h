// SPDX-License-Identifier: MIT
//
// From bytes to a message, by its field list. Decoding checks shape: that every field lies inside
// the input, constants and lengths hold, counts fit. What the values mean is for validate().
#pragma once

#include <algorithm>
#include <optional>
#include <span>

#include "protocol/result.h"
#include "protocol/wire/field_list.h"

namespace smclab::wire {

/// The first error sticks; after it every call does nothing.
class Decoder {
 public:
  explicit constexpr Decoder(std::span<const std::byte> input) noexcept
      : input_(input), limit_(input.size()) {}

  constexpr void constant(const char* name, unsigned width, std::uint64_t value) {
    const std::size_t at = offset_;
    if (take(name, width) != value) fail(name, at, Fault::BadConstant);
  }
  template <class T>
  constexpr void number(const char* name, unsigned width, T& value) {
    detail::set_number(value, take(name, width));
  }
  template <class... Bits>
  constexpr void bits(unsigned width, Bits... fields) {
    const std::size_t at = offset_;
    const std::uint64_t all = take("bits", width);
    unsigned shift = width * 8;
    (one_bit_field(all, shift, at, fields), ...);
    SMCLAB_CHECK(shift == 0);
  }
  template <class T>
  constexpr void bytes(const char* name, T& value) {
    auto& raw = detail::raw_bytes(value);
    if (!has(name, raw.size())) return;
    std::copy_n(input_.begin() + static_cast<std::ptrdiff_t>(offset_), raw.size(), raw.begin());
    offset_ += raw.size();
  }
  constexpr void reserved(std::size_t width) {
    if (has("reserved", width)) offset_ += width;
  }
  constexpr void total_length(const char* name, unsigned width) {
    const std::size_t at = offset_;
    if (take(name, width) != input_.size()) fail(name, at, Fault::BadLength);
  }
  constexpr void total_length(const char* name, unsigned width, ByteOrder& order) {
    const std::size_t at = offset_;
    const std::uint64_t length = take(name, width);
    order = length == input_.size() ? ByteOrder::Big : ByteOrder::Little;
    if (order == ByteOrder::Big) return;
    if (detail::swap_bytes(length, width) != input_.size()) fail(name, at, Fault::BadLength);
  }
  template <class List>
  constexpr void count(const char* name, unsigned width, List& list,
                       std::size_t limit = List::capacity) {
    const std::size_t at = offset_;
    const std::uint64_t size = take(name, width);
    if (size > limit) return fail(name, at, Fault::BadCount);
    resize(list, size);
  }
  template <class List>
  constexpr void count(const char* name, unsigned width, List& list, ByteOrder& order) {
    const std::size_t at = offset_;
    std::uint64_t size = take(name, width);
    order = size <= List::capacity ? ByteOrder::Big : ByteOrder::Little;
    if (order == ByteOrder::Little) size = detail::swap_bytes(size, width);
    if (size > List::capacity) return fail(name, at, Fault::BadCount);
    resize(list, size);
  }
  template <class List>
  constexpr void list(const char* name, List& list) {
    for (auto& entry : list) detail::walk_entry(*this, name, entry);
  }
  template <class T>
  constexpr void section(const char*, bool present, std::optional<T>& part) {
    part.reset();
    if (!present || error_) return;
    part.emplace();
    T::fields(*this, *part);
  }
  template <class T>
  constexpr void tail(const char* name, std::optional<T>& part) {
    section(name, offset_ < input_.size(), part);
  }
  constexpr void unknown(std::uint16_t& size, std::size_t behind) {
    if (error_ || input_.size() - offset_ <= behind) return;
    size = static_cast<std::uint16_t>(input_.size() - offset_ - behind);
    offset_ += size;
  }
  constexpr void seek(const char* name, std::size_t offset, std::size_t named_at) {
    if (error_) return;
    const bool inside = offset >= offset_ && offset <= input_.size();
    if (!inside) return fail(name, named_at, Fault::BadOffset);
    offset_ = offset;
  }

  [[nodiscard]] constexpr std::size_t offset() const noexcept { return offset_; }
  [[nodiscard]] constexpr const std::optional<DecodeError>& error() const noexcept {
    return error_;
  }
  constexpr void fail(const char* name, std::size_t at, Fault fault) {
    if (error_) return;
    error_ = DecodeError{name, static_cast<std::uint32_t>(at), fault};
    limit_ = offset_;  // so that one comparison finds both the end and an earlier error
  }

 private:
  [[gnu::always_inline]] constexpr bool has(const char* name, std::size_t width) {
    if (limit_ - offset_ >= width) return true;
    fail(name, offset_, Fault::Truncated);
    return false;
  }
  [[gnu::always_inline]] constexpr std::uint64_t take(const char* name, unsigned width) {
    if (!has(name, width)) return 0;
    const std::uint64_t value = detail::load_number(&input_[offset_], width);
    offset_ += width;
    return value;
  }
  template <class List>
  constexpr void resize(List& list, std::uint64_t size) {
    if (!error_) list.resize(static_cast<std::size_t>(size));
  }
  [[nodiscard]] static constexpr std::uint64_t next_bits(std::uint64_t all, unsigned& shift,
                                                         unsigned width) {
    shift -= width;
    return all >> shift & ((std::uint64_t{1} << width) - 1);
  }
  template <class T>
  constexpr void one_bit_field(std::uint64_t all, unsigned& shift, std::size_t, BitField<T> field) {
    detail::set_number(*field.value, next_bits(all, shift, field.width));
  }
  constexpr void one_bit_field(std::uint64_t all, unsigned& shift, std::size_t at,
                               ConstantBits field) {
    if (next_bits(all, shift, field.width) != field.value) {
      fail(field.name, at, Fault::BadConstant);
    }
  }
  constexpr void one_bit_field(std::uint64_t, unsigned& shift, std::size_t, ReservedBits field) {
    shift -= field.width;
  }

  std::span<const std::byte> input_;
  std::size_t limit_;  ///< no field goes beyond; where the error is, after one
  std::size_t offset_ = 0;
  std::optional<DecodeError> error_;
};

namespace detail {

template <Message T>
[[nodiscard]] constexpr std::optional<DecodeError> read(std::span<const std::byte> input,
                                                        T& message) {
  Decoder decoder(input);
  T::fields(decoder, message);
  if (decoder.offset() != input.size()) decoder.fail("end", decoder.offset(), Fault::Trailing);
  return decoder.error();
}
template <FixedSize T>
[[nodiscard, gnu::flatten]] constexpr std::optional<DecodeError> read_flat(
    std::span<const std::byte> input, T& message) {
  return read(input, message);
}

}  // namespace detail

/// Decodes exactly one message that fills `input` whole into `message`, which must be fresh; it is
/// worth nothing if there is an error. For messages too large to copy without need.
template <Message T>
[[nodiscard]] constexpr std::optional<DecodeError> decode_into(std::span<const std::byte> input,
                                                               T& message) {
  if constexpr (FixedSize<T>) return detail::read_flat(input, message);
  return detail::read(input, message);
}

/// Decodes exactly one message that fills `input` whole. The result owns nothing of the input.
template <class T>
[[nodiscard]] constexpr Result<T> decode(std::span<const std::byte> input) {
  T message{};
  if (const auto error = decode_into(input, message)) return tl::unexpected(*error);
  return message;
}

/// Decodes a message from the start of `input`, which may go on behind it (a header).
/// `consumed`, if given, receives the number of bytes read.
template <class T>
[[nodiscard]] constexpr Result<T> decode_prefix(std::span<const std::byte> input,
                                                std::size_t* consumed = nullptr) {
  Decoder decoder(input);
  T message{};
  T::fields(decoder, message);
  if (decoder.error()) return tl::unexpected(*decoder.error());
  if (consumed != nullptr) *consumed = decoder.offset();
  return message;
}

}  // namespace smclab::wire
