// SPDX-License-Identifier: MIT
//
// A conversation of two Linux kernels (SMC-Rv1, five echoes of 100 bytes, the client closes), with
// our client in the place of theirs: it hears what the server's kernel said, and must answer with
// the client kernel's own bytes, but for the token and PSN that it draws.
#include <gtest/gtest.h>

#include "tests/endpoint/alone.h"

namespace smclab::test {
namespace {

constexpr ConnId kConn{0, 1};

constexpr std::string_view kProposal =
    "e2d4c3d901005c28918c525400000002fe80000000000000505400fffe000002525400000002002800000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000a00000018000000e2d4c3d9";
constexpr std::string_view kAccept =
    "e2d4c3d9020044181ab1525400000001fe80000000000000505400fffe000001525400000001000011"
    "0000034d01000000012300ff110000085500000032734ee2d4c3d9";
constexpr std::string_view kConfirm =
    "e2d4c3d903004418918c525400000002fe80000000000000505400fffe000002525400000002000011"
    "0000030c01000000012300ff110000073f000000232bf7e2d4c3d9";
constexpr std::string_view kConfirmLink =
    "012c0003525400000001fe80000000000000505400fffe000001000011010000010102000000000000000000";
constexpr std::string_view kConfirmLinkAnswer =
    "012c0083525400000002fe80000000000000505400fffe000002000011010000010102000000000000000000";
constexpr std::string_view kAddLink =
    "022c00005254000000010000fe80000000000000505400fffe00000100001202038095150000000000000000";
constexpr std::string_view kAddLinkRejected =
    "022c01c05254000000010000fe80000000000000505400fffe00000100001202038095150000000000000000";
constexpr std::string_view kFirstCdc =
    "fe2c000100000001000000000000003000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kServersFirstCdc =
    "fe2c000100000001000000000000006400000000000000300000000000000000000000000000000000000000";
constexpr std::string_view kServersClose =
    "fe2c000600000001000000000000006400000000000000300040000000000000000000000000000000000000";
constexpr std::string_view kDeleteRkey =
    "092c0000010000000000030c0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kDeleteRkeyAnswered =
    "092c0080010000000000030c0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kServersDeleteRkey =
    "092c0000010000000000034d0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kServersDeleteRkeyAnswered =
    "092c0080010000000000034d0000000000000000000000000000000000000000000000000000000000000000";

Config kernel_client() {
  Config config;
  set(config.peer_id.bytes, "918c525400000002");
  Device device{.address = ipv4(10, 0, 0, 2), .prefix_length = 24};
  set(device.gid.bytes, "fe80000000000000505400fffe000002");
  set(device.mac.bytes, "525400000002");
  config.devices.push_back(device);
  return config;
}

TEST(Kernel, OurClientSpeaksAsTheKernelsDid) {
  Alone us(kernel_client(), {{{0x30C}, {0xFF11'0000'073F'0000}}});
  us.begin(kConn, Role::Client);
  ASSERT_EQ(us.tcp, std::vector<Bytes>{hex(kProposal)});

  us.hear_clc(kConn, kAccept);
  ASSERT_EQ(us.tcp.size(), 2U);
  const auto confirm = wire::decode<wire::Confirm>(us.tcp[1]);
  ASSERT_TRUE(confirm);
  auto theirs = *wire::decode<wire::Confirm>(hex(kConfirm));
  theirs.end.token = confirm->end.token;
  theirs.end.psn = confirm->end.psn;
  EXPECT_EQ(*confirm, theirs);
  ASSERT_EQ(us.moves.size(), 1U) << "ready to receive before Confirm, no more";
  EXPECT_EQ(us.moves[0].to, QpState::ReadyToReceive);
  EXPECT_EQ(us.moves[0].peer_qpn, Qpn{0x11});
  EXPECT_EQ(us.moves[0].receive_psn, Psn{0x32'734E});

  us.hear(kConfirmLink);
  ASSERT_EQ(us.sent, std::vector<Bytes>{hex(kConfirmLinkAnswer)});
  EXPECT_EQ(us.connected, 1U);
  us.hear(kAddLink);
  ASSERT_EQ(us.sent.back(), hex(kAddLinkRejected));

  us.tell(input::Wrote{kConn, 48});
  ASSERT_EQ(us.writes.size(), 1U);
  EXPECT_EQ(us.writes[0].rkey, Rkey{0x34D});
  EXPECT_EQ(us.writes[0].target, VirtualAddress{0xFF11'0000'0855'0000});
  EXPECT_EQ(us.writes[0].length, 48U);
  ASSERT_EQ(us.sent.back(), hex(kFirstCdc));

  us.hear_cdc(kServersFirstCdc, confirm->end.token);
  EXPECT_EQ(us.readable, 100U);
  us.tell(input::Read{kConn, 100});
  us.tell(input::Close{kConn});
  const auto close = wire::decode<wire::Cdc>(us.sent.back());
  ASSERT_TRUE(close);
  EXPECT_TRUE(close->peer_connection_closed);
  EXPECT_EQ(close->consumer, (wire::CdcCursor{0, 100}));
  EXPECT_EQ(close->token, AlertToken{1});
  us.hear_cdc(kServersClose, confirm->end.token);
  EXPECT_EQ(us.closed, CloseReason::Orderly);
  ASSERT_EQ(us.sent.back(), hex(kDeleteRkey));
  us.hear(kDeleteRkeyAnswered);
  us.hear(kServersDeleteRkey);
  EXPECT_EQ(us.sent.back(), hex(kServersDeleteRkeyAnswered));
  EXPECT_TRUE(us.endpoint.connections().empty());
  EXPECT_EQ(us.endpoint.groups().size(), 1U) << "for the next connection";
  const DropCounters& dropped = us.endpoint.dropped();
  EXPECT_EQ(dropped, DropCounters{});
}

}  // namespace
}  // namespace smclab::test
