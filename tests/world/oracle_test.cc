// SPDX-License-Identifier: MIT
#include "emu/world/oracle.h"

#include <gtest/gtest.h>

#include <vector>

namespace smclab::world {
namespace {

std::vector<std::byte> text(std::string_view letters) {
  std::vector<std::byte> bytes;
  for (const char c : letters) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

TEST(Oracle, AcceptsAnyPrefix) {
  Oracle oracle;
  const StreamId stream{oracle.open(), true};
  const auto sent = text("hello world");
  oracle.sent(stream, {sent, {}});
  const auto first = text("hel");
  const auto second = text("lo ");
  const auto third = text("w");
  oracle.received(stream, {first, {}});
  oracle.received(stream, {second, third});
  EXPECT_TRUE(oracle.complaints().empty());
}

TEST(Oracle, SeesAWrongByte) {
  Oracle oracle;
  const StreamId stream{oracle.open(), false};
  const auto sent = text("hello");
  const auto wrong = text("help");
  oracle.sent(stream, {sent, {}});
  oracle.received(stream, {wrong, {}});
  ASSERT_EQ(oracle.complaints().size(), 1U);
  EXPECT_EQ(oracle.complaints()[0],
            "connection 0, server to client: byte 3 is not the one that was sent");
}

TEST(Oracle, SeesABytePastTheEnd) {
  Oracle oracle;
  const StreamId stream{oracle.open(), true};
  const auto sent = text("ab");
  const auto more = text("abc");
  oracle.sent(stream, {sent, {}});
  oracle.received(stream, {more, {}});
  EXPECT_EQ(oracle.complaints().size(), 1U);
  oracle.sent(stream, 5);
  oracle.received(stream, 8);
  EXPECT_EQ(oracle.complaints().size(), 1U) << "one complaint a stream";
}

TEST(Oracle, SeesAnEarlyEnd) {
  Oracle oracle;
  const StreamId complete{oracle.open(), true};
  oracle.sent(complete, 10);
  oracle.received(complete, 4);
  oracle.ended(complete, 6);
  EXPECT_TRUE(oracle.complaints().empty());
  const StreamId early{oracle.open(), true};
  oracle.sent(early, 10);
  oracle.received(early, 4);
  oracle.ended(early, 5);
  ASSERT_EQ(oracle.complaints().size(), 1U);
  EXPECT_EQ(oracle.complaints()[0], "connection 1, client to server: it ended after 9 of 10 bytes");
}

TEST(Oracle, KeepsDirectionsApart) {
  Oracle oracle;
  const std::uint32_t connection = oracle.open();
  const auto up = text("up");
  const auto down = text("down");
  oracle.sent({connection, true}, {up, {}});
  oracle.sent({connection, false}, {down, {}});
  oracle.received({connection, false}, {down, {}});
  oracle.received({connection, true}, {up, {}});
  EXPECT_TRUE(oracle.complaints().empty());
}

}  // namespace
}  // namespace smclab::world
