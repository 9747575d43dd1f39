// SPDX-License-Identifier: MIT
//
// Every diagnosis that SMC-Rv1 can raise, from the side that raises it, with the Decline on the
// wire, and the handshakes that fail without one.
#include <gtest/gtest.h>

#include "tests/endpoint/story.h"

namespace smclab::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// In the version of the exchange: a Linux server answers the v2 shape of a Proposal with v2.
constexpr std::size_t kV1 = 28;
constexpr std::size_t kV2 = 44;

struct DeviceGone : ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(NoneOrDown, DeviceGone, ::testing::Bool());

TEST_P(DeviceGone, ClientDeclinesInPlaceOfAProposal) {
  Config client = client_config();
  if (GetParam()) {
    client.devices.clear();
  } else {
    client.devices[0].up = false;
  }
  Pair pair(client);
  const ConnId conn = pair.connect();
  pair.run();
  expect_declined(pair, conn, {kClient, Diagnosis::NoDevice, kV1});
  EXPECT_EQ(pair.socket(kClient, conn).written.size(), kV1) << "nothing but the Decline";
  expect_nothing_left(pair, kClient);
  expect_nothing_left(pair, kServer);
}

TEST_P(DeviceGone, ServerDeclines) {
  Config server = server_config();
  if (GetParam()) {
    server.devices.clear();
  } else {
    server.devices[0].up = false;
  }
  Pair pair(client_config(), server);
  const ConnId conn = pair.connect();
  pair.run();
  expect_declined(pair, conn, {kServer, Diagnosis::NoDevice, kV2});
  expect_nothing_left(pair, kServer);
}

TEST(Decline, ServerOfTheRfcProfileSends28Bytes) {
  Config server = server_config();
  server.devices.clear();
  server.profile = Profile::Rfc;
  Pair pair(client_config(), server);
  const ConnId conn = pair.connect();
  pair.run();
  expect_declined(pair, conn, {kServer, Diagnosis::NoDevice, kV1});
}

TEST(Decline, PortOfTheSameNetworkStandsIn) {
  Config client = client_config();
  Device spare = client.devices[0];
  spare.gid.bytes[14] = std::byte{1};
  spare.address = ipv4(10, 0, 1, 2);
  spare.pnet.name = {'N', '1'};
  client.devices[0].pnet = spare.pnet;
  client.devices[0].up = false;
  client.devices.push_back(spare);
  Pair pair(client);
  const ConnId conn = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
  EXPECT_EQ(last_clc<wire::Proposal>(pair.socket(kClient, conn).written).gid, spare.gid);
}

TEST(Decline, PortOfAnotherNetworkDoesNot) {
  Config client = client_config();
  Device spare = client.devices[0];
  spare.address = ipv4(10, 0, 1, 2);
  spare.pnet.name = {'N', '2'};
  client.devices[0].pnet.name = {'N', '1'};
  client.devices[0].up = false;
  client.devices.push_back(spare);
  Pair pair(client);
  const ConnId conn = pair.connect();
  pair.run();
  expect_declined(pair, conn, {kClient, Diagnosis::NoDevice, kV1});
}

TEST(Decline, IpsecOnEitherSide) {
  Config client = client_config();
  client.ipsec = true;
  Pair one(client);
  const ConnId conn = one.connect();
  one.run();
  expect_declined(one, conn, {kClient, Diagnosis::Ipsec, kV1});
  Config server = server_config();
  server.ipsec = true;
  Pair two(client_config(), server);
  two.connect();
  two.run();
  expect_declined(two, conn, {kServer, Diagnosis::Ipsec, kV2});
}

TEST(Decline, ClientWithoutAPrefixToName) {
  Config client = client_config();
  client.devices[0].prefix_length = 33;
  Pair pair(client);
  const ConnId conn = pair.connect();
  pair.run();
  expect_declined(pair, conn, {kClient, Diagnosis::Configuration, kV1});
}

TEST(Decline, ServerInAnotherSubnet) {
  Config server = server_config();
  server.devices[0].prefix_length = 16;
  Pair pair(client_config(), server);
  const ConnId conn = pair.connect();
  pair.run();
  expect_declined(pair, conn, {kServer, Diagnosis::DifferentPrefix, kV2});
}

