// SPDX-License-Identifier: MIT
//
// Conversations of two unmodified Linux 6.12 kernels in SMC-Rv2, with our Endpoint in the place of
// one of them: first contact and echo from both sides, several connections in one group, both
// declines, TEST LINK and a half close.
#include <gtest/gtest.h>

#include "tests/endpoint/alone.h"

namespace smclab::test {
namespace {

constexpr ConnId kConn{0, 1};
constexpr ConnId kSecond{1, 1};

#define EID "534d434c41422d55454944312020202020202020202020202020202020202020"
#define BLANKS "20202020202020202020202020202020202020202020202020202020202020"

constexpr std::string_view kProposal =
    "e2d4c3d901009c2200000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000001c00000000000000000000000000000000000000000000000000000000010000100000000000000"
    "000000000000000ffff0a000002ff020001000000000000000000000000" EID "e2d4c3d9";
constexpr std::string_view kAccept =
    "e2d4c3d90200a02820da52540000000100000000000000000000ffff0a0000015254000000010000110000"
    "03fe01000000012300ff1100000832000000612288" EID
    "0000000000000000"
    "8021000061" BLANKS "ff020001000000000000000000000000e2d4c3d9";
constexpr std::string_view kConfirm =
    "e2d4c3d90300b428c59852540000000200000000000000000000ffff0a0000025254000000020000110000"
    "03ab01000000012300ff110000079c000000f649bb" EID
    "0000000000000000"
    "8021000062" BLANKS
    "ff020001000000000000000000000000"
    "0100000000000000000000000000ffff0a000002e2d4c3d9";
constexpr std::string_view kConfirmLink =
    "212c000352540000000100000000000000000000ffff0a000001000011010000010102ff0000000000000000";
constexpr std::string_view kConfirmLinkAnswer =
    "212c008352540000000200000000000000000000ffff0a000002000011010000010102ff0000000000000000";
constexpr std::string_view kAddLink =
    "22580000525400000001000000000000000000000000ffff0a0000010000120203f386470000000000000000"
    "800000000000000000000000ffff0a00000100000000000000000100000003fe0000052aff11000008320000";
constexpr std::string_view kAddLinkRejected =
    "222c00c0525400000001000000000000000000000000ffff0a0000010000120203f386470000000000000000";
constexpr std::string_view kCdc48 =
    "fe2c000100000001000000000000003000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kServersCdc =
    "fe2c000100000001000000000000006400000000000000300000000000000000000000000000000000000000";
constexpr std::string_view kServersClose =
    "fe2c000600000001000000000000006400000000000000300040000000000000000000000000000000000000";
constexpr std::string_view kDeleteRkey =
    "292c000001000000000003ab0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kServersDeleteRkey =
    "292c000001000000000003fe0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kDeleteRkeyAnswered =
    "292c008001000000000000000000000000000000000000000000000000000000000000000000000000000000";

Config kernel(std::uint8_t last, std::string_view instance) {
  Config config;
  config.versions = Versions::V2;
  config.ueids.push_back(*make_eid("SMCLAB-UEID1"));
  config.smcr_max_links_per_lgr = 2;
  config.host_name = last == 1 ? "a" : "b";
  Device device{.gid = ipv4(10, 0, 0, last).gid, .address = ipv4(10, 0, 0, last)};
  set(device.mac.bytes, "525400000000");
  device.mac.bytes[5] = std::byte{last};
  set(config.peer_id.bytes, instance);
  std::copy(device.mac.bytes.begin(), device.mac.bytes.end(), config.peer_id.bytes.begin() + 2);
  config.devices.push_back(device);
  return config;
}
Config kernel_client() {
  return kernel(2, "c598");
}
Config kernel_server() {
  return kernel(1, "20da");
}
constexpr Alone::Rmb kClientsRmb{{0x3AB}, {0xFF11'0000'079C'0000}};
constexpr Alone::Rmb kServersRmb{{0x3FE}, {0xFF11'0000'0832'0000}};

TEST(KernelV2, OurClientSpeaksAsTheKernelsDid) {
  Alone us(kernel_client(), {kClientsRmb});
  us.begin(kConn, Role::Client);
  ASSERT_EQ(us.tcp, std::vector<Bytes>{hex(kProposal)});
  us.hear_clc(kConn, kAccept);
  ASSERT_EQ(us.queue_pairs.size(), 1U);
  EXPECT_EQ(us.queue_pairs[0].receive_size, kLargestMessage) << "for long LLC messages";
  ASSERT_EQ(us.tcp.size(), 2U);
  const auto confirm = us.last<wire::Confirm>();
  EXPECT_EQ(us.tcp[1], encoded(as_ours(kConfirm, confirm)));

  us.hear(kConfirmLink);
  ASSERT_EQ(us.sent, std::vector<Bytes>{hex(kConfirmLinkAnswer)});
  EXPECT_EQ(us.connected, 1U);
  us.hear(kAddLink);
  EXPECT_EQ(us.sent.back(), hex(kAddLinkRejected));

  us.tell(input::Wrote{kConn, 48});
  ASSERT_EQ(us.writes.size(), 1U);
  EXPECT_EQ(us.writes[0].rkey, kServersRmb.rkey);
  EXPECT_EQ(us.sent.back(), hex(kCdc48));
  us.hear_cdc(kServersCdc, confirm.end.token);
  EXPECT_EQ(us.readable, 100U);
  us.tell(input::Read{kConn, 100});
  us.tell(input::Close{kConn});
  us.hear_cdc(kServersClose, confirm.end.token);
  EXPECT_EQ(us.closed, CloseReason::Orderly);
  ASSERT_EQ(us.sent.back(), hex(kDeleteRkey));
  us.hear(kDeleteRkeyAnswered);
  us.hear(kServersDeleteRkey);
  EXPECT_EQ(us.sent.back(), hex(kDeleteRkeyAnswered));
  EXPECT_EQ(us.endpoint.dropped(), DropCounters{});
  EXPECT_EQ(us.endpoint.groups().size(), 1U) << "for the next connection";
}

TEST(KernelV2, OurServerSpeaksAsTheKernelsDid) {
  Alone us(kernel_server(), {kServersRmb});
  us.begin(kConn, Role::Server);
  us.hear_clc(kConn, kProposal);
  ASSERT_EQ(us.tcp.size(), 1U);
  const auto accept = us.last<wire::Accept>();
  EXPECT_EQ(us.tcp[0], encoded(as_ours(kAccept, accept)));

  us.hear_clc(kConn, kConfirm);
  ASSERT_EQ(us.sent, std::vector<Bytes>{hex(kConfirmLink)});
  ASSERT_EQ(us.moves.size(), 2U);
  EXPECT_EQ(us.moves[0].peer_mac, kernel_client().devices[0].mac) << "Confirm told it";
  us.hear(kConfirmLinkAnswer);
  EXPECT_EQ(us.connected, 1U);
  us.hear_cdc(kCdc48, accept.end.token);
  EXPECT_EQ(us.readable, 48U);
  us.endpoint.groups().for_each([](GroupId, const LinkGroup& group) {
    EXPECT_EQ(group.peer_id, kernel_client().peer_id) << "Confirm told that, too";
    EXPECT_EQ(group.terms.version, 2);
    EXPECT_EQ(group.terms.release, 1);
    EXPECT_EQ(group.terms.max_connections, 255);
    EXPECT_EQ(group.terms.max_links, 2);
  });
  EXPECT_EQ(us.endpoint.dropped(), DropCounters{});
}

// --- several connections in one group (capture 06) -----------------------------------------------

constexpr std::string_view kSecondAccept =
    "e2d4c3d902006c202f6352540000000100000000000000000000ffff0a0000015254000000010000110000"
    "062e01000000022300ff110000094d000000803700" EID "0000000000000000e2d4c3d9";
constexpr std::string_view kSecondConfirm =
    "e2d4c3d903006c20d30a52540000000200000000000000000000ffff0a0000025254000000020000110000"
    "04e101000000022300ff1100003f20000000f08c42" EID "0000000000000000e2d4c3d9";
constexpr std::string_view kServersConfirmRkey =
    "262c0000000000062eff110000094d0000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kServersConfirmRkeyAnswered =
    "262c0080000000062eff110000094d0000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kClientsConfirmRkey =
    "262c000000000004e1ff1100003f200000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kClientsConfirmRkeyAnswered =
    "262c008000000004e1ff1100003f200000000000000000000000000000000000000000000000000000000000";

// The message as a kernel sent it that had another instance number after its reload.
std::string from(std::string_view message, std::string_view instance) {
  std::string changed(message);
  changed.replace(16, 4, instance);
  return changed;
}

TEST(KernelV2, OurClientJoinsTheKernelsGroup) {
  Alone us(kernel(2, "d30a"), {kClientsRmb, {{0x4E1}, {0xFF11'0000'3F20'0000}}});
  us.begin(kConn, Role::Client);
  us.hear_clc(kConn, from(kAccept, "2f63"));
  us.hear(kConfirmLink);
  us.begin(kSecond, Role::Client);
  EXPECT_EQ(us.tcp.back(), hex(kProposal));
  us.hear(kServersConfirmRkey);
  EXPECT_EQ(us.sent.back(), hex(kServersConfirmRkeyAnswered));
  us.hear_clc(kSecond, kSecondAccept);
  EXPECT_EQ(us.sent.back(), hex(kClientsConfirmRkey));
  us.hear(kClientsConfirmRkeyAnswered);
  const auto confirm = us.last<wire::Confirm>();
  EXPECT_EQ(us.tcp.back(), encoded(as_ours(kSecondConfirm, confirm)));
  EXPECT_EQ(us.connected, 2U);
  EXPECT_EQ(us.endpoint.groups().size(), 1U);
}

// The client's Proposals do not say who it is, and still its second one finds the group.
TEST(KernelV2, OurServerFindsTheGroupOfAClientThatKeepsItsNameToItself) {
  Alone us(kernel(1, "2f63"), {kServersRmb, {{0x62E}, {0xFF11'0000'094D'0000}}});
  us.begin(kConn, Role::Server);
  us.hear_clc(kConn, kProposal);
  us.begin(kSecond, Role::Server);
  us.hear_clc(kSecond, kProposal);
  EXPECT_EQ(us.tcp.size(), 1U) << "the second one waits for the first contact's end";
  us.hear_clc(kConn, from(kConfirm, "d30a"));
  us.hear(kConfirmLinkAnswer);
  EXPECT_EQ(us.sent.back(), hex(kServersConfirmRkey));
  us.hear(kServersConfirmRkeyAnswered);
  const auto accept = us.last<wire::Accept>();
  EXPECT_EQ(us.tcp.back(), encoded(as_ours(kSecondAccept, accept)));
  us.hear(kClientsConfirmRkey);
  EXPECT_EQ(us.sent.back(), hex(kClientsConfirmRkeyAnswered));
  us.hear_clc(kSecond, kSecondConfirm);
  EXPECT_EQ(us.connected, 2U);
  EXPECT_EQ(us.endpoint.groups().size(), 1U);
}

// --- declines (captures 03c, 03d, 03e, 03g)
// ----------------------------------------------------------------

TEST(KernelV2, DeclinesAnUnknownEidAsTheKernelDoes) {
  Config server = kernel(1, "66cb");
  server.ueids = {*make_eid("OTHER-UEID")};
  Alone us(server, {});
  us.begin(kConn, Role::Server);
  us.hear_clc(kConn, kProposal);
  EXPECT_EQ(us.tcp, std::vector<Bytes>{hex("e2d4c3d904002c2066cb5254000000010303000020000000"
                                           "00000000000000000000000000000000e2d4c3d9")});
  ASSERT_TRUE(us.fell_back);
  EXPECT_EQ(us.fell_back->own, Diagnosis::NoDevice);
}

TEST(KernelV2, DeclinesWithoutDeviceAsTheKernelDoes) {
  Config server = kernel(1, "39c7");
  server.devices.clear();
  Alone us(server, {});
  us.begin(kConn, Role::Server);
  us.hear_clc(kConn, kProposal);
  EXPECT_EQ(us.tcp, std::vector<Bytes>{hex("e2d4c3d904002c2039c75254000000010303000220000000"
                                           "00000000000000000000000000000000e2d4c3d9")});
}

TEST(KernelV2, HearsTheKernelsDecline) {
  Alone us(kernel_client(), {});
  us.begin(kConn, Role::Client);
  us.hear_clc(kConn,
              "e2d4c3d904002c2066cb5254000000010303000020000000"
              "00000000000000000000000000000000e2d4c3d9");
  ASSERT_TRUE(us.fell_back);
  EXPECT_EQ(us.fell_back->peer, Diagnosis::NoDevice);
}

// Of version 1, although it would have proposed version 2: nothing was received yet.
TEST(KernelV2, TheClientWithoutDeviceDeclinesAsTheKernelDoes) {
  Config client = kernel(2, "8b79");
  client.devices.clear();
  Alone us(client, {});
  us.begin(kConn, Role::Client);
  EXPECT_EQ(us.tcp,
            std::vector<Bytes>{hex("e2d4c3d904001c108b795254000000020303000000000000e2d4c3d9")});
}

constexpr std::string_view kNoConfirmLink =
    "e2d4c3d904002c20762e525400000001020100002000000000000000000000000000000000000000e2d4c3d9";
constexpr std::string_view kGroupGoes =
    "242c004000000300000000000000000000000000000000000000000000000000000000000000000000000000";

TEST(KernelV2, TheServerDeclinesALinkThatDoesNotWorkAsTheKernelDoes) {
  Alone us(kernel(1, "762e"), {kServersRmb});
  us.begin(kConn, Role::Server);
  us.hear_clc(kConn, kProposal);
  us.hear_clc(kConn, kConfirm);
  for (int second = 0; second < 4; ++second) {
    us.now += std::chrono::seconds(1);
    us.tell(input::Tick{});
  }
  EXPECT_EQ(us.tcp.back(), hex(kNoConfirmLink));
  EXPECT_EQ(us.sent.back(), hex(kGroupGoes));
  ASSERT_TRUE(us.fell_back);
  EXPECT_EQ(us.fell_back->own, Diagnosis::ConfirmLinkTimeout);
}

TEST(KernelV2, TheClientHearsThatTheLinkDoesNotWork) {
  Alone us(kernel_client(), {kClientsRmb});
  us.begin(kConn, Role::Client);
  us.hear_clc(kConn, kAccept);
  us.hear_clc(kConn, kNoConfirmLink);
  ASSERT_TRUE(us.fell_back);
  EXPECT_EQ(us.fell_back->peer, Diagnosis::ConfirmLinkTimeout);
  EXPECT_EQ(us.connected, 0U);
}

// --- an idle link (capture 11), a half close (capture 10) ----------------------------------------

constexpr std::string_view kTestLink =
    "272c000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kTestLinkAnswered =
    "272c008000000000000000000000000000000000000000000000000000000000000000000000000000000000";

TEST(KernelV2, TestsTheLinkAndAnswersTests) {
  Config client = kernel_client();
  client.smcr_testlink_time = std::chrono::seconds(1);
  Alone us(client, {kClientsRmb});
  us.begin(kConn, Role::Client);
  us.hear_clc(kConn, kAccept);
  us.hear(kConfirmLink);
  us.hear(kTestLink);
  EXPECT_EQ(us.sent.back(), hex(kTestLinkAnswered));
  us.now += std::chrono::milliseconds(1'001);
  us.tell(input::Tick{});
  EXPECT_EQ(us.sent.back(), hex(kTestLink));
  us.hear(kTestLinkAnswered);
  EXPECT_EQ(us.endpoint.dropped(), DropCounters{});
}

TEST(KernelV2, AnswersInTheOrderThePeerWritesLengths) {
  Alone us(kernel_client(), {kClientsRmb});
  us.begin(kConn, Role::Client);
  us.hear_clc(kConn, kAccept);
  std::string big(kConfirmLink);
  big.replace(2, 4, "002c");  // as a kernel of a big-endian machine
  us.hear(big);
  std::string answer(kConfirmLinkAnswer);
  answer.replace(2, 4, "002c");
  EXPECT_EQ(us.sent, std::vector<Bytes>{hex(answer)});
}

TEST(KernelV2, HearsAHalfClose) {
  Alone us(kernel_server(), {kServersRmb});
  us.begin(kConn, Role::Server);
  us.hear_clc(kConn, kProposal);
  const auto accept = us.last<wire::Accept>();
  us.hear_clc(kConn, kConfirm);
  us.hear(kConfirmLinkAnswer);
  us.hear_cdc(kCdc48, accept.end.token);
  us.tell(input::Read{kConn, 48});
  us.hear_cdc(
      "fe2c000200000001000000000000003000000000000000000080000000000000"
      "000000000000000000000000",
      accept.end.token);
  EXPECT_TRUE(us.end_of_stream);
  us.tell(input::Wrote{kConn, 100});
  ASSERT_EQ(us.writes.size(), 1U) << "the other half is open";
  EXPECT_EQ(us.writes[0].rkey, kClientsRmb.rkey);
}

}  // namespace
}  // namespace smclab::test
