// SPDX-License-Identifier: MIT
//
// How connections come to be: first contact, subsequent contact, many at once, and what flows.
#include <gtest/gtest.h>

#include <array>

#include "tests/endpoint/story.h"

namespace smclab::test {
namespace {

using std::chrono::seconds;
using Want = ToyHost::Want;

TEST(FirstContact, MakesAGroupOnBothSidesAndConnects) {
  Pair pair;
  const ConnId conn = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
  for (const Side side : {kClient, kServer}) {
    const LinkGroup& group = pair.endpoint(side).groups().at(only_group(pair, side));
    EXPECT_TRUE(group.is(GroupState::Established));
    EXPECT_EQ(group.peer_id, pair.endpoint(other(side)).config().peer_id);
    EXPECT_FALSE(group.founder.assigned());
    const Link& link = pair.endpoint(side).links().at(only_link(pair, side));
    EXPECT_TRUE(link.is(LinkState::Active));
    EXPECT_EQ(link.number, LinkNumber{1});
    const auto views = pair.endpoint(side).connections();
    ASSERT_EQ(views.size(), 1U);
    EXPECT_EQ(views[0].state, "Active");
    EXPECT_EQ(views[0].role, side == kClient ? Role::Client : Role::Server);
    EXPECT_EQ(views[0].link, link.id);
  }
}

TEST(FirstContact, SpeaksAsTheKernelDoes) {
  Pair pair;
  const ConnId conn = pair.connect();
  pair.run();
  const Bytes& client = pair.socket(kClient, conn).written;
  const auto proposal = last_clc<wire::Proposal>(client);
  EXPECT_EQ(wire::encoded_size(proposal), 92U);
  EXPECT_EQ(proposal.version, 2);
  EXPECT_EQ(proposal.type_v2, wire::SmcType::None);
  EXPECT_EQ(proposal.ip_area_offset, 40);
  const auto accept = last_clc<wire::Accept>(pair.socket(kServer, conn).written);
  const auto confirm = last_clc<wire::Confirm>(client);
  EXPECT_TRUE(accept.first_contact);
  EXPECT_TRUE(confirm.first_contact);
  EXPECT_EQ(accept.end.rmbe_index, 1);
  EXPECT_EQ(accept.end.size_code, 2);
  EXPECT_NE(accept.end.token, confirm.end.token);
  EXPECT_NE(accept.end.psn, confirm.end.psn);
  EXPECT_EQ(pair.host(kServer).posted(0x01).size(), 1U);
  const auto request = wire::decode<wire::ConfirmLink>(pair.host(kServer).posted(0x01)[0]);
  const auto answer = wire::decode<wire::ConfirmLink>(pair.host(kClient).posted(0x01)[0]);
  EXPECT_EQ(request->no_rmbe_eye_catcher, 3);
  EXPECT_EQ(request->qpn, accept.end.qpn);
  EXPECT_TRUE(answer->head.response);
  EXPECT_EQ(answer->qpn, confirm.end.qpn);
  EXPECT_EQ(answer->link, request->link);
  EXPECT_TRUE(pair.host(kServer).posted(0x06).empty()) << "a first contact needs no CONFIRM RKEY";
}

TEST(FirstContact, UsesTheSmallerMtu) {
  Config client = client_config();
  client.devices[0].mtu = MtuCode::Mtu512;
  Pair pair(client);
  std::vector<MtuCode> used;
  pair.hook = [&](Side, const Action& action) {
    if (const auto* move = std::get_if<action::MoveQp>(&action)) used.push_back(move->mtu);
    return Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
  EXPECT_EQ(used, (std::vector<MtuCode>(4, MtuCode::Mtu512)));
}

TEST(FirstContact, CarriesBytesBothWaysAndCloses) {
  Connected pair;
  pair.write(kClient, pair.conn, pattern(1000));
  pair.run();
  EXPECT_EQ(pair.app(kServer, pair.conn).received, pattern(1000));
  pair.write(kServer, pair.conn, pattern(2000, 2));
  pair.run();
  EXPECT_EQ(pair.app(kClient, pair.conn).received, pattern(2000, 2));
  pair.close(kClient, pair.conn);
  pair.run();
  for (const Side side : {kClient, kServer}) {
    EXPECT_EQ(pair.app(side, pair.conn).closed, CloseReason::Orderly);
    EXPECT_TRUE(pair.app(side, pair.conn).released);
    EXPECT_TRUE(pair.endpoint(side).connections().empty());
    // The kernel deletes a key after every close.
    EXPECT_EQ(pair.host(side).count({TraceEvent::Sends, "delete_rkey", "request"}), 1U);
    EXPECT_EQ(pair.host(side).count({TraceEvent::Receives, "delete_rkey", "response"}), 1U);
  }
}

TEST(FirstContact, BytesFlowThroughManyWraps) {
  Config client = client_config();
  Config server = server_config();
  client.wmem = server.rmem = 16'384;
  Connected pair(client, server);
  Bytes all;
  for (unsigned i = 0; i < 200; ++i) {
    const Bytes part = pattern(1 + i * 37 % 5000, i);
    pair.write(kClient, pair.conn, part);
    all.insert(all.end(), part.begin(), part.end());
    pair.run();
  }
  EXPECT_EQ(pair.app(kServer, pair.conn).received, all);
}

TEST(SubsequentContact, JoinsTheGroupAndTellsItsKeysFirst) {
  Connected pair;
  const ConnId second = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(second));
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U);
  EXPECT_FALSE(last_clc<wire::Accept>(pair.socket(kServer, second).written).first_contact);
  EXPECT_FALSE(last_clc<wire::Confirm>(pair.socket(kClient, second).written).first_contact);
  for (const Side side : {kClient, kServer}) {
    ASSERT_EQ(pair.host(side).count({TraceEvent::Sends, "confirm_rkey", "request"}), 1U);
    const auto& trace = pair.host(side).trace;
    const auto told = std::find_if(trace.begin(), trace.end(), [](const TraceRecord& r) {
      return r.event == TraceEvent::Receives && r.to == "confirm_rkey" && r.cause == "response";
    });
    const auto clc = std::find_if(told, trace.end(), [&](const TraceRecord& r) {
      return r.event == TraceEvent::Sends && r.to == (side == kServer ? "accept" : "confirm");
    });
    EXPECT_NE(clc, trace.end()) << "the key is confirmed before the CLC message";
  }
  pair.write(kServer, second, pattern(100));
  pair.run();
  EXPECT_EQ(pair.app(kClient, second).received, pattern(100));
}

TEST(SubsequentContact, ReusesBuffersButConfirmsTheirKeysAgain) {
  Connected pair;
  pair.close(kClient, pair.conn);
  pair.run();
  std::size_t made = 0;
  pair.hook = [&](Side, const Action& action) {
    made += std::holds_alternative<action::MakeBuffer>(action) ? 1 : 0;
    return Fate::pass();
  };
  const ConnId second = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(second));
  EXPECT_EQ(made, 0U);
  EXPECT_EQ(pair.host(kServer).count({TraceEvent::Sends, "confirm_rkey", "request"}), 1U);
}