TEST(Decline, NobodySpeaksWithoutTheOption) {
  Pair pair;
  const ConnId conn = pair.connect(false);
  pair.run();
  EXPECT_TRUE(pair.both_fell_back(conn));
  EXPECT_EQ(pair.app(kClient, conn).own, Diagnosis::PeerHasNoSmc);
  EXPECT_EQ(pair.app(kServer, conn).own, Diagnosis::PeerHasNoSmc);
  EXPECT_TRUE(pair.socket(kClient, conn).written.empty());
  EXPECT_TRUE(pair.socket(kServer, conn).written.empty());
  expect_nothing_left(pair, kClient);
}

TEST(Decline, ProposalsWithoutSmcRv1) {
  struct Case {
    wire::SmcType v1;
    wire::SmcType v2;
    bool device;
    Diagnosis why;
  };
  const std::array<Case, 6> cases = {{
      {wire::SmcType::None, wire::SmcType::R, true, Diagnosis::NoDevice},
      {wire::SmcType::None, wire::SmcType::R, false, Diagnosis::NoDevice},
      {wire::SmcType::D, wire::SmcType::None, true, Diagnosis::NoSmcdDevice},
      {wire::SmcType::None, wire::SmcType::D, true, Diagnosis::NoIsmV2},
      {wire::SmcType::None, wire::SmcType::None, true, Diagnosis::PeerHasNoSmc},
      {wire::SmcType::D, wire::SmcType::R, true, Diagnosis::NoDevice},
  }};
  for (const Case& c : cases) {
    Config server = server_config();
    if (!c.device) server.devices.clear();
    Pair pair(client_config(), server);
    const ConnId conn{0, 1};
    rewrite<wire::Proposal>(pair, conn, kClient, [&](wire::Proposal& proposal) {
      proposal.type_v1 = c.v1;
      proposal.type_v2 = c.v2;
      if (!proposal.has_ip_area()) proposal.ip_area.reset();
      if (proposal.has_v2()) {
        proposal.v2.emplace();
        proposal.v2->eids.push_back({});
        proposal.v2->gid = proposal.gid;
      }
      wire::place_areas(proposal);
    });
    pair.connect();
    pair.run();
    EXPECT_EQ(pair.app(kServer, conn).own, c.why);
    EXPECT_EQ(pair.app(kClient, conn).peer, c.why);
  }
}

TEST(Decline, AcceptOfSmcD) {
  Pair pair;
  const ConnId conn{0, 1};
  pair.hook = [&](Side side, const Action& action) {
    if (side != kServer || !std::holds_alternative<action::WriteTcp>(action)) return Fate::pass();
    pair.inject_tcp(kClient, conn, encoded(wire::SmcdAccept{.first_contact = true}));
    return Fate::drop();
  };
  pair.connect();
  pair.run();
  expect_declined(pair, conn, {kClient, Diagnosis::ModeUnsupported, kV1});
}

TEST(Decline, AcceptOfVersion2) {
  Pair pair;
  const ConnId conn{0, 1};
  rewrite<wire::Accept>(pair, conn, kServer, [](wire::Accept& accept) {
    accept.version = 2;
    accept.extension.emplace();
  });
  pair.connect();
  pair.run();
  EXPECT_EQ(pair.app(kClient, conn).own, Diagnosis::ModeUnsupported);
  EXPECT_EQ(pair.app(kServer, conn).peer, Diagnosis::ModeUnsupported);
  expect_nothing_left(pair, kServer);
}

TEST(Decline, ReservedValuesInAccept) {
  for (const bool mtu : {true, false}) {
    Config client = client_config();
    client.limits.largest_peer_size_code = 5;
    Pair pair(client);
    const ConnId conn{0, 1};
    rewrite<wire::Accept>(pair, conn, kServer, [&](wire::Accept& accept) {
      if (mtu) accept.end.mtu = static_cast<MtuCode>(7);
      if (!mtu) accept.end.size_code = 6;
    });
    pair.connect();
    pair.run();
    expect_declined(pair, conn,
                    {kClient, mtu ? Diagnosis::LinkNotReady : Diagnosis::Internal, kV1});
  }
}

TEST(Decline, ReservedValueInTheConfirmOfAFirstContact) {
  Pair pair;
  const ConnId conn{0, 1};
  rewrite<wire::Confirm>(pair, conn, kClient,
                         [](wire::Confirm& confirm) { confirm.end.mtu = MtuCode{}; });
  pair.connect();
  pair.run();
  expect_declined(pair, conn, {kServer, Diagnosis::LinkNotReady, kV2});
}

