// SPDX-License-Identifier: MIT
//
// For any message: what was encoded decodes to the same. The messages come out of the field lists
// as well: a visitor fills each field with chance, so a new field is tested when it is written.
#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "protocol/wire/decode.h"
#include "tests/wire/samples.h"

namespace smclab::wire {
namespace {

std::uint64_t chance() {
  return *rc::gen::arbitrary<std::uint64_t>().as("chance");
}
std::size_t chance_below(std::size_t end) {
  return *rc::gen::inRange<std::size_t>(0, end);
}

/// Gives every field of a message a value that fits. Offsets are left to the caller.
class Filler {
 public:
  void constant(const char*, unsigned, std::uint64_t) {}
  template <class T>
  void number(const char*, unsigned width, T& value) {
    fill(width * 8, value);
  }
  template <class... Bits>
  void bits(unsigned, Bits... fields) {
    (one_bit_field(fields), ...);
  }
  template <class T>
  void bytes(const char*, T& value) {
    for (std::byte& byte : detail::raw_bytes(value)) byte = static_cast<std::byte>(chance() & 0xFF);
  }
  void reserved(std::size_t) {}
  void total_length(const char*, unsigned) {}
  void total_length(const char*, unsigned, ByteOrder& order) { fill(1, order); }
  template <class List>
  void count(const char*, unsigned, List& list, std::size_t limit = List::capacity) {
    // Mostly short lists, and full ones now and then.
    list.resize(chance() % 16 == 0 ? limit : chance_below(std::min<std::size_t>(limit, 4)));
  }
  template <class List>
  void count(const char* name, unsigned width, List& list, ByteOrder& order) {
    fill(1, order);
    count(name, width, list);
    // Zero reads the same in both orders.
    if (list.empty()) order = ByteOrder::Big;
  }
  template <class List>
  void list(const char* name, List& list) {
    for (auto& entry : list) detail::walk_entry(*this, name, entry);
  }
  template <class T>
  void section(const char*, bool present, std::optional<T>& part) {
    part.reset();
    if (present) T::fields(*this, part.emplace());
  }
  template <class T>
  void tail(const char* name, std::optional<T>& part) {
    section(name, chance() % 2 == 0, part);
  }
  void unknown(std::uint16_t& size, std::size_t) { size = chance() % 8 == 0 ? 12 : 0; }
  void seek(const char*, std::size_t, std::size_t) {}
  [[nodiscard]] std::size_t offset() const { return kLlcSize; }

 private:
  template <class T>
  static void fill(unsigned bits, T& value) {
    const std::uint64_t mask = bits == 64 ? UINT64_MAX : (std::uint64_t{1} << bits) - 1;
    detail::set_number(value, chance() & mask);
  }
  template <class T>
  static void one_bit_field(BitField<T> field) {
    fill(field.width, *field.value);
  }
  static void one_bit_field(ConstantBits) {}
  static void one_bit_field(ReservedBits) {}
};

template <class T>
T any_message() {
  T message;
  Filler filler;
  T::fields(filler, message);
  return message;
}
template <>
Proposal any_message<Proposal>() {
  Proposal message;
  message.version = static_cast<std::uint8_t>(chance_below(16));
  Filler filler;
  Proposal::fields(filler, message);
  message.ip_area_offset = static_cast<std::uint16_t>(chance_below(64));
  place_areas(message);
  if (!message.has_smcd_area()) {
    message.ism_gid = message.ism_chid = 0;
    message.vendor_oui = {};
    message.vendor_options = {};
  }
  if (!message.has_smcd_v2() && message.v2) message.v2->seid = {};
  return message;
}
template <>
SmcrOption any_message<SmcrOption>() {
  return {.length = static_cast<std::uint8_t>(6 + chance_below(250))};
}

template <class T>
void comes_back() {
  T message = any_message<T>();
  const Bytes bytes = encoded(message);
  if constexpr (requires { message.head.length_order; }) {
    // A length like 0x0404 reads the same in both orders.
    if (bytes[1] == bytes[2]) message.head.length_order = ByteOrder::Big;
  }
  const auto again = decode<T>(bytes);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == message);
  RC_ASSERT(encoded(*again) == bytes);
}

RC_GTEST_PROP(RoundTrip, SmcrOption, ()) {
  comes_back<SmcrOption>();
}
RC_GTEST_PROP(RoundTrip, Proposal, ()) {
  comes_back<Proposal>();
}
RC_GTEST_PROP(RoundTrip, Accept, ()) {
  comes_back<Accept>();
}
RC_GTEST_PROP(RoundTrip, Confirm, ()) {
  comes_back<Confirm>();
}
RC_GTEST_PROP(RoundTrip, Decline, ()) {
  comes_back<Decline>();
}
RC_GTEST_PROP(RoundTrip, SmcdAccept, ()) {
  comes_back<SmcdAccept>();
}
RC_GTEST_PROP(RoundTrip, SmcdConfirm, ()) {
  comes_back<SmcdConfirm>();
}
RC_GTEST_PROP(RoundTrip, ConfirmLink, ()) {
  comes_back<ConfirmLink>();
}
RC_GTEST_PROP(RoundTrip, AddLink, ()) {
  comes_back<AddLink>();
}
RC_GTEST_PROP(RoundTrip, AddLinkContinuation, ()) {
  comes_back<AddLinkContinuation>();
}
RC_GTEST_PROP(RoundTrip, DeleteLink, ()) {
  comes_back<DeleteLink>();
}
RC_GTEST_PROP(RoundTrip, RequestAddLink, ()) {
  comes_back<RequestAddLink>();
}
RC_GTEST_PROP(RoundTrip, ConfirmRkey, ()) {
  comes_back<ConfirmRkey>();
}
RC_GTEST_PROP(RoundTrip, ConfirmRkeyContinuation, ()) {
  comes_back<ConfirmRkeyContinuation>();
}
RC_GTEST_PROP(RoundTrip, TestLink, ()) {
  comes_back<TestLink>();
}
RC_GTEST_PROP(RoundTrip, DeleteRkey, ()) {
  comes_back<DeleteRkey>();
}
RC_GTEST_PROP(RoundTrip, Cdc, ()) {
  comes_back<Cdc>();
}

/// What decodes, whatever it is, keeps its size and its meaning. Reserved bits may go.
template <class T>
void keeps_its_meaning(const Result<T>& message, std::size_t size) {
  if (!message) return;
  const Bytes bytes = encoded(*message);
  RC_ASSERT(bytes.size() == size);
  const Result<T> again = [&] {
    if constexpr (std::is_same_v<T, ClcMessage>) return decode_clc(bytes);
    if constexpr (std::is_same_v<T, LlcMessage>) return decode_llc(bytes);
  }();
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == *message);
  (void)validate(*message);
}

RC_GTEST_PROP(Damage, WhatStillDecodesKeepsItsMeaning, ()) {
  static const std::vector<Sample> all = samples();
  Bytes bytes = encoded(all[chance_below(all.size())].message);
  const std::size_t changes = chance_below(4);
  for (std::size_t i = 0; i < changes; ++i) {
    bytes[chance_below(bytes.size())] = static_cast<std::byte>(chance() & 0xFF);
  }
  keeps_its_meaning(decode_clc(bytes), bytes.size());
  keeps_its_meaning(decode_llc(bytes), bytes.size());
}

}  // namespace
}  // namespace smclab::wire
