// SPDX-License-Identifier: MIT
//
// What values may mean. Of CLC, RFC 7609 C.6 wants a reset for what is malformed and a Decline for
// a reserved value; of LLC, C.7.1 calls each a protocol error.
#include <gtest/gtest.h>

#include "tests/wire/samples.h"

namespace smclab::wire {
namespace {

using Wrong = std::optional<DecodeError>;

Accept accept() {
  return {.first_contact = true, .end = server_end()};
}

Proposal v1_proposal() {
  return linux_proposal({.peer_id = server_end().peer_id,
                         .gid = server_end().gid,
                         .mac = server_end().mac,
                         .ip_area = ipv4_area(ipv4(192, 0, 2, 77), 20)});
}

TEST(ValidateClc, SamplesMeanSomething) {
  for (const Sample& sample : samples()) {
    const Bytes bytes = encoded(sample.message);
    if (const auto clc = decode_clc(bytes)) {
      EXPECT_EQ(validate(*clc), Wrong()) << sample.title;
    }
    if (const auto llc = decode_llc(bytes)) {
      EXPECT_EQ(validate(*llc), Wrong()) << sample.title;
    }
  }
}

TEST(ValidateClc, MalformedEndsAreResets) {
  const auto wrong = [](auto change) {
    Accept message = accept();
    change(message);
    return validate(message);
  };
  EXPECT_EQ(wrong([](Accept& a) { a.version = 0; }), (DecodeError{"version", 7, Fault::BadValue}));
  EXPECT_EQ(wrong([](Accept& a) { a.end.gid = {}; }), (DecodeError{"gid", 16, Fault::BadValue}));
  EXPECT_EQ(wrong([](Accept& a) { a.end.mac = {}; }), (DecodeError{"mac", 32, Fault::BadValue}));
  EXPECT_EQ(wrong([](Accept& a) { a.end.mac.bytes[0] = std::byte{1}; }),
            (DecodeError{"mac", 32, Fault::BadValue}));
  for (const std::uint32_t qpn : {0U, 1U}) {
    EXPECT_EQ(wrong([&](Accept& a) { a.end.qpn = {qpn}; }),
              (DecodeError{"qpn", 38, Fault::BadValue}));
  }
  EXPECT_EQ(wrong([](Accept& a) { a.end.rmbe_index = 0; }),
            (DecodeError{"rmbe_index", 45, Fault::BadValue}));
}

TEST(ValidateClc, AddressesMustNotWrap) {
  Accept message = accept();
  message.end.size_code = 15;
  message.end.rmbe_index = 255;
  const std::uint64_t most = UINT64_MAX - 255ULL * 512 * 1024 * 1024;
  message.end.rmb_address = {most};
  EXPECT_EQ(validate(message), Wrong());
  message.end.rmb_address = {most + 1};
  EXPECT_EQ(validate(message), (DecodeError{"rmb_address", 52, Fault::BadValue}));
}

TEST(ValidateClc, ReservedMtuCodesAskForADecline) {
  for (unsigned code = 0; code < 16; ++code) {
    Accept message = accept();
    message.end.mtu = static_cast<MtuCode>(code);
    const bool legal = code >= 1 && code <= 5;
    EXPECT_EQ(validate(message), legal ? Wrong() : DecodeError({"mtu", 50, Fault::ReservedValue}));
    message.first_contact = false;  // where it means nothing
    EXPECT_EQ(validate(message), Wrong());
  }
}

TEST(ValidateClc, SizeCodesBeyondTheLimitAskForADecline) {
  Accept message = accept();
  message.end.size_code = 6;
  EXPECT_EQ(validate(message), Wrong());
  EXPECT_EQ(validate(message, 5), (DecodeError{"size_code", 50, Fault::ReservedValue}));
  message.end.qpn = {0};  // what is malformed counts more
  EXPECT_EQ(validate(message, 5), (DecodeError{"qpn", 38, Fault::BadValue}));
}

TEST(ValidateClc, ConfirmIsJudgedByWhatTheServerSaid) {
  Confirm message{.end = server_end()};
  message.end.mtu = MtuCode{0};
  EXPECT_EQ(validate(message, false), Wrong());
  EXPECT_EQ(validate(message, true), (DecodeError{"mtu", 50, Fault::ReservedValue}));
}

TEST(ValidateClc, Proposals) {
  const auto wrong = [](auto change) {
    Proposal message = v1_proposal();
    change(message);
    return validate(message);
  };
  EXPECT_EQ(wrong([](Proposal& p) { p.version = 0; }),
            (DecodeError{"version", 7, Fault::BadValue}));
  EXPECT_EQ(wrong([](Proposal& p) { p.gid = {}; }), (DecodeError{"gid", 16, Fault::BadValue}));
  EXPECT_EQ(wrong([](Proposal& p) { p.mac.bytes[0] |= std::byte{1}; }),
            (DecodeError{"mac", 32, Fault::BadValue}));
  EXPECT_EQ(wrong([](Proposal& p) { p.ip_area->prefix_length = 33; }),
            (DecodeError{"prefix_length", 84, Fault::BadValue}));
  EXPECT_EQ(wrong([](Proposal& p) {
              p.ip_area->prefixes.push_back({.length = 128});
              p.ip_area->prefixes.push_back({.length = 129});
            }),
            (DecodeError{"prefix_length", 88 + 17 + 16, Fault::BadValue}));
  EXPECT_EQ(wrong([](Proposal& p) {
              p.version = 1;
              p.type_v1 = SmcType::None;
            }),
            (DecodeError{"type_v1", 7, Fault::BadValue}));
}

TEST(ValidateClc, ProposalsWithGapsAreRefusedAsLinuxDoes) {
  Proposal rfc = rfc_proposal({.gid = server_end().gid, .mac = server_end().mac});
  rfc.ip_area_offset = 39;
  EXPECT_EQ(validate(rfc), Wrong());
  rfc.ip_area_offset = 41;
  EXPECT_EQ(validate(rfc), (DecodeError{"ip_area_offset", 38, Fault::BadOffset}));

  Proposal all = v1_proposal();
  all.type_v2 = SmcType::Both;
  all.v2 = ProposalV2{};
  place_areas(all);
  EXPECT_EQ(validate(all), (DecodeError{"gid_v2", 96, Fault::BadValue}));
  all.v2->gid = server_end().gid;
  EXPECT_EQ(validate(all), Wrong());
  ++all.v2->smcd_offset;
  EXPECT_EQ(validate(all), (DecodeError{"smcd_offset", 94, Fault::BadOffset}));
  ++all.v2_offset;
  EXPECT_EQ(validate(all), (DecodeError{"v2_offset", 50, Fault::BadOffset}));
}

TEST(ValidateClc, AnyDiagnosisIsLegal) {
  Decline message{.diagnosis = Diagnosis{0xDEADBEEF}};
  EXPECT_EQ(validate(ClcMessage(message)), Wrong());
  message.version = 0;
  EXPECT_EQ(validate(ClcMessage(message)), (DecodeError{"version", 7, Fault::BadValue}));
}

TEST(ValidateClc, Ipv4AreaIsTheSubnetNumber) {
  const auto subnet = [](std::uint8_t length) {
    const IpArea area = ipv4_area(ipv4(10, 171, 205, 239), length);
    EXPECT_EQ(area.prefix_length, length);
    return Bytes(area.subnet.bytes.begin(), area.subnet.bytes.end());
  };
  EXPECT_EQ(subnet(0), from_hex("00000000"));
  EXPECT_EQ(subnet(1), from_hex("00000000"));
  EXPECT_EQ(subnet(8), from_hex("0a000000"));
  EXPECT_EQ(subnet(20), from_hex("0aabc000"));
  EXPECT_EQ(subnet(31), from_hex("0aabcdee"));
  EXPECT_EQ(subnet(32), from_hex("0aabcdef"));
}

TEST(ValidateLlc, LinkEnds) {
  const ConfirmLink good{.mac = server_end().mac, .gid = server_end().gid, .qpn = {2}, .link = {1}};
  const auto wrong = [&](auto change) {
    ConfirmLink message = good;
    change(message);
    return validate(LlcMessage(message));
  };
  EXPECT_EQ(validate(good), Wrong());
  EXPECT_EQ(wrong([](ConfirmLink& m) { m.mac = {}; }), (DecodeError{"mac", 4, Fault::BadValue}));
  EXPECT_EQ(wrong([](ConfirmLink& m) { m.gid = {}; }), (DecodeError{"gid", 10, Fault::BadValue}));
  EXPECT_EQ(wrong([](ConfirmLink& m) { m.qpn = {1}; }), (DecodeError{"qpn", 26, Fault::BadValue}));
  EXPECT_EQ(wrong([](ConfirmLink& m) { m.link = {}; }),
            (DecodeError{"link_number", 29, Fault::BadValue}));
}

TEST(ValidateLlc, AddLink) {
  AddLink message{.mac = server_end().mac, .gid = server_end().gid, .qpn = {2}, .link = {1}};
  EXPECT_EQ(validate(message), Wrong());
  message.mtu = MtuCode{6};
  EXPECT_EQ(validate(message), (DecodeError{"mtu", 32, Fault::ReservedValue}));
  message.mtu = MtuCode{0};
  EXPECT_EQ(validate(message), (DecodeError{"mtu", 32, Fault::ReservedValue}));
  message.mtu = MtuCode::Mtu4096;
  message.head.version = LlcVersion::V2;
  EXPECT_EQ(validate(message), (DecodeError{"length", 1, Fault::BadLength}));
  message.rejected = true;
  EXPECT_EQ(validate(message), Wrong());
  message = {};
  EXPECT_TRUE(is_invitation(message));
  EXPECT_EQ(validate(message), Wrong());
  message.head.response = true;
  EXPECT_FALSE(is_invitation(message));
  EXPECT_EQ(validate(message), (DecodeError{"mac", 4, Fault::BadValue}));
}

TEST(ValidateLlc, LinkNumbersAreNotZero) {
  EXPECT_EQ(validate(LlcMessage(AddLinkContinuation{})),
            (DecodeError{"link_number", 4, Fault::BadValue}));
  EXPECT_EQ(validate(LlcMessage(DeleteLink{})), (DecodeError{"link_number", 4, Fault::BadValue}));
  EXPECT_EQ(validate(LlcMessage(DeleteLink{.all = true})), Wrong());
}

TEST(ValidateLlc, RkeyMessages) {
  ConfirmRkey message{.other_links = 2, .others = {{{{1}, {1}, {}}, {{2}, {2}, {}}}}};
  EXPECT_EQ(validate(message), Wrong());
  message.others[1].link = {1};
  EXPECT_EQ(validate(message), (DecodeError{"link_number", 30, Fault::BadValue}));
  message.other_links = 1;  // the second entry means nothing
  EXPECT_EQ(validate(message), Wrong());
  message.others[0].link = {};
  EXPECT_EQ(validate(message), (DecodeError{"link_number", 17, Fault::BadValue}));
  message.other_links = 8;
  EXPECT_EQ(validate(LlcMessage(message)), (DecodeError{"other_links", 4, Fault::BadCount}));
  ConfirmRkeyContinuation more{.others = {{{{1}, {1}, {}}}}};
  EXPECT_EQ(validate(LlcMessage(more)), (DecodeError{"links_left", 4, Fault::BadCount}));
  more.links_left = 1;
  EXPECT_EQ(validate(more), Wrong());
  more.links_left = 2;
  EXPECT_EQ(validate(more), (DecodeError{"link_number", 18, Fault::BadValue}));
  EXPECT_EQ(validate(LlcMessage(DeleteRkey{})), (DecodeError{"rkey_count", 4, Fault::BadCount}));
}

TEST(ValidateLlc, RequestAddLinkNamesAnAddress) {
  RequestAddLink message;
  EXPECT_EQ(validate(LlcMessage(message)), (DecodeError{"gid_count", 24, Fault::BadCount}));
  message.head.response = true;
  EXPECT_EQ(validate(message), Wrong());
  EXPECT_EQ(validate(LlcMessage(TestLink{})), Wrong());
}

}  // namespace
}  // namespace smclab::wire