// The peer's answer to every CONFIRM RKEY of the server, whatever the client would say.
Hook confirm_any_rkey(Pair& pair) {
  return [&pair](Side side, const Action& action) {
    const auto* send = std::get_if<action::PostSend>(&action);
    if (send == nullptr || side != kServer) return Fate::pass();
    Bytes message = pair.host(side).messages.back();
    if (message[0] != std::byte{6}) return Fate::pass();
    message[3] = std::byte{0x80};
    pair.inject_message(kServer, send->link, message);
    return Fate::drop();
  };
}

TEST(Decline, OutOfSyncWhenTheClientForgotTheGroup) {
  Connected pair;
  pair.host(kClient).endpoint = Endpoint(client_config());
  pair.tell(kClient, input::Entropy{{9, 9, 9, 9}});
  pair.hook = confirm_any_rkey(pair);
  const ConnId second = pair.connect();
  pair.run();
  expect_declined(pair, second, {kClient, Diagnosis::OutOfSync, kV1});
  EXPECT_EQ(pair.app(kServer, pair.conn).closed, CloseReason::LinkLost) << "S ends the group";
  expect_nothing_left(pair, kServer);
}

TEST(Decline, AcceptNamesALinkOfTheGroupThatIsNotThere) {
  Connected pair;
  const ConnId second{1, 1};
  rewrite<wire::Accept>(pair, second, kServer,
                        [](wire::Accept& accept) { accept.end.qpn.value += 77; });
  pair.connect();
  pair.run();
  expect_declined(pair, second, {kClient, Diagnosis::NoServerLink, kV1});
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U) << "without S the group lives";
  pair.write(kClient, pair.conn, pattern(10));
  pair.run();
  EXPECT_EQ(pair.app(kServer, pair.conn).received.size(), 10U);
}

TEST(Decline, ClientThatRemembersTooManyKeys) {
  Config client = client_config();
  client.limits.rmbs_per_group = 1;
  Connected pair(client);
  const ConnId second = pair.connect();
  pair.run();
  // CONFIRM RKEY already finds the client's table full, which makes the server decline.
  expect_declined(pair, second, {kServer, Diagnosis::RegistrationFailed, kV2});
  EXPECT_EQ(pair.host(kClient).count({TraceEvent::Sends, "confirm_rkey", "response"}), 1U);
}

TEST(Decline, ClientThatCannotRememberTheKeyOfAccept) {
  Config client = client_config();
  client.limits.rmbs_per_group = 1;
  Connected pair(client);
  pair.hook = confirm_any_rkey(pair);
  const ConnId second = pair.connect();
  pair.run();
  expect_declined(pair, second, {kClient, Diagnosis::RtokenFailed, kV1});
}

TEST(Decline, NoActiveLinkWhenThePortGoesWhilePreparing) {
  Pair pair;
  pair.hook = [](Side side, const Action& action) {
    const bool holds = side == kServer && std::holds_alternative<action::RegisterBuffer>(action);
    return holds ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(milliseconds(5));
  pair.tell(kServer, input::PortState{DeviceId{0}, false});
  pair.run();
  expect_declined(pair, conn, {kServer, Diagnosis::NoActiveLink, kV2});
  expect_nothing_left(pair, kServer);
}

TEST(Decline, ClientLosesItsPortBetweenProposalAndAccept) {
  Pair pair;
  const ConnId conn = pair.connect();
  pair.tell(kClient, input::PortState{DeviceId{0}, false});
  EXPECT_EQ(pair.socket(kClient, conn).written.size(), 92U) << "no Decline chases a Proposal";
  pair.run();
  expect_declined(pair, conn, {kClient, Diagnosis::NoDevice, kV1});
}

TEST(Decline, ServerLosesItsLinkBehindAcceptAndWaitsForItsTurn) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    const bool slow = side == kClient && std::holds_alternative<action::WriteTcp>(action);
    return Fate{.delay = slow ? Duration(milliseconds(5)) : Duration{}};
  };
  const ConnId conn = pair.connect();
  pair.run(milliseconds(7));
  ASSERT_EQ(pair.endpoint(kServer).connections()[0].state, "AwaitConfirm");
  pair.tell(kServer, input::QpFailed{only_link(pair, kServer)});
  const std::size_t written = pair.socket(kServer, conn).written.size();
  pair.run(milliseconds(1));
  EXPECT_EQ(pair.socket(kServer, conn).written.size(), written);
  pair.run();
  expect_declined(pair, conn, {kServer, Diagnosis::NoActiveLink, kV2});
}

