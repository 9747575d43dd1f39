// SPDX-License-Identifier: MIT
//
// The tool itself, on small messages of its own: what each kind of field does when it is read,
// written, measured and told.
#include "protocol/wire/field_list.h"

#include <gtest/gtest.h>

#include "protocol/wire/decode.h"
#include "protocol/wire/dissect.h"
#include "protocol/wire/encode.h"
#include "protocol/wire/text.h"
#include "tests/wire/samples.h"

namespace smclab::wire {
namespace {

/// Two nibbles of which the first must be 0xA, then a list with its count in front.
struct Nibbles {
  static constexpr bool is_message = true;
  std::uint8_t low = 0;
  BoundedList<Qpn, 3> qpns;
  bool operator==(const Nibbles&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.bits(1, constant_bits("high", 4, 0xA), bit_field("low", 4, self.low));
    v.count("count", 1, self.qpns, 2);
    v.list("qpns", self.qpns);
  }
};

/// An offset from its own end to a number, and a tail.
struct Jump {
  static constexpr bool is_message = true;
  std::uint8_t distance = 0;
  std::uint16_t number = 0;
  std::optional<Nibbles> more;
  bool operator==(const Jump&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("distance", 1, self.distance);
    v.seek("distance", v.offset() + self.distance, 0);
    v.number("number", 2, self.number);
    v.tail("more", self.more);
  }
};

/// A length and a count in the writer's order.
struct Native {
  static constexpr bool is_message = true;
  ByteOrder length_order = ByteOrder::Big;
  ByteOrder count_order = ByteOrder::Big;
  BoundedList<LinkNumber, 255> links;
  bool operator==(const Native&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.total_length("length", 2, self.length_order);
    v.count("count", 2, self.links, self.count_order);
    v.list("links", self.links);
  }
};

template <class T>
DecodeError error_of(std::string_view hex) {
  const auto message = decode<T>(from_hex(hex));
  EXPECT_FALSE(message) << hex;
  return message ? DecodeError{} : message.error();
}

TEST(FieldList, ConstantBitsAreChecked) {
  const auto message = decode<Nibbles>(from_hex("a501000007"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->low, 5);
  ASSERT_EQ(message->qpns.size(), 1U);
  EXPECT_EQ(message->qpns[0], Qpn{7});
  EXPECT_EQ(encoded(*message), from_hex("a501000007"));
  EXPECT_EQ(error_of<Nibbles>("b500"), (DecodeError{"high", 0, Fault::BadConstant}));
}

TEST(FieldList, CountsHaveALimitOfTheirOwn) {
  EXPECT_TRUE(decode<Nibbles>(from_hex("a502000001000002")));
  EXPECT_EQ(error_of<Nibbles>("a503000001000002000003"),
            (DecodeError{"count", 1, Fault::BadCount}));
  EXPECT_EQ(error_of<Nibbles>("a502000001"), (DecodeError{"qpns", 5, Fault::Truncated}));
  EXPECT_EQ(error_of<Nibbles>("a50200000100"), (DecodeError{"qpns", 5, Fault::Truncated}));
}

TEST(FieldList, WhatLiesBetweenIsIgnoredAndWrittenZero) {
  const auto message = decode<Jump>(from_hex("02ffff1234"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->number, 0x1234);
  EXPECT_FALSE(message->more);
  EXPECT_EQ(encoded(*message), from_hex("0200001234"));
  EXPECT_EQ(error_of<Jump>("05ffff1234"), (DecodeError{"distance", 0, Fault::BadOffset}));
  EXPECT_EQ(error_of<Jump>("04ffff1234"), (DecodeError{"number", 5, Fault::Truncated}));
}

TEST(FieldList, ATailIsThereIfTheMessageGoesOn) {
  const auto message = decode<Jump>(from_hex("001234a100"));
  ASSERT_TRUE(message);
  ASSERT_TRUE(message->more);
  EXPECT_EQ(message->more->low, 1);
  EXPECT_EQ(encoded(*message), from_hex("001234a100"));
  EXPECT_EQ(error_of<Jump>("001234a1"), (DecodeError{"count", 4, Fault::Truncated}));
  EXPECT_EQ(error_of<Jump>("001234a10000"), (DecodeError{"end", 5, Fault::Trailing}));
}

TEST(FieldList, TheWritersByteOrderIsKept) {
  for (const char* hex : {"00060002aabb", "06000200aabb", "06000002aabb", "00060200aabb"}) {
    const auto message = decode<Native>(from_hex(hex));
    ASSERT_TRUE(message) << hex;
    EXPECT_EQ(message->links.size(), 2U);
    EXPECT_EQ(encoded(*message), from_hex(hex));
  }
  EXPECT_EQ(error_of<Native>("00070002aabb"), (DecodeError{"length", 0, Fault::BadLength}));
  EXPECT_EQ(error_of<Native>("00060101aabb"), (DecodeError{"count", 2, Fault::BadCount}));
}

TEST(FieldList, APrefixMayBeFollowedByAnything) {
  std::size_t consumed = 0;
  const Bytes bytes = from_hex("a500ffff");
  ASSERT_TRUE(decode_prefix<Nibbles>(bytes, &consumed));
  EXPECT_EQ(consumed, 2U);
  EXPECT_FALSE(decode_prefix<Nibbles>(std::span(bytes).first(1)));
}

/// Writes down what it is told, with places.
class Journal final : public FieldSink {
 public:
  void number(const FieldPlace& place, Form, std::uint64_t value) override {
    note(place, std::to_string(value));
  }
  void bytes(const FieldPlace& place, Form, std::span<const std::byte> value) override {
    note(place, to_hex(value));
  }
  void constant(const FieldPlace& place, std::uint64_t value) override {
    note(place, "constant " + std::to_string(value));
  }
  void reserved(const FieldPlace& place) override { note(place, "reserved"); }
  void enter(const char* name, int index) override {
    text += std::string(name) + '(' + std::to_string(index) + ") ";
  }
  void leave() override { text += "leave "; }
  std::string text;

 private:
  void note(const FieldPlace& place, const std::string& what) {
    text += std::string(place.name) + '@' + std::to_string(place.offset) + '+' +
            std::to_string(place.width);
    if (place.bit_count > 0) {
      text += ':' + std::to_string(place.first_bit) + '+' + std::to_string(place.bit_count);
    }
    text += '=' + what + ' ';
  }
};

TEST(FieldList, DissectionTellsEveryByte) {
  Jump jump{.distance = 1, .number = 3, .more = Nibbles{.low = 4}};
  jump.more->qpns.push_back({5});
  Journal journal;
  dissect(jump, encoded_size(jump), journal);
  EXPECT_EQ(journal.text,
            "distance@0+1=1 gap@1+1=reserved number@2+2=3 more(-1) high@4+1:0+4=constant 10 "
            "low@4+1:4+4=4 count@5+1=1 qpns(0) qpns@6+3=5 leave leave ");
}

TEST(FieldList, DissectionOfAVariantIsThatOfWhatItHolds) {
  Journal one;
  Journal other;
  const Decline decline{.version = 2};
  dissect(decline, 44, one);
  dissect(ClcMessage(decline), 44, other);
  EXPECT_EQ(one.text, other.text);
  EXPECT_EQ(encoded_size(ClcMessage(decline)), 44U);
  EXPECT_EQ(encoded(ClcMessage(decline)), encoded(decline));
}

TEST(FieldListDeathTest, EncodingWhatDoesNotFitIsOurBug) {
  std::array<std::byte, 5> small{};
  EXPECT_DEATH(encode(Jump{.distance = 9}, small), "smclab is broken");
  EXPECT_DEATH(encode(Nibbles{.low = 16}, small), "smclab is broken");
  Accept accept{.version = 2, .first_contact = true};  // without its extension
  EXPECT_DEATH((void)encoded_size(accept), "smclab is broken");
  Proposal proposal{.ip_area_offset = 3, .ip_area = IpArea{}};  // areas not placed
  EXPECT_DEATH((void)encoded_size(proposal), "smclab is broken");
}

TEST(BoundedListTest, GrowsShrinksAndCompares) {
  BoundedList<int, 3> list;
  EXPECT_TRUE(list.empty());
  list.push_back(1);
  list.push_back(2);
  BoundedList<int, 3> other = list;
  EXPECT_EQ(list, other);
  other[1] = 3;
  EXPECT_NE(list, other);
  other.resize(1);
  EXPECT_NE(list, other);
  other.resize(2);  // what was forgotten does not come back
  EXPECT_EQ(other[1], 0);
}

TEST(BoundedListDeathTest, HasNoRoomBeyondItsCapacity) {
  BoundedList<int, 1> list;
  list.push_back(1);
  EXPECT_DEATH(list.push_back(2), "smclab is broken");
  EXPECT_DEATH(list.resize(2), "smclab is broken");
  EXPECT_DEATH((void)list[1], "smclab is broken");
}

}  // namespace
}  // namespace smclab::wire
