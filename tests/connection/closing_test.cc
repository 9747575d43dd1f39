// SPDX-License-Identifier: MIT
#include "protocol/connection/closing.h"

#include <gtest/gtest.h>

#include "tests/connection/pair.h"

namespace smclab {
namespace {

using enum ConnState;
using test::Pair;
using test::PairSizes;
using test::Side;

TEST(Close, InOrderGoesThroughPeerCloseWaitAndAppCloseWait) {
  Pair pair;
  pair.a.close();
  EXPECT_EQ(pair.a.state(), PeerCloseWait1);
  EXPECT_EQ(pair.a.fins, 1) << "TCP ends right behind the final CDC";
  EXPECT_TRUE(pair.a.cdcs().front().peer_connection_closed);
  pair.settle();
  EXPECT_EQ(pair.b.state(), AppCloseWait1);
  EXPECT_EQ(pair.b.ends_of_stream, 1);
  EXPECT_EQ(pair.a.released, 0) << "the peer may still write";
  pair.b.close();
  EXPECT_EQ(pair.b.state(), Closed);
  pair.settle();
  for (const Side* side : {&pair.a, &pair.b}) {
    EXPECT_EQ(side->why, CloseReason::Orderly);
    EXPECT_TRUE(side->over());
    EXPECT_EQ(side->ends_signalled, 1);
    EXPECT_TRUE(side->conn.peer_is_done()) << "so the RMB can be used again";
    EXPECT_EQ(side->timers.size(), 0U);
  }
}

TEST(Close, SendsAllDataFirst) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.a.write(40'000);
  pair.a.close();
  EXPECT_EQ(pair.a.state(), Active);
  EXPECT_EQ(pair.a.timers.size(), 1U) << "flush_wait runs";
  while (pair.b.taken < 40'000) {
    pair.settle();
    ASSERT_GT(pair.b.read(9'000), 0U);
  }
  pair.settle();
  EXPECT_EQ(pair.a.state(), PeerCloseWait1);
  EXPECT_EQ(pair.b.ends_of_stream, 1);
  pair.b.close();
  pair.settle();
  EXPECT_EQ(pair.b.why, CloseReason::Orderly);
}

TEST(Close, WithUnreadDataIsAnAbortForThePeer) {
  Pair pair;
  pair.a.write(10);
  pair.settle();
  pair.b.close();
  EXPECT_TRUE(pair.b.cdcs().front().abnormal_close);
  pair.settle();
  EXPECT_EQ(pair.a.why, CloseReason::ResetByPeer);
  EXPECT_TRUE(pair.b.over()) << "the peer's A answered";
  EXPECT_EQ(pair.b.why, CloseReason::LocalAbort);
}

TEST(Close, GivesUpUnsentDataAfterItsTimeAndSaysSo) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.a.write(40'000);
  pair.settle();
  pair.a.close();
  pair.a.fire_timer();
  EXPECT_EQ(pair.a.state(), PeerCloseWait1);
  EXPECT_TRUE(pair.a.cdcs().back().abnormal_close) << "a shortened stream must not look whole";
  pair.settle();
  EXPECT_EQ(pair.b.why, CloseReason::ResetByPeer);
  EXPECT_TRUE(pair.a.over());
}

TEST(Close, WhileItFlushesFollowsWhatThePeerDoes) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.a.write(40'000);
  pair.settle();
  pair.a.close();
  pair.b.shutdown();
  pair.settle();
  EXPECT_EQ(pair.a.state(), AppCloseWait1) << "it became the passive side";
  while (pair.b.read(16'384) > 0) pair.settle();
  EXPECT_EQ(pair.a.state(), PeerFinCloseWait);
  pair.b.close();
  pair.settle();
  EXPECT_EQ(pair.a.why, CloseReason::Orderly);
}

TEST(Close, IsNotLostForWantOfASlot) {
  for (const bool by_abort : {false, true}) {
    Pair pair(PairSizes{.slots = 1});
    pair.a.write(10);
    while (pair.deliver(pair.a)) {
    }
    by_abort ? pair.a.abort() : pair.a.close();
    EXPECT_TRUE(pair.a.wire.empty());
    EXPECT_EQ(pair.a.fins, 0);
    pair.b.read(10);
    pair.settle();
    EXPECT_EQ(pair.b.state(), by_abort ? ProcessAbort : AppCloseWait1);
    pair.b.close();
    pair.settle();
    EXPECT_TRUE(pair.a.over() && pair.b.over());
  }
}

TEST(Close, IsNotLostIfItsCdcWasNotPosted) {
  Pair pair;
  pair.a.close();
  pair.a.refuse_last_cdc();
  EXPECT_TRUE(pair.a.conn.owes_cdc);
  pair.a.run(handle_slot_free);
  pair.settle();
  EXPECT_EQ(pair.b.state(), AppCloseWait1);
  EXPECT_EQ(pair.a.fins, 1);
}

TEST(Close, HoldsItsBuffersUntilTheLastCdcCompleted) {
  Pair pair;
  pair.b.close();
  pair.deliver(pair.b);
  pair.a.close();
  EXPECT_EQ(pair.a.state(), Closed);
  EXPECT_FALSE(pair.a.over()) << "the RNIC still reads the send buffer";
  pair.settle();
  EXPECT_TRUE(pair.a.over());
}

TEST(Close, SecondTimeDoesNothing) {
  Pair pair;
  pair.a.close();
  pair.a.close();
  pair.a.shutdown();
  EXPECT_EQ(pair.a.wire.size(), 1U);
}

TEST(Close, BeforeTheHandshakeIsOverNeedsNoWord) {
  const PairSizes sizes;
  for (const bool by_abort : {false, true}) {
    Side side(sizes, sizes, 0);
    side.said_last = true;  // nothing is to follow
    by_abort ? side.abort() : side.close();
    EXPECT_TRUE(side.over());
    EXPECT_TRUE(side.wire.empty());
    EXPECT_EQ(side.fins + side.resets, 1);
  }
}

TEST(Shutdown, ClosesOneHalfAfterItsData) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.a.write(20'000);
  pair.a.shutdown();
  EXPECT_EQ(pair.a.state(), Active);
  EXPECT_EQ(pair.a.timers.size(), 0U) << "a half close has all the time";
  pair.settle();
  pair.b.read(16'384);
  pair.settle();
  pair.b.read(16'384);
  EXPECT_EQ(pair.a.state(), PeerCloseWait1);
  EXPECT_EQ(pair.b.ends_of_stream, 1);
  EXPECT_EQ(pair.a.fins, 0);
  pair.b.write(5'000);
  pair.settle();
  EXPECT_EQ(pair.a.read(5'000), 5'000U) << "the other half lives on";
  pair.b.shutdown();
  pair.settle();
  EXPECT_EQ(pair.a.state(), PeerCloseWait2);
  EXPECT_EQ(pair.b.state(), AppCloseWait2);
  pair.a.close();
  pair.settle();
  pair.b.close();
  pair.settle();
  EXPECT_EQ(pair.a.why, CloseReason::Orderly);
  EXPECT_EQ(pair.b.why, CloseReason::Orderly);
}

TEST(Shutdown, IsOvertakenByClose) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384});
  pair.a.write(20'000);
  pair.settle();
  pair.a.shutdown();
  pair.a.close();
  pair.b.read(16'384);
  pair.settle();
  pair.b.read(16'384);
  EXPECT_EQ(pair.a.state(), PeerCloseWait1);
  EXPECT_TRUE(pair.b.conn.peer.closed);
}

TEST(PeerClose, ResetsWhoHasDataThatNobodyWillTake) {
  Pair pair(PairSizes{.send = 65'536}, PairSizes{.rmb = 16'384, .slots = 1});
  pair.b.write(1);
  pair.a.write(20'000);
  while (pair.deliver(pair.a)) {
  }
  pair.b.read(16'384);
  pair.b.close();  // one CDC opens the window and closes the connection
  pair.settle();
  EXPECT_EQ(pair.a.why, CloseReason::ResetByPeer);
  EXPECT_EQ(pair.a.state(), ProcessAbort);
  EXPECT_TRUE(pair.b.over());
  pair.a.close();
  EXPECT_TRUE(pair.a.over());
}

TEST(PeerClose, ResetsWhoWritesAfterwards) {
  Pair pair;
  pair.b.close();
  pair.settle();
  EXPECT_EQ(pair.a.ends_of_stream, 1);
  pair.a.write(1);
  EXPECT_EQ(pair.a.why, CloseReason::ResetByPeer);
  EXPECT_EQ(pair.a.writes(), 0U);
  pair.settle();
  EXPECT_EQ(pair.b.why, CloseReason::ResetByPeer);
  EXPECT_TRUE(pair.b.over());
}

TEST(Abort, IsAnsweredAtOnceAndToldToBoth) {
  Pair pair;
  pair.b.write(10);
  pair.a.abort();
  EXPECT_EQ(pair.a.state(), PeerAbortWait);
  EXPECT_EQ(pair.a.resets, 1);
  pair.settle();
  EXPECT_EQ(pair.b.state(), ProcessAbort);
  EXPECT_EQ(pair.b.why, CloseReason::ResetByPeer);
  EXPECT_EQ(pair.b.released, 0) << "the application has still to close";
  EXPECT_TRUE(pair.a.over()) << "the answer does not wait for an application";
  EXPECT_EQ(pair.a.why, CloseReason::LocalAbort);
  pair.b.close();
  EXPECT_TRUE(pair.b.over());
  EXPECT_EQ(pair.b.closed, 1);
}

TEST(Abort, FromBothSidesAtOnceEndsBoth) {
  Pair pair;
  pair.a.abort();
  pair.b.abort();
  pair.settle();
  EXPECT_TRUE(pair.a.over() && pair.b.over());
}

TEST(TcpReset, AbortsAndAFinDoesNot) {
  Pair pair;
  pair.a.run([](ConnTurn t) { handle_tcp_down(t, TcpEnd::Fin); });
  EXPECT_EQ(pair.a.state(), Active);
  pair.a.run([](ConnTurn t) { handle_tcp_down(t, TcpEnd::Reset); });
  EXPECT_EQ(pair.a.state(), PeerAbortWait);
  EXPECT_EQ(pair.a.why, CloseReason::ResetByPeer);
  EXPECT_EQ(pair.a.resets + pair.a.fins, 0) << "TCP is dead already";
  pair.settle();
  EXPECT_EQ(pair.b.why, CloseReason::ResetByPeer);
}

TEST(LinkLost, EndsWithoutAWordToThePeer) {
  Pair pair;
  pair.a.write(10);
  const std::size_t posted = pair.a.wire.size();
  pair.a.link_up = false;
  pair.a.run(handle_link_lost);
  EXPECT_EQ(pair.a.state(), Closed);
  EXPECT_EQ(pair.a.why, CloseReason::LinkLost);
  EXPECT_EQ(pair.a.wire.size(), posted);
  EXPECT_EQ(pair.a.resets, 1);
  EXPECT_FALSE(pair.a.conn.peer_is_done()) << "the RMB must not be used again in this group";
  pair.a.run([](ConnTurn t) { handle_sent(t, {.number = 1}, CompletionStatus::Flushed); });
  pair.a.close();
  EXPECT_TRUE(pair.a.over());
}

TEST(CloseTimer, EndsTheWaitForASilentPeer) {
  Pair pair;
  pair.a.close();
  pair.deliver(pair.a);
  pair.a.complete();
  EXPECT_TRUE(pair.a.fire_timer());
  EXPECT_EQ(pair.a.now.time_since_epoch(), pair.a.config.timeouts.close_wait);
  EXPECT_EQ(pair.a.why, CloseReason::TimedOut);
  EXPECT_TRUE(pair.a.over());
  EXPECT_EQ(pair.a.resets, 0) << "FIN was sent already";
  EXPECT_FALSE(pair.a.conn.peer_is_done());
  pair.a.run(handle_close_timer);
  EXPECT_EQ(pair.a.released, 1) << "a timer that fires late is harmless";
}

// --- every state, from both sides --------------------------------------------------------------

using Act = void (*)(Side&);
void close(Side& side) {
  side.close();
}
void abort(Side& side) {
  side.abort();
}
void kill(Side& side) {
  side.link_up = false;
  side.run(handle_link_lost);
  side.close();
}
void reset(Side& side) {
  side.run([](ConnTurn t) { handle_tcp_down(t, TcpEnd::Reset); });
  side.close();
}
void attack(Side& side) {
  const auto sequence = static_cast<std::uint16_t>(side.conn.rx_sequence + 1);
  side.receive({.sequence = sequence, .producer = {9, 999'999}});
  side.close();
}

struct Way {
  const char* name;
  ConnState a;
  ConnState b;
  void (*go)(Pair& pair);
};
const Way kWays[] = {
    {"active", Active, Active, [](Pair&) {}},
    {"half_closed", PeerCloseWait1, AppCloseWait1, [](Pair& p) { p.a.shutdown(); }},
    {"closed_by_one", PeerCloseWait1, AppCloseWait1, [](Pair& p) { p.a.close(); }},
    {"both_half_closed", PeerCloseWait2, AppCloseWait2,
     [](Pair& p) {
       p.a.shutdown();
       p.settle();
       p.b.shutdown();
     }},
    {"crossing_half_closes", PeerCloseWait2, PeerCloseWait2,
     [](Pair& p) {
       p.a.shutdown();
       p.b.shutdown();
     }},
    {"closed_after_half_closes", PeerCloseWait2, AppCloseWait2,
     [](Pair& p) {
       p.a.shutdown();
       p.settle();
       p.b.shutdown();
       p.settle();
       p.a.close();
     }},
    {"passive_closes_first", AppFinCloseWait, Closed,
     [](Pair& p) {
       p.a.shutdown();
       p.settle();
       p.b.close();
       p.settle();
       p.b.fire_timer();
     }},
    {"waits_for_fin", AppFinCloseWait, PeerFinCloseWait,
     [](Pair& p) {
       p.a.shutdown();
       p.settle();
       p.b.close();
     }},
    {"aborted_by_one", Closed, ProcessAbort, [](Pair& p) { p.a.abort(); }},
    {"closed", Closed, Closed,
     [](Pair& p) {
       p.a.close();
       p.b.close();
     }},
};

struct Ending {
  const char* name;
  Act a;
  Act b;
};
const Ending kEndings[] = {
    {"close_close", close, close},   {"close_abort", close, abort},   {"abort_close", abort, close},
    {"abort_abort", abort, abort},   {"close_reset", close, reset},   {"reset_close", reset, close},
    {"attack_close", attack, close}, {"close_attack", close, attack}, {"kill_kill", kill, kill}};

class EveryState : public testing::TestWithParam<std::tuple<Way, Ending, bool, bool>> {};

void expect_over(const Side& side) {
  EXPECT_EQ(side.state(), Closed);
  EXPECT_EQ(side.closed, 1);
  EXPECT_EQ(side.released, 1);
  EXPECT_EQ(side.ends_signalled, 1);
  EXPECT_LE(side.fins + side.resets, 1);
  EXPECT_EQ(side.timers.size(), 0U);
}

TEST_P(EveryState, EndsBothSidesOnceAndForAll) {
  const auto& [way, ending, with_data, at_once] = GetParam();
  Pair pair;
  if (with_data) {
    pair.a.write(10'000);
    pair.b.write(16'384);
    pair.settle();
  }
  way.go(pair);
  pair.settle();
  if (!with_data) {
    EXPECT_EQ(pair.a.state(), way.a);
    EXPECT_EQ(pair.b.state(), way.b);
  }
  ending.a(pair.a);
  if (!at_once) pair.settle();
  ending.b(pair.b);
  if (pair.a.link_up) pair.settle();
  while (pair.a.fire_timer() || pair.b.fire_timer()) {
    if (pair.a.link_up) pair.settle();
  }
  expect_over(pair.a);
  expect_over(pair.b);
}

INSTANTIATE_TEST_SUITE_P(Ways, EveryState,
                         testing::Combine(testing::ValuesIn(kWays), testing::ValuesIn(kEndings),
                                          testing::Bool(), testing::Bool()),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).name) + "_" +
                                  std::get<1>(row.param).name +
                                  (std::get<2>(row.param) ? "_with_data" : "") +
                                  (std::get<3>(row.param) ? "_at_once" : "");
                         });

TEST(EveryState, EndsAloneIfThePeerIsSilent) {
  for (const Way& way : kWays) {
    for (const Act act : {close, abort, reset, attack}) {
      Pair pair;
      way.go(pair);
      pair.settle();
      act(pair.a);
      while (pair.a.fire_timer()) {
      }
      EXPECT_EQ(pair.a.state(), Closed) << way.name;
      pair.a.wire.clear();
      pair.a.delivered = pair.a.in_flight.size();
      while (pair.a.complete()) {
      }
      expect_over(pair.a);
    }
  }
}

}  // namespace
}  // namespace smclab