TEST(Decline, MissingFlagsInConfirmLink) {
  for (const Side liar : {kServer, kClient}) {
    Pair pair;
    pair.hook = [&](Side side, const Action& action) {
      if (side != liar || !std::holds_alternative<action::PostSend>(action)) return Fate::pass();
      Bytes message = pair.host(side).messages.back();
      if (message[0] != std::byte{1}) return Fate::pass();
      message[3] &= std::byte{0x80};
      pair.inject_message(other(side), only_link(pair, other(side)), message);
      return Fate::drop();
    };
    const ConnId conn = pair.connect();
    pair.run();
    expect_declined(pair, conn,
                    {other(liar), Diagnosis::RmbeEyeCatcher, liar == kServer ? kV1 : kV2});
    expect_nothing_left(pair, kServer);
    expect_nothing_left(pair, kClient);
  }
}

TEST(Decline, ConfirmLinkOfAnotherLink) {
  for (const Side liar : {kServer, kClient}) {
    for (const std::size_t byte : {9U, 25U, 28U}) {  // MAC, GID, QPN
      Pair pair;
      pair.hook = [&](Side side, const Action& action) {
        if (side != liar || !std::holds_alternative<action::PostSend>(action)) return Fate::pass();
        Bytes message = pair.host(side).messages.back();
        if (message[0] != std::byte{1}) return Fate::pass();
        message[byte] ^= std::byte{1};
        pair.inject_message(other(side), only_link(pair, other(side)), message);
        return Fate::drop();
      };
      const ConnId conn = pair.connect();
      pair.run();
      expect_declined(pair, conn, {other(liar), Diagnosis::Internal, liar == kServer ? kV1 : kV2});
    }
  }
}

TEST(Decline, TooManyPendingHandshakes) {
  for (const Side crowded : {kClient, kServer}) {
    Config client = client_config();
    Config server = server_config();
    (crowded == kClient ? client : server).limits.pending_handshakes = 1;
    Pair pair(client, server);
    const ConnId first = pair.connect();
    const ConnId second = pair.connect();
    pair.run();
    EXPECT_TRUE(pair.both_connected(first));
    expect_declined(pair, second, {crowded, Diagnosis::Memory, crowded == kClient ? kV1 : kV2});
    const ConnId third = pair.connect();
    pair.run();
    EXPECT_TRUE(pair.both_connected(third));
  }
}

TEST(Decline, NoMoreLinkGroups) {
  Config server = server_config();
  server.limits.link_groups = 1;
  server.smcr_max_conns_per_lgr = 1;
  Connected pair(client_config(), server);
  const ConnId second = pair.connect();
  pair.run();
  expect_declined(pair, second, {kServer, Diagnosis::Memory, kV2});
}

TEST(Decline, UnknownDiagnosisOfThePeerIsPassedOn) {
  Pair pair;
  const ConnId conn{0, 1};
  rewrite<wire::Proposal>(pair, conn, kClient, [](wire::Proposal&) {});
  pair.hook = [&](Side side, const Action& action) {
    if (side != kServer || !std::holds_alternative<action::WriteTcp>(action)) return Fate::pass();
    wire::Decline decline{.version = 2, .out_of_sync = true, .diagnosis = Diagnosis{0x1234}};
    pair.inject_tcp(kClient, conn, encoded(decline));
    return Fate::drop();
  };
  pair.connect();
  pair.run();
  EXPECT_EQ(pair.app(kClient, conn).own, Diagnosis::PeerDeclined);
  EXPECT_EQ(pair.app(kClient, conn).peer, Diagnosis{0x1234});
}

TEST(Refused, MoreConnectionsThanTheHostMayHave) {
  Config client = client_config();
  client.limits.connections = 1;
  Pair pair(client);
  pair.connect();
  const ConnId second = pair.connect();
  pair.run();
  EXPECT_EQ(pair.app(kClient, second).refusals, std::vector<Refusal>{Refusal::TooManyConnections});
  EXPECT_TRUE(pair.socket(kClient, second).reset);
  EXPECT_EQ(pair.app(kServer, second).closed, CloseReason::TcpFailed);
}

}  // namespace
}  // namespace smclab::test