TEST(SubsequentContact, HoldsDataThatComesBeforeConfirm) {
  Connected pair;
  // TCP from the client is slow: its data overtakes its Confirm.
  pair.hook = [](Side side, const Action& action) {
    const bool slow = side == kClient && std::holds_alternative<action::WriteTcp>(action);
    return Fate{.delay = slow ? Duration(std::chrono::milliseconds(50)) : Duration{}};
  };
  const ConnId second = pair.connect();
  pair.run(std::chrono::milliseconds(55));
  ASSERT_TRUE(pair.app(kClient, second).connected);
  ASSERT_FALSE(pair.app(kServer, second).connected);
  pair.write(kClient, second, pattern(500));
  pair.shutdown(kClient, second);
  pair.run(std::chrono::milliseconds(20));
  EXPECT_TRUE(pair.app(kServer, second).received.empty());
  pair.run();
  EXPECT_TRUE(pair.app(kServer, second).connected);
  EXPECT_EQ(pair.app(kServer, second).received, pattern(500));
  EXPECT_TRUE(pair.app(kServer, second).end_of_stream);
}

TEST(ManyContacts, EightAtOnceMakeOneFirstContact) {
  Pair pair;
  std::array<ConnId, 8> conns;
  for (ConnId& conn : conns) conn = pair.connect();
  pair.run();
  std::size_t first_contacts = 0;
  for (const ConnId conn : conns) {
    EXPECT_TRUE(pair.both_connected(conn)) << conn.index;
    const auto accept = last_clc<wire::Accept>(pair.socket(kServer, conn).written);
    first_contacts += accept.first_contact ? 1 : 0;
    pair.write(kClient, conn, pattern(3000, conn.index));
  }
  pair.run();
  EXPECT_EQ(first_contacts, 1U);
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U);
  for (const ConnId conn : conns) {
    EXPECT_EQ(pair.app(kServer, conn).received, pattern(3000, conn.index));
    pair.close(kServer, conn);
  }
  pair.run();
  EXPECT_TRUE(pair.endpoint(kServer).connections().empty());
  EXPECT_TRUE(pair.endpoint(kClient).connections().empty());
}

