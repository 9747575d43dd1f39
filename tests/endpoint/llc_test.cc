// SPDX-License-Identifier: MIT
//
// What happens on an established link: ADD LINK, TEST LINK, DELETE LINK, keys, and idle groups.
#include <gtest/gtest.h>

#include "tests/endpoint/story.h"

namespace smclab::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void receive(Pair& pair, Side side, const Bytes& message) {
  pair.inject_message(side, only_link(pair, side), message);
}
template <class T>
T last_posted(Pair& pair, Side side, std::uint8_t type) {
  const auto posted = pair.host(side).posted(type);
  EXPECT_FALSE(posted.empty());
  const auto message = posted.empty() ? Result<T>(T{}) : wire::decode<T>(posted.back());
  EXPECT_TRUE(message);
  return message ? *message : T{};
}

// Also the fake one of a server that has one port only, which names the first link's.
TEST(AddLink, IsRejectedAndTheConnectionLives) {
  Connected pair;
  const Device& server = pair.endpoint(kServer).config().devices[0];
  const wire::AddLink request{.mac = server.mac,
                              .gid = server.gid,
                              .qpn = {0x12},
                              .link = {2},
                              .mtu = MtuCode::Mtu1024,
                              .psn = {0x80'9515}};
  receive(pair, kClient, encoded(request));
  wire::AddLink answer = request;
  answer.head.response = answer.rejected = true;
  answer.reason = wire::AddLinkReject::NoAlternatePath;
  EXPECT_EQ(pair.host(kClient).posted(2), std::vector<Bytes>{encoded(answer)});
  pair.run();
  EXPECT_EQ(pair.endpoint(kServer).dropped().out_of_flow, 1U) << "nobody asked";
  pair.write(kServer, pair.conn, pattern(10));
  pair.run();
  EXPECT_EQ(pair.app(kClient, pair.conn).received, pattern(10));
}

TEST(AddLink, OfAClientIsIgnored) {
  Connected pair;
  receive(pair, kServer, encoded(wire::AddLink{}));
  EXPECT_TRUE(pair.host(kServer).posted(2).empty());
  EXPECT_EQ(pair.endpoint(kServer).dropped().out_of_flow, 1U);
}

TEST(TestLink, IsAnsweredAtOnce) {
  Connected pair;
  wire::TestLink request;
  request.user_data[3] = std::byte{9};
  receive(pair, kServer, encoded(request));
  request.head.response = true;
  EXPECT_EQ(pair.host(kServer).posted(7), std::vector<Bytes>{encoded(request)});
}

TEST(TestLink, AsksASilentLinkAndGoesOn) {
  Config server = server_config();
  server.smcr_testlink_time = seconds(1);
  Config client = client_config();
  client.smcr_testlink_time = Duration{};
  Connected pair(client, server);
  pair.run(milliseconds(4500));
  EXPECT_EQ(pair.host(kServer).posted(7).size(), 4U);
  EXPECT_EQ(pair.host(kClient).posted(7).size(), 4U);
  EXPECT_EQ(pair.endpoint(kServer).links().size(), 1U);
}

TEST(TestLink, IsNotSentWhileMessagesArrive) {
  Config server = server_config();
  server.smcr_testlink_time = seconds(1);
  Connected pair(client_config(), server);
  for (int i = 0; i < 10; ++i) {
    pair.write(kClient, pair.conn, pattern(10));
    pair.run(milliseconds(700));
  }
  EXPECT_TRUE(pair.host(kServer).posted(7).empty());
}

TEST(TestLink, UnansweredLosesTheLink) {
  Connected pair;
  pair.hook = [](Side, const Action& action) {
    return std::holds_alternative<action::PostSend>(action) ? Fate::drop() : Fate::pass();
  };
  pair.run(seconds(33));
  for (const Side side : {kClient, kServer}) {
    EXPECT_TRUE(pair.app(side, pair.conn).closed.has_value());
    expect_nothing_left(pair, side);
  }
  EXPECT_EQ(pair.app(kServer, pair.conn).closed, CloseReason::LinkLost) << "it was first to ask";
}

TEST(TestLink, AnotherEchoLosesTheLink) {
  Config client = client_config();
  client.profile = Profile::Rfc;
  client.smcr_testlink_time = seconds(1);
  Connected pair(client);
  pair.hook = [](Side side, const Action& action) {
    const bool posts = std::holds_alternative<action::PostSend>(action);
    return side == kClient && posts ? Fate::drop() : Fate::pass();
  };
  pair.run(milliseconds(1100));
  EXPECT_EQ(pair.host(kClient).posted(7).size(), 1U);
  wire::TestLink answer{.head = {.response = true}};
  receive(pair, kClient, encoded(answer));
  EXPECT_EQ(pair.app(kClient, pair.conn).closed, CloseReason::LinkLost);
}

TEST(TestLink, AnswerToNothingIsDropped) {
  Connected pair;
  receive(pair, kClient, encoded(wire::TestLink{.head = {.response = true}}));
  EXPECT_EQ(pair.endpoint(kClient).dropped().out_of_flow, 1U);
}

TEST(TestLink, AFloodGetsNoMoreAnswersThanThereIsRoomFor) {
  Connected pair;
  for (int i = 0; i < 1000; ++i) receive(pair, kServer, encoded(wire::TestLink{}));
  EXPECT_EQ(pair.host(kServer).posted(7).size(), 16U) << "the send slots";
  pair.run();
  EXPECT_EQ(pair.host(kServer).posted(7).size(), 24U) << "and what waited in the outbox";
  pair.write(kServer, pair.conn, pattern(10));
  pair.run();
  EXPECT_EQ(pair.app(kClient, pair.conn).received, pattern(10));
}

TEST(DeleteLink, AllEndsTheGroupAndIsAnswered) {
  for (const Side side : {kClient, kServer}) {
    Connected pair;
    receive(pair, side,
            encoded(wire::DeleteLink{.all = true, .reason = wire::DeleteLinkReason::Operator}));
    pair.run(seconds(3));
    const auto answer = last_posted<wire::DeleteLink>(pair, side, 4);
    EXPECT_TRUE(answer.all);
    EXPECT_EQ(answer.reason, wire::DeleteLinkReason::Program);
    for (const Side end : {kClient, kServer}) {
      EXPECT_EQ(pair.app(end, pair.conn).closed, CloseReason::LinkLost);
      EXPECT_TRUE(pair.app(end, pair.conn).released);
      expect_nothing_left(pair, end);
    }
  }
}

TEST(DeleteLink, OfTheOnlyLinkEndsTheGroup) {
  for (const Side side : {kClient, kServer}) {
    Connected pair;
    const wire::DeleteLink request{
        .orderly = true, .link = {1}, .reason = wire::DeleteLinkReason::LostPath};
    receive(pair, side, encoded(request));
    const auto reply = last_posted<wire::DeleteLink>(pair, side, 4);
    // A client answers; a server sends the client's notice back as its own request.
    EXPECT_EQ(reply.head.response, side == kClient);
    EXPECT_EQ(reply.reason,
              side == kClient ? wire::DeleteLinkReason::None : wire::DeleteLinkReason::LostPath);
    EXPECT_EQ(pair.app(side, pair.conn).closed, CloseReason::LinkLost);
    pair.run(seconds(40));
    expect_nothing_left(pair, side);
    expect_nothing_left(pair, other(side));
  }
}

TEST(DeleteLink, OfAnUnknownLinkIsAnsweredSo) {
  Connected pair;
  receive(pair, kClient, encoded(wire::DeleteLink{.link = {9}}));
  const auto answer = last_posted<wire::DeleteLink>(pair, kClient, 4);
  EXPECT_TRUE(answer.head.response);
  EXPECT_EQ(answer.reason, wire::DeleteLinkReason::UnknownLink);
  receive(pair, kClient, encoded(answer));
  EXPECT_EQ(pair.endpoint(kClient).dropped().out_of_flow, 1U);
  pair.run();
  EXPECT_EQ(pair.endpoint(kClient).links().size(), 1U);
}

TEST(DeleteLink, BeforeConfirmLinkMakesTheClientWaitForTheDecline) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    const bool llc = side == kServer && std::holds_alternative<action::PostSend>(action);
    return llc ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(milliseconds(100));
  receive(pair, kClient, encoded(wire::DeleteLink{.all = true}));
  pair.run(milliseconds(2800));
  EXPECT_FALSE(pair.app(kClient, conn).fell_back) << "ours must not cross the server's Decline";
  pair.run(milliseconds(200));
  expect_declined(pair, conn, {kServer, Diagnosis::ConfirmLinkTimeout, 44});
}

TEST(DeleteLink, BeforeConfirmLinkAndNoDeclineEndsTheConnection) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    const bool late = pair.now() > Instant(milliseconds(100));
    const bool llc = std::holds_alternative<action::PostSend>(action);
    const bool clc = late && std::holds_alternative<action::WriteTcp>(action);
    return side == kServer && (llc || clc) ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(milliseconds(100));
  receive(pair, kClient, encoded(wire::DeleteLink{.all = true}));
  pair.run(milliseconds(5900));
  EXPECT_FALSE(pair.app(kClient, conn).closed);
  pair.run(milliseconds(200));
  EXPECT_EQ(pair.app(kClient, conn).closed, CloseReason::TcpFailed);
  EXPECT_FALSE(pair.app(kClient, conn).fell_back);
}

