// SPDX-License-Identifier: MIT
//
// Byte strings worked out by hand from the RFC's drawings and the kernel's layouts: what our
// structs mean on the wire. Each is the encoding of a message and decodes to it.
#include <gtest/gtest.h>

#include "protocol/wire/decode.h"
#include "tests/wire/samples.h"

namespace smclab::wire {
namespace {

/// The bytes of the sample with this title.
Bytes sample_bytes(const std::string& title) {
  for (const Sample& sample : samples()) {
    if (sample.title == title) return encoded(sample.message);
  }
  ADD_FAILURE() << "no sample " << title;
  return {};
}

TEST(Vectors, TcpOption) {
  EXPECT_EQ(sample_bytes("TCP option"), from_hex("fe06e2d4c3d9"));
  EXPECT_EQ(Bytes(kPaddedSmcrOption.begin(), kPaddedSmcrOption.end()),
            from_hex("0101fe06e2d4c3d9"));
}

TEST(Vectors, ProposalsOfVersionOne) {
  EXPECT_EQ(sample_bytes("Proposal, RFC 7609"),
            from_hex("e2d4c3d9010034101a2b020000c11e01fe800000000000000000c1fffe1e0101"
                     "020000c11e010000c000020018000000e2d4c3d9"));
  EXPECT_EQ(sample_bytes("Proposal, Linux, v1 only"),
            from_hex("e2d4c3d901005c281a2b020000c11e01fe800000000000000000c1fffe1e0101"
                     "020000c11e010028000000000000000000000000000000000000000000000000"
                     "00000000000000000000000000000000c000020018000000e2d4c3d9"));
}

TEST(Vectors, ProposalOfVersionTwo) {
  Proposal proposal{.type_v2 = SmcType::R, .type_v1 = SmcType::None};
  proposal.v2 = ProposalV2{.gid = ipv4(192, 0, 2, 11).gid, .feature_mask = 1};
  proposal.v2->eids.push_back(padded<Eid>("LAB1.TEST-EID"));
  place_areas(proposal);
  EXPECT_EQ(encoded(proposal),
            from_hex("e2d4c3d901009c22000000000000000000000000000000000000000000000000"
                     "000000000000000000000000000000000000001c000000000000000000000000"
                     "0000000000000000000000000000000001000010000000000000000000000000"
                     "0000ffffc000020bff0200010000000000000000000000004c4142312e544553"
                     "542d45494420202020202020202020202020202020202020e2d4c3d9"));
}

TEST(Vectors, AcceptOfVersionOne) {
  EXPECT_EQ(sample_bytes("Accept v1"),
            from_hex("e2d4c3d9020044183c4d0200005e1201fe8000000000000000005efffe120101"
                     "0200005e1201012345112233440100000007230000007f00110000000000abcd"
                     "e2d4c3d9"));
}

TEST(Vectors, ConfirmOfVersionOne) {
  const Bytes bytes = from_hex(
      "e2d4c3d9030044181a2b020000c11e01fe800000000000000000c1fffe1e0101"
      "020000c11e0100beef99aabbcc0100000009230000007f002200000000001234e2d4c3d9");
  const auto confirm = decode<Confirm>(bytes);
  ASSERT_TRUE(confirm);
  EXPECT_TRUE(confirm->first_contact);
  EXPECT_EQ(confirm->end.qpn, Qpn{0xBEEF});
  EXPECT_EQ(confirm->end.rkey, Rkey{0x99AABBCC});
  EXPECT_EQ(confirm->end.token, AlertToken{9});
  EXPECT_EQ(confirm->end.psn, Psn{0x1234});
  EXPECT_EQ(rmbe_bytes(confirm->end.size_code), 65'536U);
  EXPECT_EQ(rmbe_address(confirm->end), VirtualAddress{0x7F0022000000});
  EXPECT_EQ(encoded(*confirm), bytes);
}

TEST(Vectors, Declines) {
  EXPECT_EQ(sample_bytes("Decline v1"),
            from_hex("e2d4c3d904001c103c4d0200005e12010307000000000000e2d4c3d9"));
  EXPECT_EQ(sample_bytes("Decline v2"),
            from_hex("e2d4c3d904002c283c4d0200005e120104000000200000000000000000000000"
                     "0000000000000000e2d4c3d9"));
}

TEST(Vectors, LinkMessages) {
  EXPECT_EQ(sample_bytes("CONFIRM LINK"),
            from_hex("012c00030200005e1201fe8000000000000000005efffe120101012345010a0b"
                     "0c0102000000000000000000"));
  EXPECT_EQ(sample_bytes("ADD LINK"),
            from_hex("022c00000200005e12020000fe8000000000000000005efffe12010101234602"
                     "0300abcd0000000000000000"));
  EXPECT_EQ(sample_bytes("ADD LINK CONTINUATION"),
            from_hex("032c000002010000112233445566778800007f00110000000000000000000000"
                     "000000000000000000000000"));
  EXPECT_EQ(sample_bytes("DELETE LINK"),
            from_hex("042c002002000100000000000000000000000000000000000000000000000000"
                     "000000000000000000000000"));
}

TEST(Vectors, RkeyMessagesAndTestLink) {
  EXPECT_EQ(sample_bytes("CONFIRM RKEY"),
            from_hex("062c0000011122334400007f0011000000025566778800007f00110000000000"
                     "000000000000000000000000"));
  EXPECT_EQ(sample_bytes("TEST LINK"),
            from_hex("072c0000000102030405060708090a0b0c0d0e0f000000000000000000000000"
                     "000000000000000000000000"));
  EXPECT_EQ(sample_bytes("DELETE RKEY"),
            from_hex("092c000001000000112233440000000000000000000000000000000000000000"
                     "000000000000000000000000"));
}

TEST(Vectors, CdcCursors) {
  EXPECT_EQ(encoded(Cdc{.sequence = 1, .token = {9}, .producer = {0, 100}}),
            from_hex("fe2c000100000009000000000000006400000000000000000000000000000000"
                     "000000000000000000000000"));
  EXPECT_EQ(sample_bytes("CDC"),
            from_hex("fe2c0002000000090000000100000010000000000000f0008000000000000000"
                     "000000000000000000000000"));
}

TEST(Vectors, CdcFailoverValidationAndClose) {
  const auto validation =
      decode<Cdc>(from_hex("fe2c000100000009000000000000000000000000000000000800000000000000"
                           "000000000000000000000000"));
  ASSERT_TRUE(validation);
  EXPECT_EQ(*validation, (Cdc{.sequence = 1, .token = {9}, .failover_validation = true}));
  const auto close =
      decode<Cdc>(from_hex("fe2c000300000009000000000000006400000000000000640040000000000000"
                           "000000000000000000000000"));
  ASSERT_TRUE(close);
  EXPECT_EQ(*close, (Cdc{.sequence = 3,
                         .token = {9},
                         .producer = {0, 100},
                         .consumer = {0, 100},
                         .peer_connection_closed = true}));
}

/// The v2 lengths that Linux 6.12 sends.
TEST(Vectors, SizesOfVersionTwo) {
  EXPECT_EQ(sample_bytes("Accept v2").size(), 108U);
  EXPECT_EQ(sample_bytes("Accept v2, first contact").size(), 160U);
  EXPECT_EQ(sample_bytes("Confirm v2").size(), 108U);
  EXPECT_EQ(sample_bytes("Confirm v2, first contact").size(), 180U);
  EXPECT_EQ(sample_bytes("Proposal, everything").size(), 40U + 40 + 25 + 72 + 58 + 4);
  EXPECT_EQ(sample_bytes("ADD LINK v2").size(), 88U);
  EXPECT_EQ(sample_bytes("Accept of SMC-D v1").size(), 48U);
  EXPECT_EQ(sample_bytes("Accept of SMC-D v2.0, first contact").size(), 78U + 36);
  EXPECT_EQ(sample_bytes("Confirm of SMC-D v2.1, first contact").size(), 78U + 52);
}

TEST(Vectors, TypeNamesAreThoseOfTheTools) {
  std::string names;
  for (const Sample& sample : samples()) {
    const Bytes bytes = encoded(sample.message);
    if (const auto clc = decode_clc(bytes)) names += std::string(type_name(*clc)) + ' ';
    if (const auto llc = decode_llc(bytes)) names += std::string(type_name(*llc)) + ' ';
  }
  EXPECT_EQ(names,
            "proposal proposal proposal proposal accept accept accept confirm confirm confirm "
            "decline decline accept accept confirm confirm_link add_link add_link "
            "add_link_continuation delete_link request_add_link confirm_rkey test_link "
            "confirm_rkey_continuation delete_rkey delete_rkey delete_rkey ");
}

// The field lists work at compile time as well.
template <class T>
constexpr bool comes_back(const T& message) {
  std::array<std::byte, kLargestClc> bytes{};
  const std::size_t size = encode(message, bytes);
  const auto again = decode<T>(std::span(bytes).first(size));
  return again && *again == message;
}
static_assert(comes_back(SmcrOption{}));
static_assert(comes_back(Proposal{.ip_area = IpArea{.prefix_length = 24}}));
static_assert(comes_back(Accept{.first_contact = true, .end = {.qpn = {2}}}));
static_assert(comes_back(Confirm{
    .version = 2, .first_contact = true, .extension = FirstContact{}}));
static_assert(comes_back(Decline{.version = 2, .diagnosis = Diagnosis::Memory}));
static_assert(comes_back(SmcdAccept{.dmb_token = 3}));
static_assert(comes_back(SmcdConfirm{.version = 2, .chid = 4}));
static_assert(comes_back(ConfirmLink{.head = {.version = LlcVersion::V2}, .link = {1}}));
static_assert(comes_back(AddLink{.rejected = true, .psn = {1}}));
static_assert(comes_back(AddLinkContinuation{.rkeys_left = 9}));
static_assert(comes_back(DeleteLink{.all = true}));
static_assert(comes_back(RequestAddLink{}));
static_assert(comes_back(ConfirmRkey{.negative = true, .other_links = 2}));
static_assert(comes_back(ConfirmRkeyContinuation{.links_left = 3}));
static_assert(comes_back(TestLink{.head = {.response = true}}));
static_assert(comes_back(DeleteRkey{.error_mask = 0x80}));
static_assert(comes_back(Cdc{.sequence = 0xFFFF}));

}  // namespace
}  // namespace smclab::wire