TEST(ManyContacts, AFullGroupIsFollowedByAnother) {
  Config server = server_config();
  server.smcr_max_conns_per_lgr = 2;
  Pair pair(client_config(), server);
  for (int i = 0; i < 5; ++i) {
    const ConnId conn = pair.connect();
    pair.run(std::chrono::milliseconds(5));
    EXPECT_TRUE(pair.both_connected(conn));
  }
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 3U);
  EXPECT_EQ(pair.endpoint(kClient).groups().size(), 3U);
}

TEST(ManyContacts, AFullTableOfPeerKeysIsFollowedByAnotherGroup) {
  Config server = server_config();
  server.limits.rmbs_per_group = 3;
  Pair pair(client_config(), server);
  for (int i = 0; i < 4; ++i) {
    const ConnId conn = pair.connect();
    pair.run(std::chrono::milliseconds(5));
    EXPECT_TRUE(pair.both_connected(conn));
  }
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 2U);
}

TEST(ManyContacts, TheOneBehindAFailedFirstContactMakesItsOwn) {
  Pair pair;
  const ConnId first = pair.connect();
  const ConnId second = pair.connect();
  pair.run(std::chrono::microseconds(35));  // the first one is under way, the second one waits
  ASSERT_EQ(pair.endpoint(kServer).connections()[1].state, "Queue");
  pair.tell(kServer, input::TcpDown{first, TcpEnd::Reset});
  pair.run();
  EXPECT_EQ(pair.app(kServer, first).closed, CloseReason::TcpFailed);
  EXPECT_TRUE(pair.both_connected(second));
}

TEST(ManyContacts, WaitingForAFirstContactEnds) {
  Pair pair;
  // The first client never confirms, but its TCP stays up.
  pair.hook = [](Side side, const Action& action) {
    const auto* write = std::get_if<action::WriteTcp>(&action);
    const bool lost = side == kServer && write != nullptr && write->conn == ConnId{0, 1};
    return lost ? Fate::drop() : Fate::pass();
  };
  pair.connect();
  const ConnId impatient = pair.connect();
  pair.run(seconds(2));
  const ConnId patient = pair.connect();
  pair.run(seconds(5));
  expect_declined(pair, impatient, {kServer, Diagnosis::NoActiveLink, 44});
  // The first one is given up after 6 s, and the last one gets its chance in time.
  EXPECT_TRUE(pair.both_connected(patient));
}

TEST(Roles, BothDirectionsHaveGroupsOfTheirOwn) {
  Pair pair;
  const ConnId one = pair.connect();
  pair.run();
  // The hosts change roles.
  const ConnId back{7, 1};
  const IpAddress a = ipv4(10, 0, 0, 2);
  const IpAddress b = ipv4(10, 0, 0, 1);
  pair.tell(kClient, input::TcpUp{back, Role::Server, true, a, b});
  pair.tell(kServer, input::TcpUp{back, Role::Client, true, b, a});
  pair.run();
  EXPECT_TRUE(pair.both_connected(one));
  EXPECT_TRUE(pair.both_connected(back));
  EXPECT_EQ(pair.endpoint(kClient).groups().size(), 2U);
}

TEST(Ipv6, SharesAPrefixAndConnects) {
  const auto address = [](std::uint8_t last) {
    IpAddress ip;
    ip.gid.bytes[0] = std::byte{0xFD};
    ip.gid.bytes[15] = std::byte{last};
    return ip;
  };
  Config client = client_config();
  Config server = server_config();
  client.devices[0].address = address(2);
  server.devices[0].address = address(1);
  client.devices[0].prefix_length = server.devices[0].prefix_length = 64;
  Pair pair(client, server);
  const ConnId conn{0, 1};
  pair.tell(kServer, input::TcpUp{conn, Role::Server, true, address(1), address(2)});
  pair.tell(kClient, input::TcpUp{conn, Role::Client, true, address(2), address(1)});
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
  const auto proposal = last_clc<wire::Proposal>(pair.socket(kClient, conn).written);
  ASSERT_TRUE(proposal.ip_area);
  EXPECT_EQ(proposal.ip_area->prefixes.size(), 1U);
}

TEST(RfcProfile, SpeaksTheLetterAndUnderstandsLinux) {
  Config client = client_config();
  client.profile = Profile::Rfc;
  Pair pair(client);
  const ConnId conn = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
  const auto proposal = last_clc<wire::Proposal>(pair.socket(kClient, conn).written);
  EXPECT_EQ(wire::encoded_size(proposal), 52U);
  EXPECT_EQ(proposal.version, 1);
  EXPECT_FALSE(last_clc<wire::Confirm>(pair.socket(kClient, conn).written).first_contact);
}

}  // namespace
}  // namespace smclab::test