TEST(DeleteLink, OfTheClientMakesTheServerWaitForTheDecline) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    const bool llc = side == kClient && std::holds_alternative<action::PostSend>(action);
    return llc ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(milliseconds(100));
  receive(pair, kServer, encoded(wire::DeleteLink{.all = true}));
  pair.run(milliseconds(900));
  EXPECT_FALSE(pair.app(kServer, conn).fell_back);
  pair.run(milliseconds(200));
  EXPECT_EQ(pair.app(kServer, conn).own, Diagnosis::ConfirmLinkTimeout);
}

TEST(IdleGroup, IsDeletedByTheServerAndAnswered) {
  Connected pair;
  pair.close(kClient, pair.conn);
  pair.run(seconds(599));
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U);
  pair.run(seconds(10));
  const auto notice = last_posted<wire::DeleteLink>(pair, kServer, 4);
  EXPECT_TRUE(notice.all);
  EXPECT_TRUE(notice.orderly);
  EXPECT_EQ(notice.reason, wire::DeleteLinkReason::Program);
  EXPECT_EQ(pair.host(kClient).posted(4).size(), 1U);
  expect_nothing_left(pair, kServer);
  expect_nothing_left(pair, kClient);
}

TEST(IdleGroup, LivesWhenAConnectionComesInTime) {
  Connected pair;
  pair.close(kClient, pair.conn);
  pair.run(seconds(590));
  const ConnId second = pair.connect();
  pair.run(seconds(30));
  EXPECT_TRUE(pair.both_connected(second));
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U);
  EXPECT_FALSE(last_clc<wire::Accept>(pair.socket(kServer, second).written).first_contact);
}

