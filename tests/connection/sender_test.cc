// SPDX-License-Identifier: MIT
#include "protocol/connection/sender.h"

#include <gtest/gtest.h>

#include "tests/connection/pair.h"

namespace smclab {
namespace {

using test::Pair;
using test::PairSizes;

constexpr PairSizes kTiny{.send = 16, .rmb = 16, .widths = {.smallest_ring = 16}};

const action::PostWrite& write_at(const test::Side& side, std::size_t place) {
  return std::get<action::PostWrite>(side.wire.at(place));
}

TEST(Sender, WritesAndThenTellsWithBothCursors) {
  Pair pair;
  pair.a.write(1000);
  ASSERT_EQ(pair.a.wire.size(), 2U);
  const action::PostWrite& write = write_at(pair.a, 0);
  EXPECT_EQ(write.link, pair.a.link.id);
  EXPECT_EQ(write.buffer, pair.a.conn.send_buffer);
  EXPECT_EQ(write.offset, 0U);
  EXPECT_EQ(write.length, 1000U);
  EXPECT_EQ(write.wrapped, 0U);
  EXPECT_EQ(write.target.value, 0x1000U);
  const wire::Cdc expected{.sequence = 1, .token = {101}, .producer = {0, 1000}};
  EXPECT_EQ(pair.a.cdcs().front(), expected);
  pair.settle();
  EXPECT_EQ(pair.b.read(1000), 1000U);
  EXPECT_EQ(pair.a.conn.txfin, (Cursor{0, 1000})) << "the completion freed the send buffer";
}

TEST(Sender, SplitsWhereTheTargetWraps) {
  Pair pair(PairSizes{.send = 32'768}, PairSizes{.rmb = 16'384});
  pair.a.write(10'000);
  pair.settle();
  pair.b.read(10'000);
  pair.settle();
  pair.a.write(12'000);
  ASSERT_EQ(pair.a.writes(), 2U);
  EXPECT_EQ(write_at(pair.a, 0).length, 6'384U);
  EXPECT_EQ(write_at(pair.a, 1).length, 12'000U - 6'384U);
  EXPECT_EQ(write_at(pair.a, 1).target.value, 0x1000U) << "the second begins at the RMBE's start";
  EXPECT_EQ(pair.a.cdcs().front().producer, (wire::CdcCursor{1, 5'616}));
  pair.settle();
  EXPECT_EQ(pair.b.read(12'000), 12'000U);
}

TEST(Sender, TakesTwoSlicesWhereTheSourceWraps) {
  Pair pair(PairSizes{.send = 16'384}, PairSizes{.rmb = 65'536});
  pair.a.write(10'000);
  pair.settle();
  pair.a.write(12'000);
  ASSERT_EQ(pair.a.writes(), 1U);
  EXPECT_EQ(write_at(pair.a, 0).length, 6'384U);
  EXPECT_EQ(write_at(pair.a, 0).wrapped, 5'616U);
  pair.settle();
  EXPECT_EQ(pair.b.read(22'000), 22'000U);
}

TEST(Sender, SaysBlockedIfAndOnlyIfTheDataFillsTheWindow) {
  for (const std::uint32_t bytes : {16'383U, 16'384U, 16'385U}) {
    Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
    pair.a.write(bytes);
    const wire::Cdc cdc = pair.a.cdcs().front();
    EXPECT_EQ(cdc.write_blocked, bytes >= 16'384) << bytes;
    EXPECT_EQ(pair.a.conn.unsent(), bytes > 16'384 ? bytes - 16'384 : 0);
  }
}

TEST(Sender, TakesBlockedBackWithTheWriteThatFits) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.a.write(20'000);
  pair.settle();
  EXPECT_TRUE(pair.b.conn.peer.write_blocked);
  pair.b.read(16'384);
  pair.deliver(pair.b);
  EXPECT_FALSE(pair.a.cdcs().back().write_blocked);
  pair.settle();
  EXPECT_EQ(pair.b.available, 3'616U);
}

TEST(Sender, WithAClosedWindowIsSilentHoweverLong) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.a.write(16'384);
  pair.settle();
  for (int i = 0; i < 1000; ++i) pair.a.write(10);
  EXPECT_TRUE(pair.a.wire.empty());
  EXPECT_EQ(pair.a.conn.window(), 0U);
  EXPECT_EQ(pair.a.timers.size(), 0U) << "nothing polls a closed window";
  pair.b.config.profile = Profile::Rfc;
  pair.b.read(1);
  pair.settle();
  EXPECT_EQ(pair.b.available, 16'384U) << "one byte of room is used at once";
  while (pair.b.available > 0) {
    pair.b.read(5'000);
    pair.settle();
  }
  EXPECT_EQ(pair.b.taken, 16'384U + 10'000U);
}

TEST(Sender, CorksSmallWritesWhileACdcIsInFlight) {
  Pair pair;
  pair.a.write(10);
  for (int i = 0; i < 5; ++i) pair.a.write(10);
  EXPECT_EQ(pair.a.cdcs().size(), 1U);
  pair.deliver(pair.a);
  pair.deliver(pair.a);
  pair.a.complete();
  ASSERT_EQ(pair.a.cdcs().size(), 1U) << "the completion sends what was held back";
  EXPECT_EQ(pair.a.cdcs().front().producer.offset, 60U);
}

TEST(Sender, CorksNoMoreThanItsLimit) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 65'536});
  pair.a.config.autocorking_size = 100;
  pair.a.write(10);
  pair.a.write(100);
  EXPECT_EQ(pair.a.cdcs().size(), 1U);
  pair.a.write(1);
  EXPECT_EQ(pair.a.cdcs().size(), 2U) << "101 bytes are more than autocorking_size";
  pair.a.config.autocorking_size = 0;
  pair.a.write(1);
  EXPECT_EQ(pair.a.cdcs().size(), 3U) << "0 turns it off";
}

TEST(Sender, TellsOfSpaceWithEveryCompletionThatFreesSome) {
  Pair pair(PairSizes{.send = 16'384}, PairSizes{.rmb = 65'536});
  EXPECT_EQ(pair.a.write(20'000), 16'384U);
  EXPECT_EQ(pair.a.space, 0U);
  pair.settle();
  EXPECT_EQ(pair.a.space, 16'384U) << "nobody asks for a wake-up, so none can be lost";
}

TEST(Sender, WithoutASlotWaitsInLineAndLosesNothing) {
  Pair pair(PairSizes{.slots = 1});
  pair.a.config.autocorking_size = 0;
  pair.a.write(10);
  pair.a.write(20);
  pair.a.write(30);
  EXPECT_EQ(pair.a.cdcs().size(), 1U);
  EXPECT_EQ(pair.a.link.waiting, std::vector<ConnId>{pair.a.conn.id}) << "once in line is enough";
  pair.settle();
  EXPECT_EQ(pair.b.available, 60U);
  EXPECT_TRUE(pair.a.link.waiting.empty());
}

TEST(Sender, LeavesTheLineWithoutHarmIfThereIsNothingToSend) {
  Pair pair;
  pair.a.run(handle_slot_free);
  EXPECT_TRUE(pair.a.wire.empty());
}

TEST(Sender, TakesTheSequenceBackIfTheLastCdcWasNotPosted) {
  Pair pair;
  pair.a.config.autocorking_size = 0;
  pair.a.write(10);
  pair.a.write(20);
  pair.a.refuse_last_cdc();
  EXPECT_EQ(pair.a.conn.tx_sequence, 1);
  EXPECT_EQ(pair.a.cdcs().size(), 1U) << "a queue that is full is not asked again at once";
  pair.settle();
  EXPECT_EQ(pair.b.conn.rx_sequence, 2);
  EXPECT_EQ(pair.b.available, 30U);
  EXPECT_EQ(pair.a.space, 16'384U);
}

TEST(Sender, ForgetsACdcThatWasNotPostedIfALaterOneTellsTheSame) {
  Pair pair;
  pair.a.config.autocorking_size = 0;
  pair.a.write(10);
  const Posted first{.conn = pair.a.conn.id, .mark = 10, .number = 1};
  pair.a.write(20);
  pair.a.run([&](ConnTurn t) { handle_sent(t, first, CompletionStatus::NotPosted); });
  EXPECT_EQ(pair.a.conn.tx_sequence, 2);
  EXPECT_FALSE(pair.a.conn.owes_cdc);
}

TEST(Sender, RefusesWhatTheApplicationMayNotDo) {
  Pair pair;
  pair.a.run([](ConnTurn t) { handle_wrote(t, 16'385); });
  EXPECT_EQ(pair.a.refused, Refusal::TooMuch);
  pair.a.shutdown();
  pair.a.run([](ConnTurn t) { handle_wrote(t, 1); });
  EXPECT_EQ(pair.a.refused, Refusal::AfterShutdown);
  pair.b.abort();
  pair.b.run([](ConnTurn t) { handle_wrote(t, 1); });
  EXPECT_EQ(pair.b.refused, Refusal::UnknownConnection);
  test::Side early({}, {}, 0);
  early.run([](ConnTurn t) { handle_wrote(t, 1); });
  EXPECT_EQ(early.refused, Refusal::NotConnected);
  EXPECT_EQ(pair.a.writes() + pair.b.writes(), 0U);
}

TEST(Sender, FillsATinyRingToTheLastByteAtEveryOffset) {
  Pair pair(kTiny, kTiny);
  for (std::uint32_t round = 0; round < 500; ++round) {
    const std::uint32_t bytes = 1 + round % 16;
    ASSERT_EQ(pair.a.write(bytes), bytes);
    ASSERT_LE(pair.a.writes(), 2U);
    pair.settle();
    ASSERT_EQ(pair.b.read(bytes), bytes);
    pair.settle();
  }
}

TEST(Sender, SurvivesTheOverflowOfEveryNarrowNumber) {
  const Widths narrow{.sequence_bits = 3, .wrap_bits = 2, .smallest_ring = 16};
  const PairSizes sizes{.send = 16, .rmb = 16, .widths = narrow};
  Pair pair(sizes, sizes);
  for (std::uint32_t round = 0; round < 200; ++round) {
    ASSERT_EQ(pair.a.write(16), 16U) << "the ring is full, then empty, once a round";
    ASSERT_EQ(pair.b.write(5), 5U);
    pair.settle();
    ASSERT_EQ(pair.b.read(16), 16U);
    ASSERT_EQ(pair.a.read(5), 5U);
    pair.settle();
    ASSERT_LT(pair.a.conn.tx_sequence, 8);
    ASSERT_LT(pair.a.conn.txprod.wrap, 4);
  }
}

TEST(Sender, SurvivesTheOverflowOfTheRealNumbers) {
  Pair pair(kTiny, kTiny);
  for (test::Side* side : {&pair.a, &pair.b}) {
    side->conn.tx_sequence = side->conn.rx_sequence = 65'530;
    for (Cursor* cursor : {&side->conn.rxprod, &side->conn.rxcons, &side->conn.txprod,
                           &side->conn.txcons, &side->conn.rxconf}) {
      cursor->wrap = 65'533;
    }
  }
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(pair.a.write(16), 16U);
    pair.settle();
    ASSERT_EQ(pair.b.read(16), 16U);
    pair.settle();
  }
  EXPECT_LT(pair.a.conn.tx_sequence, 100);
  EXPECT_LT(pair.b.conn.txcons.wrap, 100);
}

}  // namespace
}  // namespace smclab
