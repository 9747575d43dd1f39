// SPDX-License-Identifier: MIT
//
// Hostile bytes: every truncation, every count and every offset that a peer may lie about. The
// rows named are those of our list of bugs in other implementations.
#include <gtest/gtest.h>

#include "protocol/wire/decode.h"
#include "tests/wire/samples.h"

namespace smclab::wire {
namespace {

void set(Bytes& bytes, std::size_t at, unsigned value) {
  bytes.at(at) = static_cast<std::byte>(value & 0xFF);
}
void set16(Bytes& bytes, std::size_t at, unsigned value) {
  set(bytes, at, value >> 8);
  set(bytes, at + 1, value);
}

Bytes sample_bytes(const std::string& title) {
  for (const Sample& sample : samples()) {
    if (sample.title == title) return encoded(sample.message);
  }
  ADD_FAILURE() << "no sample " << title;
  return {};
}

/// The error of a CLC message whose header length says what is there.
DecodeError clc_error(Bytes bytes) {
  set16(bytes, 5, static_cast<unsigned>(bytes.size()));
  const auto message = decode_clc(bytes);
  EXPECT_FALSE(message);
  return message ? DecodeError{} : message.error();
}
DecodeError llc_error(const Bytes& bytes) {
  const auto message = decode_llc(bytes);
  EXPECT_FALSE(message);
  return message ? DecodeError{} : message.error();
}

TEST(Refusal, EveryTruncationNamesAFieldInsideTheInput) {
  for (const Sample& sample : samples()) {
    const Bytes whole = encoded(sample.message);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto error = std::visit(
          [&]<class T>(const T&) {
            const auto cut = decode<T>(std::span(whole).first(size));
            return cut ? std::nullopt : std::optional(cut.error());
          },
          sample.message);
      ASSERT_TRUE(error) << sample.title << ' ' << size;
      EXPECT_LE(error->offset, size) << sample.title;
      EXPECT_FALSE(error->field.empty()) << sample.title;
    }
  }
}

TEST(Refusal, EveryTruncationOfClcIsRefusedEvenIfTheLengthAgrees) {
  for (const Sample& sample : samples()) {
    const Bytes whole = encoded(sample.message);
    if (whole.size() < 28 || whole[0] != std::byte{0xE2}) continue;
    for (std::size_t size = kClcHeaderSize; size < whole.size(); ++size) {
      clc_error(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }
}

TEST(Refusal, BytesBehindTheTrailer) {
  for (const Sample& sample : samples()) {
    Bytes longer = encoded(sample.message);
    if (longer[0] != std::byte{0xE2}) continue;
    longer.push_back(std::byte{0});
    clc_error(longer);
  }
}

TEST(Refusal, EyeCatcherTypeAndTrailer) {
  Bytes bytes = sample_bytes("Accept v1");
  set(bytes, 0, 0xE3);
  EXPECT_EQ(clc_error(bytes), (DecodeError{"eye_catcher", 0, Fault::BadConstant}));
  bytes = sample_bytes("Accept v1");
  set(bytes, 3, 0xC4);  // SMC-D's, on an SMC-R message
  EXPECT_EQ(clc_error(bytes), (DecodeError{"type_v1", 7, Fault::BadConstant}));
  bytes = sample_bytes("Decline v1");
  set(bytes, 3, 0xC4);  // a Decline is always SMC-R's
  EXPECT_EQ(clc_error(bytes), (DecodeError{"eye_catcher", 0, Fault::BadConstant}));
  for (const unsigned type : {0U, 5U, 255U}) {
    bytes = sample_bytes("Accept v1");
    set(bytes, 4, type);
    EXPECT_EQ(clc_error(bytes), (DecodeError{"type", 4, Fault::UnknownType}));
  }
  bytes = sample_bytes("Accept v1");
  set(bytes, 67, 0);
  EXPECT_EQ(clc_error(bytes), (DecodeError{"trailer", 64, Fault::BadConstant}));
}

TEST(Refusal, HeaderLengthsThatNoMessageHas) {
  struct Range {
    const char* title;
    unsigned least;
    unsigned most;
  };
  for (const Range range : {Range{"Proposal, RFC 7609", 52, 652}, Range{"Accept v1", 48, 652},
                            Range{"Confirm v1", 48, 652}, Range{"Decline v1", 28, 44}}) {
    Bytes bytes = sample_bytes(range.title);
    for (const unsigned length : {0U, 7U, range.least - 1, range.most + 1, 65'535U}) {
      set16(bytes, 5, length);
      const auto header = peek_clc(bytes);
      ASSERT_FALSE(header) << range.title << ' ' << length;
      EXPECT_EQ(header.error(), (DecodeError{"length", 5, Fault::BadLength}));
    }
    for (const unsigned length : {range.least, range.most}) {
      set16(bytes, 5, length);
      EXPECT_TRUE(peek_clc(bytes)) << range.title << ' ' << length;
    }
  }
  EXPECT_EQ(peek_clc(Bytes(7)).error().fault, Fault::Truncated);
}

TEST(Refusal, HeaderLengthThatDisagreesWithTheBytes) {
  Bytes bytes = sample_bytes("Accept v1");
  set16(bytes, 5, 69);
  EXPECT_EQ(decode_clc(bytes).error(), (DecodeError{"length", 5, Fault::BadLength}));
}

TEST(Refusal, VersionZero) {
  Bytes bytes = sample_bytes("Accept v1");
  set(bytes, 7, 0x08);
  EXPECT_EQ(clc_error(bytes), (DecodeError{"version", 7, Fault::BadValue}));
}

TEST(Refusal, VersionsAboveTwoAreReadAsTwo) {
  Bytes bytes = sample_bytes("Accept v2");
  set(bytes, 7, 0x30);
  const auto accept = decode_clc(bytes);
  ASSERT_TRUE(accept);
  EXPECT_EQ(version_of(*accept), 3);
}

// B004: the IP area's offset and the number of IPv6 prefixes were believed.
TEST(Refusal, IpAreaOffsetAndPrefixCount) {
  const Bytes linux_shape = sample_bytes("Proposal, Linux, v1 only");
  for (const unsigned offset : {0U, 39U, 41U, 48U, 52U, 92U, 1'000U, 65'535U}) {
    Bytes bytes = linux_shape;
    set16(bytes, 38, offset);
    const DecodeError error = clc_error(bytes);
    EXPECT_TRUE(error.field == "ip_area_offset" || offset >= 41) << offset << error.field;
    if (offset > 52) {
      EXPECT_EQ(error, (DecodeError{"ip_area_offset", 38, Fault::BadOffset}));
    }
  }
  for (const unsigned count : {1U, 8U}) {
    Bytes bytes = linux_shape;
    set(bytes, 87, count);
    EXPECT_EQ(clc_error(bytes).fault, Fault::Truncated) << count;
  }
  for (const unsigned count : {9U, 255U}) {
    Bytes bytes = linux_shape;
    set(bytes, 87, count);
    EXPECT_EQ(clc_error(bytes), (DecodeError{"prefix_count", 87, Fault::BadCount}));
  }
}

// B003: the v2 extension's offset and its counts of EIDs and ISM GIDs were believed.
TEST(Refusal, V2OffsetAndCounts) {
  const Bytes v2_only = sample_bytes("Proposal, SMC-Rv2 only");
  for (const unsigned offset : {0U, 27U, 105U, 172U, 65'535U}) {
    Bytes bytes = v2_only;
    set16(bytes, 50, offset);
    EXPECT_EQ(clc_error(bytes), (DecodeError{"v2_offset", 50, Fault::BadOffset})) << offset;
  }
  for (const unsigned offset : {29U, 104U}) {  // inside, and then the rest does not fit
    Bytes bytes = v2_only;
    set16(bytes, 50, offset);
    clc_error(bytes);
  }
  Bytes gap = v2_only;
  set16(gap, 50, 60);  // an extension without EIDs fits there, but leaves a gap
  const auto proposal = decode_clc(gap);
  ASSERT_TRUE(proposal);
  EXPECT_TRUE(validate(std::get<Proposal>(*proposal)));
  for (const unsigned count : {9U, 255U}) {
    Bytes bytes = v2_only;
    set(bytes, 80, count);
    EXPECT_EQ(clc_error(bytes), (DecodeError{"eid_count", 80, Fault::BadCount}));
    bytes = v2_only;
    set(bytes, 81, count);
    EXPECT_EQ(clc_error(bytes), (DecodeError{"ism_gid_count", 81, Fault::BadCount}));
  }
  for (const unsigned count : {0U, 2U, 8U}) {
    Bytes bytes = v2_only;
    set(bytes, 80, count);
    clc_error(bytes);
  }
}

// B002: the SMC-Dv2 extension's offset was believed.
TEST(Refusal, SmcdOffset) {
  const Bytes everything = sample_bytes("Proposal, everything");
  const std::size_t at = 40 + 40 + 25 + 6;
  for (const unsigned offset : {0U, 63U, 127U, 5'000U, 65'535U}) {
    Bytes bytes = everything;
    set16(bytes, at, offset);
    const DecodeError error = clc_error(bytes);
    EXPECT_EQ(error, (DecodeError{"smcd_offset", static_cast<std::uint32_t>(at), Fault::BadOffset}))
        << offset;
  }
}

TEST(Refusal, FirstContactPartMustBeInside) {
  Bytes bytes = sample_bytes("Accept v2");
  set(bytes, 7, 0x28);  // claims first contact without the extension
  EXPECT_NE(clc_error(bytes).fault, Fault::Trailing);
  bytes = sample_bytes("Confirm v2, first contact");
  for (const unsigned count : {2U, 8U, 9U, 255U}) {
    set(bytes, 156, count);
    const DecodeError error = clc_error(bytes);
    if (count > 8) {
      EXPECT_EQ(error, (DecodeError{"gid_count", 156, Fault::BadCount}));
    }
  }
}

// What a later release may put in front of the trailer, or behind an LLC message, is read over.
TEST(Refusal, LongerMessagesOfVersionTwoAreNoError) {
  for (const char* title : {"Accept v2", "Accept v2, first contact", "Confirm v2, first contact"}) {
    Bytes bytes = sample_bytes(title);
    bytes.insert(bytes.end() - 4, 20, std::byte{0xAB});
    set16(bytes, 5, static_cast<unsigned>(bytes.size()));
    EXPECT_TRUE(decode_clc(bytes)) << title;
    bytes.back() = std::byte{};
    EXPECT_EQ(clc_error(bytes).field, "trailer") << title;
  }
  Bytes v1 = sample_bytes("Accept v1");
  v1.insert(v1.end() - 4, 20, std::byte{});
  clc_error(v1);
  for (const char* title : {"REQUEST ADD LINK v2", "DELETE RKEY v2"}) {
    Bytes bytes = sample_bytes(title);
    bytes.resize(64);
    bytes[1] = std::byte{64};
    const auto message = decode_llc(bytes);
    ASSERT_TRUE(message) << title;
    EXPECT_EQ(encoded(*message), bytes);
  }
}

TEST(Refusal, DeclineLengthFollowsItsVersion) {
  Bytes bytes = sample_bytes("Decline v1");
  set(bytes, 7, 0x20);
  clc_error(bytes);
  bytes = sample_bytes("Decline v2");
  set(bytes, 7, 0x10);
  clc_error(bytes);
}

TEST(Refusal, LlcLengthByteAndSize) {
  Bytes bytes = sample_bytes("TEST LINK");
  set(bytes, 1, 43);
  EXPECT_EQ(llc_error(bytes), (DecodeError{"length", 1, Fault::BadLength}));
  bytes = sample_bytes("TEST LINK");
  bytes.push_back(std::byte{0});
  EXPECT_EQ(llc_error(bytes), (DecodeError{"length", 1, Fault::BadLength}));
  set(bytes, 1, 45);
  EXPECT_EQ(llc_error(bytes), (DecodeError{"end", 44, Fault::Trailing}));
  EXPECT_EQ(llc_error({}), (DecodeError{"type", 0, Fault::Truncated}));
}

TEST(Refusal, LlcLengthOfVersionTwoMayBeInEitherOrder) {
  Bytes bytes = sample_bytes("ADD LINK v2");
  ASSERT_EQ(bytes[1], std::byte{88});
  const auto little = decode_llc(bytes);
  ASSERT_TRUE(little);
  EXPECT_EQ(head_of(*little).length_order, ByteOrder::Little);
  set16(bytes, 1, 88);
  const auto big = decode_llc(bytes);
  ASSERT_TRUE(big);
  EXPECT_EQ(head_of(*big).length_order, ByteOrder::Big);
  EXPECT_EQ(encoded(*big), bytes);
  set16(bytes, 1, 87);
  EXPECT_EQ(llc_error(bytes), (DecodeError{"length", 1, Fault::BadLength}));
}

// B040: the number of keys was believed.
TEST(Refusal, RkeyCountsOfVersionTwo) {
  const Bytes add_link = sample_bytes("ADD LINK v2");
  for (const unsigned count : {0U, 2U, 255U}) {
    for (const bool big : {false, true}) {
      Bytes bytes = add_link;
      set16(bytes, 70, big ? count : count << 8);
      const Fault fault = llc_error(bytes).fault;
      EXPECT_EQ(fault, count == 0 ? Fault::Trailing : Fault::Truncated);
    }
  }
  for (const unsigned raw : {0x0101U, 0x0201U, 0xFFFFU}) {
    Bytes bytes = add_link;
    set16(bytes, 70, raw);
    EXPECT_EQ(llc_error(bytes), (DecodeError{"rkey_count", 70, Fault::BadCount}));
  }
  Bytes big = add_link;
  set16(big, 70, 1);
  const auto message = decode_llc(big);
  ASSERT_TRUE(message);
  EXPECT_EQ(encoded(*message), big);
  Bytes gone = sample_bytes("DELETE RKEY v2");
  set(gone, 4, 10);
  EXPECT_EQ(llc_error(gone).fault, Fault::Truncated);
  set(gone, 4, 9);  // fits in the 44 bytes
  EXPECT_TRUE(decode_llc(gone));
}

TEST(Refusal, RkeyCountOfVersionOne) {
  Bytes bytes = sample_bytes("DELETE RKEY");
  set(bytes, 4, 8);
  EXPECT_TRUE(decode_llc(bytes));
  set(bytes, 4, 9);
  EXPECT_EQ(llc_error(bytes), (DecodeError{"rkey_count", 4, Fault::BadCount}));
}

TEST(Refusal, GidCountOfRequestAddLink) {
  Bytes bytes = sample_bytes("REQUEST ADD LINK v2");
  set(bytes, 24, 2);
  EXPECT_EQ(llc_error(bytes).fault, Fault::Truncated);
}

TEST(Refusal, UnknownLlcTypes) {
  for (unsigned type = 0; type < 256; ++type) {
    Bytes bytes = sample_bytes("TEST LINK");
    set(bytes, 0, type);
    const auto message = decode_llc(bytes);
    const bool v1 = type >= 1 && type <= 9 && type != 5;
    const bool v2 = type >= 0x21 && type <= 0x29 && type != 0x23 && type != 0x28;
    if (v1 || v2) continue;
    ASSERT_FALSE(message) << type;
    EXPECT_EQ(message.error(), (DecodeError{"type", 0, Fault::UnknownType}));
  }
  EXPECT_EQ(class_of(std::byte{0xFE}), MessageClass::Cdc);
  EXPECT_EQ(class_of(std::byte{0x05}), MessageClass::Llc);
  EXPECT_EQ(class_of(std::byte{0x8A}), MessageClass::Ignorable);
  EXPECT_EQ(class_of(std::byte{0xBF}), MessageClass::Ignorable);
  EXPECT_EQ(class_of(std::byte{0x40}), MessageClass::Other);
  EXPECT_EQ(class_of(std::byte{0xFF}), MessageClass::Other);
}

}  // namespace
}  // namespace smclab::wire
