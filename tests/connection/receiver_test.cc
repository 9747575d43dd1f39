// SPDX-License-Identifier: MIT
#include "protocol/connection/receiver.h"

#include <gtest/gtest.h>

#include "protocol/connection/practice.h"
#include "protocol/connection/sequence.h"
#include "tests/connection/pair.h"

namespace smclab {
namespace {

using test::Pair;
using test::PairSizes;
using test::Side;

static_assert(is_newer(1, 0, 16) && !is_newer(0, 1, 16) && !is_newer(7, 7, 16));
static_assert(is_newer(0, 65'535, 16) && !is_newer(65'535, 0, 16));
static_assert(is_newer(0x7FFF, 0, 16) && !is_newer(0x8000, 0, 16), "half a range away is older");
static_assert(is_newer(0, 7, 3) && !is_newer(4, 0, 3));
static_assert(sequence_after(65'535, 1, 16) == 0 && sequence_after(0, -1, 16) == 65'535);
static_assert(sequence_after(7, 1, 3) == 0 && sequence_after(0, -1, 3) == 7);
constexpr Practice kLinux = practice_of(Profile::Linux);
constexpr Practice kRfc = practice_of(Profile::Rfc);
static_assert(update_limit(16'384, kLinux) == 2'304 && update_limit(65'536, kLinux) == 6'553);
static_assert(update_limit(16'384, kRfc) == 1'638 && update_limit(65'536, kRfc) == 6'553);
static_assert(update_limit(64, kLinux) == 32,
              "a checker's ring must not wait for what it cannot hold");

// --- consumer updates --------------------------------------------------------------------------

TEST(ConsumerUpdate, IsSavedWhileTheSenderHasPlenty) {
  Pair pair;
  pair.a.write(8'000);
  pair.settle();
  pair.b.read(8'000);
  EXPECT_TRUE(pair.b.wire.empty()) << "more than half of the ring is free for the sender";
  EXPECT_EQ(pair.b.conn.rxconf, Cursor{});
}

TEST(ConsumerUpdate, GoesOutOnceTheSenderRunsShortAndTheGainIsWorthIt) {
  Pair pair;
  pair.a.write(14'000);
  pair.settle();
  pair.b.read(2'304);
  EXPECT_TRUE(pair.b.wire.empty()) << "the limit itself is not beyond the limit";
  pair.b.read(1);
  ASSERT_EQ(pair.b.cdcs().size(), 1U);
  EXPECT_EQ(pair.b.cdcs().front().consumer, (wire::CdcCursor{0, 2'305}));
  pair.b.read(2'304);
  EXPECT_EQ(pair.b.cdcs().size(), 1U) << "the count begins anew";
}

TEST(ConsumerUpdate, TakesLessToBeWorthItByTheRfc) {
  Pair pair;
  pair.b.config.profile = Profile::Rfc;
  pair.a.write(14'000);
  pair.settle();
  pair.b.read(1'638);
  EXPECT_TRUE(pair.b.wire.empty());
  pair.b.read(1);
  EXPECT_EQ(pair.b.cdcs().size(), 1U);
}

TEST(ConsumerUpdate, RidesOnEveryOtherCdc) {
  Pair pair;
  pair.a.write(500);
  pair.settle();
  pair.b.read(500);
  pair.b.write(1);
  EXPECT_EQ(pair.b.cdcs().front().consumer, (wire::CdcCursor{0, 500}));
  pair.settle();
  EXPECT_EQ(pair.a.conn.window(), 16'384U);
}

// RFC 7609 §4.5.1: B means that any consumption deserves an update.
TEST(ConsumerUpdate, GoesOutForAnyByteWhileTheSenderIsBlockedByTheRfc) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.b.config.profile = Profile::Rfc;
  pair.a.write(16'384);
  pair.settle();
  for (int i = 0; i < 3; ++i) {
    pair.b.read(1);
    EXPECT_EQ(pair.b.cdcs().size(), 1U);
    pair.settle();
  }
}

TEST(ConsumerUpdate, GoesOutBeyondTheLimitWhileTheSenderIsBlockedByLinux) {
  Pair pair;
  pair.b.receive({.sequence = 1, .producer = {0, 5'000}, .write_blocked = true});
  pair.b.run([](ConnTurn t) { handle_read(t, 2'304); });
  EXPECT_TRUE(pair.b.wire.empty());
  pair.b.run([](ConnTurn t) { handle_read(t, 1); });
  EXPECT_EQ(pair.b.cdcs().size(), 1U) << "although the sender has more than half of the ring";
}

TEST(ConsumerUpdate, EndsToBeUrgentWhenAllIsConsumed) {
  Pair pair;
  pair.a.write(16'384);
  pair.settle();
  pair.b.read(16'384);
  EXPECT_FALSE(pair.b.conn.peer.write_blocked) << "the sender cannot be blocked any more";
}

TEST(ConsumerUpdate, AnswersARequest) {
  Pair pair;
  pair.b.receive({.sequence = 1, .producer = {0, 100}, .cursor_update_requested = true});
  EXPECT_EQ(pair.b.cdcs().size(), 1U) << "at once";
  pair.b.available = 0;
  pair.b.run([](ConnTurn t) { handle_read(t, 1); });
  EXPECT_EQ(pair.b.cdcs().size(), 2U) << "and for every byte consumed while R stands";
  pair.b.receive({.sequence = 2, .producer = {0, 100}});
  pair.b.run([](ConnTurn t) { handle_read(t, 1); });
  EXPECT_EQ(pair.b.cdcs().size(), 2U);
}

TEST(ConsumerUpdate, IsNotLostForWantOfASlot) {
  Pair pair(PairSizes{}, PairSizes{.slots = 1});
  pair.b.write(10);
  pair.a.write(16'384);
  while (pair.deliver(pair.a)) {
  }
  pair.b.read(16'384);
  EXPECT_EQ(pair.b.cdcs().size(), 1U);
  EXPECT_TRUE(pair.b.conn.owes_cdc);
  pair.settle();
  EXPECT_EQ(pair.a.conn.window(), 16'384U);
}

TEST(ConsumerUpdate, ServesNobodyBehindThePeersLastWord) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.a.write(16'384);
  pair.settle();
  pair.a.close();
  pair.settle();
  pair.b.read(10'000);
  EXPECT_TRUE(pair.b.wire.empty());
}

// --- what comes in -----------------------------------------------------------------------------

TEST(Receiver, TellsHowMuchCanBeRead) {
  Pair pair;
  pair.b.receive({.sequence = 1, .producer = {0, 10}});
  pair.b.receive({.sequence = 2, .producer = {0, 30}});
  EXPECT_EQ(pair.b.available, 30U) << "all of it, not only the new bytes";
  pair.b.run([](ConnTurn t) { handle_read(t, 31); });
  EXPECT_EQ(pair.b.refused, Refusal::TooMuch);
}

TEST(Receiver, DropsOldAndRepeatedSequences) {
  Pair pair;
  pair.b.receive({.sequence = 5, .producer = {0, 10}});
  for (const int sequence : {5, 4, 0, 65'535, 5 + 0x8000}) {
    pair.b.receive({.sequence = static_cast<std::uint16_t>(sequence), .producer = {0, 99}});
  }
  EXPECT_EQ(pair.b.available, 10U);
  EXPECT_EQ(pair.b.conn.rx_sequence, 5);
  EXPECT_EQ(pair.b.state(), ConnState::Active);
}

TEST(Receiver, ToleratesUrgentData) {
  Pair pair;
  pair.b.receive({.sequence = 1, .urgent_pending = true});
  pair.b.receive(
      {.sequence = 2, .producer = {0, 7}, .urgent_pending = true, .urgent_present = true});
  EXPECT_EQ(pair.b.available, 7U);
  EXPECT_EQ(pair.b.state(), ConnState::Active);
}

TEST(Receiver, KeepsACursorThatGoesBack) {
  Pair pair;
  pair.b.write(100);
  pair.b.receive({.sequence = 1, .producer = {0, 50}, .consumer = {0, 60}});
  pair.b.receive({.sequence = 2, .producer = {0, 20}, .consumer = {0, 10}});
  pair.b.receive({.sequence = 3, .producer = {65'535, 60}, .consumer = {65'535, 70}});
  EXPECT_EQ(pair.b.conn.rxprod, (Cursor{0, 50}));
  EXPECT_EQ(pair.b.conn.rxcons, (Cursor{0, 60}));
  EXPECT_EQ(pair.b.state(), ConnState::Active);
}

TEST(Receiver, HoldsWhatComesBeforeTheHandshakeIsOver) {
  const PairSizes sizes;
  Side side(sizes, sizes, 1);
  side.receive({.sequence = 1, .producer = {0, 40}, .cursor_update_requested = true});
  side.receive({.sequence = 2, .producer = {0, 40}, .sending_done = true});
  EXPECT_EQ(side.available, 0U) << "nothing is told to an application that is not connected";
  EXPECT_TRUE(side.wire.empty());
  side.run([](ConnTurn t) { handle_read(t, 1); });
  EXPECT_EQ(side.refused, Refusal::NotConnected);
  side.run(establish);
  EXPECT_EQ(side.connected, 1);
  EXPECT_EQ(side.available, 40U);
  EXPECT_EQ(side.ends_of_stream, 1);
  EXPECT_EQ(side.cdcs().size(), 1U);
  EXPECT_EQ(side.state(), ConnState::AppCloseWait1);
}

TEST(Receiver, TellsOfAnAbortThatCameBeforeTheHandshakeWasOver) {
  const PairSizes sizes;
  Side side(sizes, sizes, 1);
  side.receive({.sequence = 1, .producer = {0, 40}, .abnormal_close = true});
  EXPECT_EQ(side.closed, 0);
  side.run(establish);
  EXPECT_EQ(side.why, CloseReason::ResetByPeer);
  EXPECT_EQ(side.available, 0U) << "an abort purges what was not read (RFC 7609 §4.8.2)";
  EXPECT_TRUE(side.cdcs().at(0).abnormal_close);
}

TEST(Receiver, AnswersAViolationThatCameBeforeTheHandshakeWasOver) {
  const PairSizes sizes;
  Side side(sizes, sizes, 1);
  side.receive({.sequence = 1, .producer = {0, 16'384}});
  side.receive({.sequence = 2, .producer = {0, 10}});
  EXPECT_EQ(side.conn.rxprod, Cursor{}) << "nothing is believed any more";
  side.run(establish);
  EXPECT_EQ(side.why, CloseReason::Violation);
  EXPECT_EQ(side.state(), ConnState::PeerAbortWait);
  EXPECT_TRUE(side.cdcs().at(0).abnormal_close);
}

// --- hostile CDCs ------------------------------------------------------------------------------

struct Hostile {
  const char* name;
  wire::Cdc cdc;
};

// Against a receiver that has got 100 of 16,384 bytes, read 60, told 0, and sent 200.
class ReceiverUnderAttack : public testing::TestWithParam<Hostile> {};

TEST_P(ReceiverUnderAttack, AbortsTheConnectionAndBelievesNothing) {
  Pair pair;
  pair.a.write(100);
  pair.settle();
  pair.b.read(60);
  pair.b.write(200);
  while (pair.b.complete()) {
  }
  pair.b.wire.clear();
  const Connection before = pair.b.conn;
  wire::Cdc cdc = GetParam().cdc;
  cdc.sequence = 2;
  pair.b.receive(cdc);
  EXPECT_EQ(pair.b.why, CloseReason::Violation);
  EXPECT_EQ(pair.b.state(), ConnState::PeerAbortWait);
  EXPECT_EQ(pair.b.conn.rxprod, before.rxprod);
  EXPECT_EQ(pair.b.conn.rxcons, before.rxcons);
  ASSERT_EQ(pair.b.cdcs().size(), 1U);
  EXPECT_TRUE(pair.b.cdcs().front().abnormal_close);
  EXPECT_EQ(pair.b.resets, 1);
  pair.b.close();
  pair.b.fire_timer();
  EXPECT_EQ(pair.b.state(), ConnState::Closed) << "a silent peer cannot hold it";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ReceiverUnderAttack,
    testing::Values(
        Hostile{"producer_at_the_size", {.producer = {0, 16'384}}},
        Hostile{"producer_far_outside", {.producer = {0, 0xFFFF'FFFF}}},
        Hostile{"producer_outside_and_wrapped", {.producer = {1, 16'384}}},
        Hostile{"producer_skips_a_wrap", {.producer = {2, 0}}},
        Hostile{"producer_half_the_wraps_away", {.producer = {0x8000, 100}}},
        // The reader is at 60, but the peer was told 0 at the start and then 60 with the write.
        Hostile{"producer_overwrites_one_unread_byte", {.producer = {1, 61}}},
        Hostile{"consumer_at_the_size", {.producer = {0, 100}, .consumer = {0, 16'384}}},
        Hostile{"consumer_passes_the_producer", {.producer = {0, 100}, .consumer = {0, 201}}},
        Hostile{"consumer_one_ring_ahead", {.producer = {0, 100}, .consumer = {1, 0}}},
        Hostile{"consumer_skips_a_wrap", {.producer = {0, 100}, .consumer = {7, 0}}},
        Hostile{"good_producer_and_bad_consumer",
                {.producer = {0, 150}, .consumer = {0, 0xFFFF'FFFF}}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Receiver, TakesTheLastByteThatFits) {
  Pair pair;
  pair.a.write(100);
  pair.settle();
  pair.b.read(60);
  pair.b.write(200);
  pair.b.receive({.sequence = 2, .producer = {1, 60}, .consumer = {0, 200}});
  EXPECT_EQ(pair.b.available, 16'384U);
  EXPECT_EQ(pair.b.conn.window(), 16'384U);
}

TEST(Receiver, RefusesSpaceThatThePeerWasNotToldOf) {
  Pair pair;
  pair.b.receive({.sequence = 1, .producer = {0, 100}});
  pair.b.run([](ConnTurn t) { handle_read(t, 100); });
  pair.b.receive({.sequence = 2, .producer = {1, 1}});
  EXPECT_EQ(pair.b.why, CloseReason::Violation) << "it cannot know that a byte was read";
}

TEST(Receiver, RefusesDataBehindD) {
  Pair pair;
  pair.b.receive({.sequence = 1, .producer = {0, 10}, .sending_done = true});
  EXPECT_EQ(pair.b.available, 10U) << "what comes with D is the last";
  EXPECT_EQ(pair.b.ends_of_stream, 1);
  pair.b.receive({.sequence = 2, .producer = {0, 10}, .sending_done = true});
  EXPECT_EQ(pair.b.ends_of_stream, 1) << "D stands in every later CDC";
  pair.b.receive({.sequence = 3, .producer = {0, 11}, .sending_done = true});
  EXPECT_EQ(pair.b.why, CloseReason::Violation);
}

TEST(Receiver, IgnoresWhatComesBehindCExceptAnAbort) {
  Pair pair;
  pair.b.receive({.sequence = 1, .producer = {0, 10}, .peer_connection_closed = true});
  pair.b.receive({.sequence = 2, .producer = {9, 999'999}, .peer_connection_closed = true});
  EXPECT_EQ(pair.b.state(), ConnState::AppCloseWait1);
  EXPECT_EQ(pair.b.available, 10U);
  pair.b.receive({.sequence = 3, .abnormal_close = true});
  EXPECT_EQ(pair.b.state(), ConnState::ProcessAbort);
  pair.b.receive({.sequence = 4, .producer = {0, 20}});
  EXPECT_EQ(pair.b.available, 10U);
}

TEST(Receiver, LetsAnAbortWinOverAllOtherFlags) {
  Pair pair;
  pair.b.receive({.sequence = 1,
                  .sending_done = true,
                  .peer_connection_closed = true,
                  .abnormal_close = true});
  EXPECT_EQ(pair.b.why, CloseReason::ResetByPeer);
  EXPECT_EQ(pair.b.ends_of_stream, 0);
}

// --- failover validation -----------------------------------------------------------------------

TEST(FailoverValidation, PassesWhatWasReceived) {
  Pair pair;
  pair.b.receive({.sequence = 3, .producer = {0, 10}});
  for (const int sequence : {3, 2, 65'535, 3 + 0x8000}) {
    pair.b.receive({.sequence = static_cast<std::uint16_t>(sequence),
                    .producer = {5, 999'999},
                    .failover_validation = true,
                    .abnormal_close = true});
  }
  EXPECT_EQ(pair.b.state(), ConnState::Active) << "only token and sequence mean something";
  EXPECT_EQ(pair.b.conn.rx_sequence, 3);
}

TEST(FailoverValidation, EndsAConnectionThatLostData) {
  Pair pair;
  pair.b.receive({.sequence = 3, .producer = {0, 10}});
  pair.b.receive({.sequence = 4, .failover_validation = true});
  EXPECT_EQ(pair.b.why, CloseReason::LinkLost);
  EXPECT_TRUE(pair.b.cdcs().at(0).abnormal_close);
}

}  // namespace
}  // namespace smclab
