// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/queue_pairs.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/capture/bytes.h"

namespace smclab::capture {
namespace {

using roce::Part;
using testing::Bytes;
using testing::text;

RoceSend packet(Part part, std::uint32_t psn, const Bytes& payload) {
  return {.source = ipv4(10, 0, 0, 2),
          .destination = ipv4(10, 0, 0, 1),
          .qpn = {17},
          .psn = {psn},
          .part = part,
          .payload = payload,
          .payload_length = payload.size()};
}

// What came out whole, with a star for a resend.
std::string added(QueuePairs& pairs, Part part, std::uint32_t psn, std::string_view letters) {
  const Bytes payload = text(letters);
  const auto message = pairs.add(packet(part, psn, payload));
  if (!message) return "";
  std::string got;
  for (const std::byte b : message->bytes) got.push_back(static_cast<char>(b));
  return got + (message->retransmission ? "*" : "");
}

TEST(PsnWindow, TellsResendsFromReorderedAndFromNewConnections) {
  PsnWindow window;
  EXPECT_FALSE(window.note({0xFFFFFE}));
  EXPECT_FALSE(window.note({1}));
  EXPECT_FALSE(window.note({0xFFFFFF}));
  EXPECT_TRUE(window.note({0xFFFFFE}));
  EXPECT_TRUE(window.note({1}));
  EXPECT_FALSE(window.note({0x800000}));
  EXPECT_FALSE(window.note({1}));
}

TEST(QueuePairs, KnowsWhichWereNamed) {
  QueuePairs pairs;
  EXPECT_FALSE(pairs.add(packet(Part::Only, 1, {}))->known);
  pairs.learn({ipv4(10, 0, 0, 1).gid, {17}});
  EXPECT_TRUE(pairs.add(packet(Part::Only, 2, {}))->known);
  RoceSend elsewhere = packet(Part::Only, 3, {});
  elsewhere.destination = ipv4(10, 0, 0, 3);
  EXPECT_FALSE(pairs.add(elsewhere)->known);
  pairs.learn({ipv4(10, 0, 0, 3).gid, {0}});
  elsewhere.qpn = {0};
  EXPECT_FALSE(pairs.add(elsewhere)->known);
}

TEST(QueuePairs, JoinsThePacketsOfAMessage) {
  QueuePairs pairs;
  EXPECT_EQ(added(pairs, Part::First, 0xFFFFFF, "ab"), "");
  EXPECT_EQ(added(pairs, Part::Middle, 0, "cd"), "");
  EXPECT_EQ(added(pairs, Part::Last, 1, "e"), "abcde");
  EXPECT_EQ(added(pairs, Part::Last, 1, "e"), "");
}

TEST(QueuePairs, TakesAResendInTheMiddleAsTheSamePacket) {
  QueuePairs pairs;
  added(pairs, Part::First, 5, "ab");
  added(pairs, Part::Middle, 6, "cd");
  EXPECT_EQ(added(pairs, Part::Middle, 6, "cd"), "");
  EXPECT_EQ(added(pairs, Part::Last, 7, "e"), "abcde");
  added(pairs, Part::First, 5, "ab");
  added(pairs, Part::Middle, 6, "cd");
  EXPECT_EQ(added(pairs, Part::Last, 7, "e"), "abcde*");
}

TEST(QueuePairs, GivesNothingWhereAPacketIsMissing) {
  QueuePairs pairs;
  added(pairs, Part::First, 5, "ab");
  EXPECT_EQ(added(pairs, Part::Last, 7, "e"), "");
  EXPECT_EQ(added(pairs, Part::Last, 8, "f"), "");
  EXPECT_EQ(added(pairs, Part::Only, 9, "whole"), "whole");
}

TEST(QueuePairs, JoinsNoMoreThanAMessageCanBe) {
  QueuePairs pairs;
  const std::string block(4096, 'x');
  added(pairs, Part::First, 1, block);
  added(pairs, Part::Middle, 2, block);
  EXPECT_EQ(added(pairs, Part::Last, 3, "y"), "");
}

TEST(QueuePairs, BeginsAnewWithAnotherPeer) {
  QueuePairs pairs;
  added(pairs, Part::Only, 1, "a");
  RoceSend other = packet(Part::Only, 1, {});
  other.source = ipv4(10, 0, 0, 9);
  EXPECT_FALSE(pairs.add(other)->retransmission);
}

TEST(QueuePairs, ForgetsTheOldestBeyondItsBound) {
  QueuePairs pairs;
  const Gid gid = ipv4(10, 0, 0, 1).gid;
  pairs.learn({gid, {17}});
  for (std::uint32_t qpn = 100; qpn < 100 + QueuePairs::kMost; ++qpn) pairs.learn({gid, {qpn}});
  EXPECT_FALSE(pairs.add(packet(Part::Only, 1, {}))->known);
}

}  // namespace
}  // namespace smclab::capture