TEST(IdleGroup, IsGoneInTheEndThoughThePeerIsSilent) {
  Connected pair;
  pair.close(kClient, pair.conn);
  pair.run(seconds(10));
  pair.hook = [](Side, const Action& action) {
    return std::holds_alternative<action::PostSend>(action) ? Fate::drop() : Fate::pass();
  };
  pair.run(seconds(700));
  expect_nothing_left(pair, kServer);
  expect_nothing_left(pair, kClient);
}

TEST(Rkeys, UnknownOnesAreMarkedInTheAnswer) {
  Connected pair;
  wire::DeleteRkey request;
  request.rkeys.push_back({0xAAAA});
  request.rkeys.push_back({0xBBBB});
  receive(pair, kServer, encoded(request));
  const auto answer = last_posted<wire::DeleteRkey>(pair, kServer, 9);
  EXPECT_TRUE(answer.negative);
  EXPECT_EQ(answer.error_mask, 0xC0);
}

TEST(Rkeys, DeletingTheOneInUseBreaksItsConnection) {
  Connected pair;
  const auto confirm = last_clc<wire::Confirm>(pair.socket(kClient, pair.conn).written);
  wire::DeleteRkey request;
  request.rkeys.push_back(confirm.end.rkey);
  receive(pair, kServer, encoded(request));
  EXPECT_FALSE(last_posted<wire::DeleteRkey>(pair, kServer, 9).negative);
  EXPECT_EQ(pair.app(kServer, pair.conn).closed, CloseReason::Violation);
}

// The peer waited for our half of the close as long as it could (RFC 7609 §4.8.1) and then took its
// element back: it broke no rule, and neither did this application, which never closed.
TEST(Rkeys, DeletedByAPeerThatHasClosedAreAReset) {
  Connected pair;
  pair.auto_close = false;
  // TCP's RST says the same, if it is not lost or late.
  pair.hook = [](Side side, const Action& action) {
    const bool reset = std::holds_alternative<action::ResetTcp>(action);
    return side == kClient && reset ? Fate::drop() : Fate::pass();
  };
  pair.close(kClient, pair.conn);
  pair.run(seconds(59));
  EXPECT_TRUE(pair.app(kServer, pair.conn).end_of_stream);
  EXPECT_FALSE(pair.app(kServer, pair.conn).closed);
  pair.run(seconds(2));
  EXPECT_EQ(pair.app(kClient, pair.conn).closed, CloseReason::TimedOut);
  EXPECT_EQ(pair.app(kServer, pair.conn).closed, CloseReason::ResetByPeer);
}

