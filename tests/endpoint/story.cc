// SPDX-License-Identifier: MIT
#include "tests/endpoint/story.h"

namespace smclab::test {

std::vector<wire::ClcMessage> clc_of(const Bytes& stream) {
  std::vector<wire::ClcMessage> messages;
  for (std::size_t at = 0; at < stream.size();) {
    const auto rest = std::span(stream).subspan(at);
    const auto header = wire::peek_clc(rest);
    if (!header || header->length > rest.size()) break;
    const auto message = wire::decode_clc(rest.first(header->length));
    if (!message) break;
    messages.push_back(*message);
    at += header->length;
  }
  return messages;
}

void expect_declined(Pair& pair, ConnId conn, const Declined& declined) {
  const auto [side, why, size] = declined;
  EXPECT_TRUE(pair.app(side, conn).fell_back);
  EXPECT_EQ(pair.app(side, conn).own, why);
  EXPECT_EQ(pair.app(side, conn).peer, Diagnosis::None);
  const Bytes& written = pair.socket(side, conn).written;
  ASSERT_GE(written.size(), size);
  const auto decline = wire::decode<wire::Decline>(std::span(written).last(size));
  ASSERT_TRUE(decline);
  EXPECT_EQ(decline->diagnosis, why);
  EXPECT_EQ(decline->out_of_sync, why == Diagnosis::OutOfSync);
  EXPECT_EQ(decline->peer_id, pair.endpoint(side).config().peer_id);
  EXPECT_TRUE(pair.app(other(side), conn).fell_back);
  EXPECT_EQ(pair.app(other(side), conn).own, Diagnosis::PeerDeclined);
  EXPECT_EQ(pair.app(other(side), conn).peer, why);
  // All CLC was read, and not a byte more: the application's data begins where it should.
  EXPECT_TRUE(pair.socket(other(side), conn).inbox.empty());
  EXPECT_EQ(pair.socket(other(side), conn).taken, written.size());
  EXPECT_FALSE(pair.socket(side, conn).wanted.has_value());
  EXPECT_FALSE(pair.socket(other(side), conn).wanted.has_value());
}

void expect_nothing_left(Pair& pair, Side side) {
  const Endpoint& endpoint = pair.endpoint(side);
  EXPECT_TRUE(endpoint.connections().empty());
  EXPECT_TRUE(endpoint.groups().empty());
  EXPECT_TRUE(endpoint.links().empty());
  EXPECT_TRUE(endpoint.buffers().all().empty());
  EXPECT_EQ(endpoint.deadline(), std::nullopt);
  EXPECT_TRUE(pair.host(side).queue_pairs.empty());
  EXPECT_TRUE(pair.host(side).memories.empty());
}

LinkId only_link(const Pair& pair, Side side) {
  EXPECT_EQ(pair.endpoint(side).links().size(), 1U);
  LinkId only;
  pair.endpoint(side).links().for_each([&](LinkId id, const Link&) { only = id; });
  return only;
}

GroupId only_group(const Pair& pair, Side side) {
  EXPECT_EQ(pair.endpoint(side).groups().size(), 1U);
  GroupId only;
  pair.endpoint(side).groups().for_each([&](GroupId id, const LinkGroup&) { only = id; });
  return only;
}

Connected::Connected(const Config& client, const Config& server) : Pair(client, server) {
  conn = connect();
  run(std::chrono::milliseconds(5));
  EXPECT_TRUE(both_connected(conn));
}

}  // namespace smclab::test
