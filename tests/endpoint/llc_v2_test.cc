// SPDX-License-Identifier: MIT
//
// What happens on an established link of version 2: all messages are of that version, long ones
// are taken, and what differs from version 1 is answered as Linux answers it.
#include <gtest/gtest.h>

#include "tests/endpoint/story.h"

namespace smclab::test {
namespace {

using std::chrono::seconds;

constexpr wire::LlcHead kHead{.version = wire::LlcVersion::V2};

struct Version2 : Connected {
  Version2() : Connected(v2_client(), v2_server()) {}
  void receive(Side side, const Bytes& message) {
    inject_message(side, only_link(*this, side), message);
  }
  void expect_alive() {
    run();
    write(kClient, conn, pattern(10));
    run();
    EXPECT_EQ(app(kServer, conn).received, pattern(10));
  }
};
template <class T>
T last_posted(Pair& pair, Side side, std::uint8_t type) {
  const auto posted = pair.host(side).posted(type);
  const auto message = posted.empty() ? Result<T>(T{}) : wire::decode<T>(posted.back());
  EXPECT_TRUE(!posted.empty() && message) << "type " << unsigned{type};
  return message.value_or(T{});
}

wire::AddLink add_link(std::size_t keys) {
  wire::AddLink request{.head = kHead, .qpn = {0x12}, .link = {2}, .psn = {7}};
  request.mac = server_config().devices[0].mac;
  request.gid = v2_server().devices[0].gid;
  request.v2.emplace().direct = true;
  for (std::size_t i = 0; i < keys; ++i) request.v2->rkeys.push_back({.rkey = {1}});
  return request;
}

TEST(LlcV2, AddLinkWithAllItsKeysIsRejectedIn44Bytes) {
  for (const std::size_t keys : {1U, 255U}) {
    Version2 pair;
    const wire::AddLink request = add_link(keys);
    EXPECT_EQ(encoded(request).size(), 72 + 16 * keys);
    pair.receive(kClient, encoded(request));
    wire::AddLink answer = request;
    answer.head.response = answer.rejected = true;
    answer.v2.reset();
    EXPECT_EQ(pair.host(kClient).posted(0x22), std::vector<Bytes>{encoded(answer)});
    EXPECT_EQ(encoded(answer)[3], std::byte{0xC0});
    pair.expect_alive();
  }
}

TEST(LlcV2, RequestAddLinkIsAnsweredByTheServerOnly) {
  Version2 pair;
  wire::RequestAddLink request;
  request.gids.push_back(v2_client().devices[0].gid);
  pair.receive(kServer, encoded(request));
  wire::RequestAddLink answer;
  answer.head.response = true;
  EXPECT_EQ(pair.host(kServer).posted(0x25), std::vector<Bytes>{encoded(answer)});
  EXPECT_EQ(encoded(answer).size(), kMessageSize);
  pair.receive(kClient, encoded(request));
  EXPECT_TRUE(pair.host(kClient).posted(0x25).empty()) << "a client adds no links";
  pair.expect_alive();
}

TEST(LlcV2, DeleteRkeyOfManyKeysCountsTheUnknownOnes) {
  Version2 pair;
  wire::ConfirmRkey known{.head = kHead, .rkey = {7}, .address = {0x1000}};
  pair.receive(kServer, encoded(known));
  EXPECT_FALSE(last_posted<wire::ConfirmRkey>(pair, kServer, 0x26).negative);
  wire::DeleteRkey request{.head = kHead};
  for (std::uint32_t key = 1; key <= 255; ++key) request.rkeys.push_back({key * 7});
  pair.receive(kServer, encoded(request));
  const auto answer = last_posted<wire::DeleteRkey>(pair, kServer, 0x29);
  EXPECT_TRUE(answer.head.response);
  EXPECT_TRUE(answer.negative);
  EXPECT_EQ(answer.invalid_rkeys, 254);
  EXPECT_EQ(answer.rkeys.size(), 255U);
  pair.expect_alive();
}

TEST(LlcV2, DeleteRkeyIsAnsweredByACountAlone) {
  Version2 pair;
  pair.close(kClient, pair.conn);
  pair.run();
  for (const Side side : {kClient, kServer}) {
    EXPECT_EQ(pair.host(side).posted(0x29).size(), 2U) << "a request and an answer";
    EXPECT_EQ(pair.endpoint(side).dropped(), DropCounters{});
    EXPECT_FALSE(pair.endpoint(side).deadline() == pair.now()) << "nothing is waited for";
  }
  wire::DeleteRkey answer{.head = {.version = wire::LlcVersion::V2, .response = true}};
  answer.rkeys.resize(1);
  pair.receive(kClient, encoded(answer));
  EXPECT_EQ(pair.endpoint(kClient).dropped().out_of_flow, 1U) << "nobody waits for it now";
}

TEST(LlcV2, DeleteLinkAllIsAnsweredInItsVersion) {
  for (const Side side : {kClient, kServer}) {
    Version2 pair;
    pair.receive(side,
                 encoded(wire::DeleteLink{
                     .head = kHead, .all = true, .reason = wire::DeleteLinkReason::Operator}));
    pair.run(seconds(3));
    EXPECT_TRUE(last_posted<wire::DeleteLink>(pair, side, 0x24).all);
    EXPECT_TRUE(pair.host(side).posted(0x04).empty());
    for (const Side end : {kClient, kServer}) {
      EXPECT_EQ(pair.app(end, pair.conn).closed, CloseReason::LinkLost);
      expect_nothing_left(pair, end);
    }
  }
}

TEST(LlcV2, DeleteLinkOfTheOnlyLinkEndsTheGroup) {
  for (const Side side : {kClient, kServer}) {
    Version2 pair;
    pair.receive(side, encoded(wire::DeleteLink{.head = kHead,
                                                .orderly = true,
                                                .link = {1},
                                                .reason = wire::DeleteLinkReason::LostPath}));
    EXPECT_EQ(last_posted<wire::DeleteLink>(pair, side, 0x24).head.response, side == kClient);
    pair.run(seconds(40));
    expect_nothing_left(pair, side);
    expect_nothing_left(pair, other(side));
  }
}

TEST(LlcV2, MessagesOfTheOtherVersionAreUnknown) {
  Version2 pair;
  pair.receive(kServer, encoded(wire::TestLink{}));
  pair.receive(kServer, encoded(wire::DeleteLink{.all = true}));
  EXPECT_EQ(pair.endpoint(kServer).dropped().unknown, 2U);
  EXPECT_TRUE(pair.host(kServer).posted(0x07).empty());
  pair.expect_alive();
}

TEST(LlcV2, LongerMessagesOfALaterReleaseAreUnderstood) {
  Version2 pair;
  wire::TestLink request{.head = kHead};
  request.head.unknown = 8'000;
  request.user_data[0] = std::byte{9};
  pair.receive(kServer, encoded(request));
  const auto answer = last_posted<wire::TestLink>(pair, kServer, 0x27);
  EXPECT_EQ(answer.user_data, request.user_data);
  EXPECT_EQ(answer.head.unknown, 0) << "what we do not know we do not repeat";
  pair.expect_alive();
}

TEST(LlcV2, HostileLengthsAndCountsAreDropped) {
  Version2 pair;
  Bytes keys = encoded(add_link(3));
  keys[70] = std::byte{4};
  pair.receive(kClient, keys);
  keys[70] = std::byte{2};
  pair.receive(kClient, keys);
  Bytes test = encoded(wire::TestLink{.head = kHead});
  test[1] = std::byte{45};
  pair.receive(kClient, test);
  pair.receive(kClient, Bytes(kLargestMessage, std::byte{0x22}));
  pair.receive(kClient, Bytes(43, std::byte{0x27}));
  EXPECT_EQ(pair.endpoint(kClient).dropped().malformed, 5U);
  EXPECT_TRUE(pair.host(kClient).posted(0x22).empty());
  pair.expect_alive();
}

}  // namespace
}  // namespace smclab::test