TEST(Rkeys, AnElementInUseThatIsGivenAgainBreaksTheOldConnection) {
  Connected pair;
  const auto first = last_clc<wire::Confirm>(pair.socket(kClient, pair.conn).written);
  const ConnId second{1, 1};
  pair.hook = [&](Side side, const Action& action) {
    const auto* write = std::get_if<action::WriteTcp>(&action);
    if (side != kClient || write == nullptr || write->bytes.length != 68) return Fate::pass();
    auto confirm = last_clc<wire::Confirm>(pair.socket(kClient, second).written);
    confirm.end.rkey = first.end.rkey;
    confirm.end.rmb_address = first.end.rmb_address;
    pair.inject_tcp(kServer, second, encoded(confirm));
    return Fate::drop();
  };
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.app(kServer, second).connected);
  EXPECT_EQ(pair.app(kServer, pair.conn).closed, CloseReason::Violation);
}

TEST(Rkeys, AnswersOutOfFlowAreDropped) {
  Connected pair;
  receive(pair, kServer, encoded(wire::ConfirmRkey{.head = {.response = true}}));
  wire::DeleteRkey answer{.head = {.response = true}};
  answer.rkeys.push_back({1});
  receive(pair, kServer, encoded(answer));
  EXPECT_EQ(pair.endpoint(kServer).dropped().out_of_flow, 2U);
}

TEST(Rkeys, AFullTableIsANegativeAnswer) {
  Config server = server_config();
  server.limits.rmbs_per_group = 2;
  Connected pair(client_config(), server);
  for (std::uint32_t key = 1; key <= 2; ++key) {
    receive(pair, kServer, encoded(wire::ConfirmRkey{.rkey = {key}, .address = {key * 4096}}));
  }
  const auto answer = last_posted<wire::ConfirmRkey>(pair, kServer, 6);
  EXPECT_TRUE(answer.negative);
  EXPECT_TRUE(answer.retry);
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U);
}

TEST(Rkeys, KeysOfUnknownLinksAreSkipped) {
  Connected pair;
  wire::ConfirmRkey request{.other_links = 2, .rkey = {1}, .address = {4096}};
  request.others[0] = {.link = {1}, .rkey = {2}, .address = {8192}};
  request.others[1] = {.link = {7}, .rkey = {3}, .address = {8192}};
  receive(pair, kServer, encoded(request));
  EXPECT_FALSE(last_posted<wire::ConfirmRkey>(pair, kServer, 6).negative);
}

