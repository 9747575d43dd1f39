// SPDX-License-Identifier: MIT
//
// A conversation of two Linux kernels (SMC-Rv1, five echoes of 100 bytes, the client closes), with
// our client in the place of theirs: it hears what the server's kernel said, and must answer with
// the client kernel's own bytes, but for the token and PSN that it draws.
#include <gtest/gtest.h>

#include "tests/endpoint/story.h"

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

template <std::size_t kSize>
void set(std::array<std::byte, kSize>& bytes, std::string_view digits) {
  const Bytes raw = hex(digits);
  std::copy(raw.begin(), raw.end(), bytes.begin());
}

Config kernel_client() {
  Config config;
  set(config.peer_id.bytes, "918c525400000002");
  Device device{.address = ipv4(10, 0, 0, 2), .prefix_length = 24};
  set(device.gid.bytes, "fe80000000000000505400fffe000002");
  set(device.mac.bytes, "525400000002");
  config.devices.push_back(device);
  return config;
}

// An Endpoint alone, with an RNIC that names things as the client kernel's did.
struct Alone {
  Endpoint endpoint{kernel_client()};
  std::vector<Bytes> tcp;
  std::vector<Bytes> sent;
  std::vector<action::PostWrite> writes;
  std::vector<action::MoveQp> moves;
  LinkId link;
  std::optional<CloseReason> closed;
  bool connected = false;
  std::uint32_t readable = 0;

  void tell(const Input& input) {
    Actions out;
    endpoint.handle(Instant{}, input, out);
    std::vector<Input> answers;
    for (const Action& action : out.list()) note(out, action, answers);
    for (const Input& answer : answers) tell(answer);
  }
  void note(const Actions& out, const Action& action, std::vector<Input>& answers) {
    if (const auto* write = std::get_if<action::WriteTcp>(&action)) {
      const auto bytes = out.bytes(write->bytes);
      tcp.emplace_back(bytes.begin(), bytes.end());
    } else if (const auto* make = std::get_if<action::MakeQp>(&action)) {
      link = make->link;
      answers.push_back(input::QpMade{make->link, true, {0x11}});
    } else if (const auto* move = std::get_if<action::MoveQp>(&action)) {
      moves.push_back(*move);
      answers.push_back(input::QpMoved{move->link, move->to, true});
    } else if (const auto* buffer = std::get_if<action::MakeBuffer>(&action)) {
      answers.push_back(input::BufferMade{buffer->buffer, true});
    } else if (const auto* grant = std::get_if<action::RegisterBuffer>(&action)) {
      const bool rmb = grant->kind == action::BufferKind::Rmb;
      answers.push_back(input::BufferRegistered{
          grant->buffer, grant->link, true, {rmb ? 0x30CU : 1U}, {0xFF11'0000'073F'0000}});
    } else if (const auto* send = std::get_if<action::PostSend>(&action)) {
      const auto bytes = out.bytes(send->bytes);
      sent.emplace_back(bytes.begin(), bytes.end());
      answers.push_back(input::SendDone{send->link, send->request});
    } else if (const auto* rdma = std::get_if<action::PostWrite>(&action)) {
      writes.push_back(*rdma);
    } else if (const auto* end = std::get_if<action::Closed>(&action)) {
      closed = end->why;
    } else if (const auto* data = std::get_if<action::Readable>(&action)) {
      readable = data->available;
    } else if (std::holds_alternative<action::Connected>(action)) {
      connected = true;
    }
  }
  void hear_clc(std::string_view digits) {
    const Bytes bytes = hex(digits);
    tell(input::TcpBytes{kConn, std::span(bytes).first(8)});
    tell(input::TcpBytes{kConn, std::span(bytes).subspan(8)});
  }
  void hear(const Bytes& message) { tell(input::Message{link, message}); }
  void hear(std::string_view digits) { hear(hex(digits)); }
  // A CDC of the server, with our token in place of the client kernel's.
  void hear_cdc(std::string_view digits, AlertToken token) {
    auto cdc = wire::decode<wire::Cdc>(hex(digits));
    cdc->token = token;
    hear(encoded(*cdc));
  }
};

TEST(Kernel, OurClientSpeaksAsTheKernelsDid) {
  Alone us;
  us.tell(input::Entropy{{1, 2, 3, 4}});
  us.tell(input::TcpUp{kConn, Role::Client, true, ipv4(10, 0, 0, 2), ipv4(10, 0, 0, 1)});
  ASSERT_EQ(us.tcp, std::vector<Bytes>{hex(kProposal)});

  us.hear_clc(kAccept);
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
  EXPECT_TRUE(us.connected);
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
