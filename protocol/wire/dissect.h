// SPDX-License-Identifier: MIT
//
// A message as named fields, by its field list, for people and tools: text, JSON and the tables
// in docs/generated are sinks of this one walk. Reserved bytes and constants are told too, so a
// sink can show the whole message.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

#include "protocol/result.h"
#include "protocol/wire/field_list.h"

namespace smclab::wire {

/// Where a field lies: name, offset in bytes from the message's start, width in bytes, and for
/// parts of a `bits` group the first bit (0 is the most significant of the group) and bit count.
struct FieldPlace {
  const char* name;
  std::size_t offset;
  std::size_t width;
  unsigned first_bit = 0;
  unsigned bit_count = 0;
};

/// Receives a message's fields in wire order. Sinks override what they need.
class FieldSink {
 public:
  virtual ~FieldSink() = default;
  virtual void number(const FieldPlace& place, Form form, std::uint64_t value) = 0;
  virtual void bytes(const FieldPlace& place, Form form, std::span<const std::byte> value) = 0;
  virtual void constant(const FieldPlace&, std::uint64_t) {}
  virtual void reserved(const FieldPlace&) {}
  /// Brackets a section or one list entry; `index` is -1 for a section.
  virtual void enter(const char* /*name*/, int /*index*/) {}
  virtual void leave() {}
};

/// Walks a field list and tells a sink.
class Dissector {
 public:
  Dissector(FieldSink& sink, std::size_t total) noexcept : sink_(&sink), total_(total) {}

  void constant(const char* name, unsigned width, std::uint64_t value) {
    sink_->constant({name, offset_, width}, value);
    offset_ += width;
  }
  template <class T>
  void number(const char* name, unsigned width, const T& value) {
    sink_->number({name, offset_, width}, FormOf<T>::value, detail::get_number(value));
    offset_ += width;
  }
  template <class... Bits>
  void bits(unsigned width, Bits... fields) {
    unsigned first_bit = 0;
    (one_bit_field(width, first_bit, fields), ...);
    offset_ += width;
  }
  template <class T>
  void bytes(const char* name, const T& value) {
    const auto& raw = detail::raw_bytes(value);
    sink_->bytes({name, offset_, raw.size()}, FormOf<T>::value, raw);
    offset_ += raw.size();
  }
  void reserved(std::size_t width) {
    if (width > 0) sink_->reserved({"reserved", offset_, width});
    offset_ += width;
  }
  void total_length(const char* name, unsigned width) {
    sink_->number({name, offset_, width}, Form::Number, total_);
    offset_ += width;
  }
  void total_length(const char* name, unsigned width, ByteOrder) { total_length(name, width); }
  template <class List, class... LimitOrOrder>
  void count(const char* name, unsigned width, const List& list, LimitOrOrder...) {
    sink_->number({name, offset_, width}, Form::Number, list.size());
    offset_ += width;
  }
  template <class List>
  void list(const char* name, const List& list) {
    int index = 0;
    for (const auto& entry : list) {
      sink_->enter(name, index++);
      detail::walk_entry(*this, name, entry);
      sink_->leave();
    }
  }
  template <class T>
  void section(const char* name, bool present, const std::optional<T>& part) {
    if (!present) return;
    sink_->enter(name, -1);
    T::fields(*this, *part);
    sink_->leave();
  }
  template <class T>
  void tail(const char* name, const std::optional<T>& part) {
    section(name, part.has_value(), part);
  }
  void unknown(std::uint16_t size, std::size_t) { reserved(size); }
  void seek(const char*, std::size_t offset, std::size_t) {
    if (offset > offset_) sink_->reserved({"gap", offset_, offset - offset_});
    offset_ = offset;
  }
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

 private:
  template <class T>
  void one_bit_field(unsigned width, unsigned& first_bit, BitField<T> field) {
    sink_->number({field.name, offset_, width, first_bit, field.width},
                  FormOf<std::remove_const_t<T>>::value, detail::get_number(*field.value));
    first_bit += field.width;
  }
  void one_bit_field(unsigned width, unsigned& first_bit, ConstantBits field) {
    sink_->constant({field.name, offset_, width, first_bit, field.width}, field.value);
    first_bit += field.width;
  }
  void one_bit_field(unsigned width, unsigned& first_bit, ReservedBits field) {
    sink_->reserved({"reserved", offset_, width, first_bit, field.width});
    first_bit += field.width;
  }

  FieldSink* sink_;
  std::size_t total_;
  std::size_t offset_ = 0;
};

/// Tells `sink` every field of `message`; `total` is its size on the wire.
template <Message T>
void dissect(const T& message, std::size_t total, FieldSink& sink) {
  Dissector dissector(sink, total);
  T::fields(dissector, message);
}
/// The same for a message that may be one of several.
template <class... T>
void dissect(const std::variant<T...>& message, std::size_t total, FieldSink& sink) {
  std::visit([&](const auto& held) { dissect(held, total, sink); }, message);
}

/// Finds where a field lies in a message.
class FieldFinder final : public FieldSink {
 public:
  FieldFinder(std::string_view name, int nth) noexcept : name_(name), left_(nth) {}
  void number(const FieldPlace& place, Form, std::uint64_t) override { see(place); }
  void bytes(const FieldPlace& place, Form, std::span<const std::byte>) override { see(place); }
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

 private:
  void see(const FieldPlace& place) {
    if (name_ == place.name && left_-- == 0) offset_ = place.offset;
  }
  std::string_view name_;
  int left_;
  std::size_t offset_ = 0;
};

/// An objection to the `nth` field named `name`, which is static text; how validate() says what
/// it found.
template <Message T>
[[nodiscard]] DecodeError objection(const T& message, std::string_view name, Fault fault,
                                    int nth = 0) {
  FieldFinder finder(name, nth);
  dissect(message, 0, finder);
  return {name, static_cast<std::uint32_t>(finder.offset()), fault};
}

}  // namespace smclab::wire