TEST(Hostile, UnknownAndMalformedMessagesAreDroppedAndCounted) {
  Connected pair;
  Bytes message(44, std::byte{0});
  for (unsigned type = 0; type < 256; ++type) {
    if (type == 0xFE || (type & 0x1F) <= 9) continue;
    message[0] = std::byte(type);
    receive(pair, kServer, message);
  }
  EXPECT_GT(pair.endpoint(kServer).dropped().unknown, 100U);
  receive(pair, kServer, {});
  receive(pair, kServer, Bytes(43, std::byte{1}));
  receive(pair, kServer, Bytes(8192, std::byte{1}));
  receive(pair, kServer, Bytes(44, std::byte{0xFE}));
  EXPECT_EQ(pair.endpoint(kServer).dropped().malformed, 4U);
  wire::Cdc stranger{.sequence = 1, .token = {12'345}};
  receive(pair, kServer, encoded(stranger));
  EXPECT_EQ(pair.endpoint(kServer).dropped().no_token, 1U);
  pair.run();
  EXPECT_EQ(pair.endpoint(kServer).links().size(), 1U);
}

TEST(Hostile, TheRfcTakesTheLinkDown) {
  Config server = server_config();
  server.profile = Profile::Rfc;
  Connected pair(client_config(), server);
  receive(pair, kServer, Bytes(43, std::byte{1}));
  EXPECT_EQ(pair.app(kServer, pair.conn).closed, CloseReason::LinkLost);
}

TEST(Hostile, VersionTwoTypesAreUnknownToAVersionOneGroup) {
  Connected pair;
  receive(pair, kServer, encoded(wire::TestLink{.head = {.version = wire::LlcVersion::V2}}));
  EXPECT_EQ(pair.endpoint(kServer).dropped().unknown, 1U);
}

TEST(Hostile, ContinuationsNobodyWaitsForAreDropped) {
  Connected pair;
  receive(pair, kServer, encoded(wire::AddLinkContinuation{.link = {1}}));
  wire::ConfirmRkeyContinuation more{.links_left = 1};
  more.others[0].link = {2};
  receive(pair, kServer, encoded(more));
  EXPECT_EQ(pair.endpoint(kServer).dropped().out_of_flow, 2U);
}

TEST(LinkLoss, SendErrorEndsEverything) {
  Connected pair;
  pair.hook = [](Side side, const Action& action) {
    const bool posts = std::holds_alternative<action::PostSend>(action);
    return side == kClient && posts ? Fate::deny() : Fate::pass();
  };
  pair.write(kClient, pair.conn, pattern(10));
  pair.run(seconds(40));
  EXPECT_EQ(pair.app(kClient, pair.conn).closed, CloseReason::LinkLost);
  EXPECT_TRUE(pair.socket(kClient, pair.conn).reset);
  expect_nothing_left(pair, kClient);
  expect_nothing_left(pair, kServer);
}

TEST(LinkLoss, WriteErrorEndsEverythingEvenIfItWasNotPosted) {
  Connected pair;
  pair.hook = [](Side, const Action& action) {
    const bool writes = std::holds_alternative<action::PostWrite>(action);
    return writes ? Fate{.kind = Fate::Kind::Deny, .status = CompletionStatus::NotPosted}
                  : Fate::pass();
  };
  pair.write(kClient, pair.conn, pattern(10));
  pair.run();
  EXPECT_EQ(pair.app(kClient, pair.conn).closed, CloseReason::LinkLost);
}

TEST(LinkLoss, TheNextConnectionMakesANewGroup) {
  Connected pair;
  pair.tell(kServer, input::PortState{DeviceId{0}, false});
  pair.run(seconds(40));
  pair.tell(kServer, input::PortState{DeviceId{0}, true});
  const ConnId second = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(second));
}

TEST(SendSlots, AreSharedInTurnWhenTheyRunShort) {
  Config client = client_config();
  client.limits.send_slots_per_link = 2;
  client.autocorking_size = 0;
  Connected pair(client);
  std::array<ConnId, 4> conns = {pair.conn};
  for (std::size_t i = 1; i < conns.size(); ++i) conns[i] = pair.connect();
  pair.run(milliseconds(5));
  for (unsigned round = 0; round < 20; ++round) {
    for (const ConnId conn : conns) pair.write(kClient, conn, pattern(100, round));
  }
  EXPECT_FALSE(pair.endpoint(kClient).links().at(only_link(pair, kClient)).waiting.empty());
  pair.run(milliseconds(50));
  for (const ConnId conn : conns) EXPECT_EQ(pair.app(kServer, conn).received.size(), 2000U);
}

TEST(LateBytes, OnTheTcpStreamBreakTheConnection) {
  Connected pair;
  pair.inject_tcp(kServer, pair.conn, encoded(wire::Decline{}));
  EXPECT_EQ(pair.app(kServer, pair.conn).closed, CloseReason::Violation);
}

TEST(Refused, WhatConnectionsCannotDo) {
  Pair pair;
  const ConnId conn = pair.connect();
  pair.tell(kClient, input::Wrote{conn, 1});
  pair.tell(kClient, input::Read{ConnId{50, 1}, 1});
  pair.tell(kClient, input::Shutdown{ConnId{0, 2}});
  EXPECT_EQ(pair.app(kClient, conn).refusals, std::vector<Refusal>{Refusal::NotConnected});
  EXPECT_EQ(pair.app(kClient, {50, 1}).refusals, std::vector<Refusal>{Refusal::UnknownConnection});
  // What a driver tells of things that are gone is no error.
  pair.tell(kClient, input::TcpDown{ConnId{50, 1}, TcpEnd::Fin});
  pair.tell(kClient, input::QpMade{LinkId{5, 5}, true, {}});
  pair.tell(kClient, input::QpMoved{LinkId{5, 5}, QpState::ReadyToSend, true});
  pair.tell(kClient, input::BufferMade{BufferId{5, 5}, true});
  pair.tell(kClient, input::BufferRegistered{BufferId{5, 5}, LinkId{5, 5}, true});
  pair.tell(kClient, input::SendDone{LinkId{5, 5}, 1});
  pair.tell(kClient, input::QpFailed{LinkId{5, 5}});
  pair.tell(kClient, input::PortState{DeviceId{99}, false});
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
}

}  // namespace
}  // namespace smclab::test
