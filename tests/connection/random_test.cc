// SPDX-License-Identifier: MIT
//
// Any order of writes, reads, deliveries and completions between two connections, in rings of a
// few bytes and with numbers of a few bits, so that every wrap and overflow happens all the time:
// the bytes that come out are the bytes that went in, nobody waits for ever, and the end is one.
#include <gtest/gtest.h>
// rapidcheck's GoogleTest header needs GoogleTest before it.
#include <rapidcheck/gtest.h>

#include <vector>

#include "protocol/digest.h"
#include "tests/connection/pair.h"

namespace smclab {
namespace {

using test::Pair;
using test::PairSizes;
using test::Side;

struct Step {
  std::uint8_t what;
  std::uint8_t side;
  std::uint32_t amount;
};

PairSizes any_sizes() {
  const auto ring = [] { return *rc::gen::inRange<std::uint32_t>(1, 40); };
  return {.send = ring(),
          .rmb = ring(),
          .widths = {.sequence_bits = 3, .wrap_bits = 2, .smallest_ring = 1},
          .slots = *rc::gen::inRange<std::uint8_t>(1, 4)};
}

std::vector<Step> any_steps() {
  return *rc::gen::container<std::vector<Step>>(rc::gen::apply(
      [](std::uint8_t what, std::uint8_t side, std::uint32_t amount) {
        return Step{what, side, amount};
      },
      rc::gen::inRange<std::uint8_t>(0, 8), rc::gen::inRange<std::uint8_t>(0, 2),
      rc::gen::inRange<std::uint32_t>(1, 40)));
}

void move(Pair& pair, const Step& step) {
  Side& side = step.side == 0 ? pair.a : pair.b;
  switch (step.what) {
    case 0:
    case 1:
      side.write(step.amount);
      return;
    case 2:
    case 3:
      side.read(step.amount);
      return;
    case 4:
      side.complete();
      return;
    default:
      pair.deliver(side);
  }
}

void drain(Pair& pair) {
  do {
    pair.settle();
  } while (pair.a.read(1'000) + pair.b.read(1'000) > 0);
  pair.settle();
}

void check_quiet(const Side& side) {
  RC_ASSERT(side.space == side.conn.writable());
  RC_ASSERT(side.available == side.conn.readable());
  RC_ASSERT(side.conn.unsent() == 0 || side.conn.window() == 0);
  RC_ASSERT(!side.conn.owes_cdc);
  RC_ASSERT(side.conn.in_flight == 0);
}

Pair any_pair() {
  PairSizes a = any_sizes();
  PairSizes b = any_sizes();
  Pair pair(a, b);
  const auto cork = *rc::gen::inRange<std::uint32_t>(0, 20);
  for (Side* side : {&pair.a, &pair.b}) {
    side->config.autocorking_size = cork;
    side->config.profile = *rc::gen::arbitrary<bool>() ? Profile::Linux : Profile::Rfc;
  }
  return pair;
}

RC_GTEST_PROP(Random, DeliversEveryByteInOrderAndNeverStalls, ()) {
  Pair pair = any_pair();
  for (const Step& step : any_steps()) {
    move(pair, step);
    RC_ASSERT(pair.b.taken + pair.b.available <= pair.a.written);
    RC_ASSERT(pair.a.taken + pair.a.available <= pair.b.written);
  }
  pair.settle();
  check_quiet(pair.a);
  check_quiet(pair.b);
  drain(pair);
  RC_ASSERT(pair.b.taken == pair.a.written);
  RC_ASSERT(pair.a.taken == pair.b.written);
  pair.a.close();
  pair.settle();
  pair.b.close();
  pair.settle();
  RC_ASSERT(pair.a.over() && pair.b.over());
  RC_ASSERT(pair.a.why == CloseReason::Orderly && pair.b.why == CloseReason::Orderly);
}

RC_GTEST_PROP(Random, EndsOnceWhateverHappens, ()) {
  Pair pair = any_pair();
  const std::vector<Step> before = any_steps();
  for (const Step& step : before) move(pair, step);
  for (int i = 0; i < 4; ++i) {
    Side& side = *rc::gen::inRange(0, 2) == 0 ? pair.a : pair.b;
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        side.close();
        break;
      case 1:
        side.shutdown();
        break;
      case 2:
        side.abort();
        break;
      case 3:
        side.run([](ConnTurn t) { handle_tcp_down(t, TcpEnd::Reset); });
        break;
      default:
        pair.deliver(side);
    }
    const std::vector<Step> between = any_steps();
    for (const Step& step : between) move(pair, step);
  }
  drain(pair);
  pair.a.close();
  pair.b.close();
  drain(pair);
  while (pair.a.fire_timer() || pair.b.fire_timer()) drain(pair);
  for (const Side* side : {&pair.a, &pair.b}) {
    RC_ASSERT(side->state() == ConnState::Closed);
    RC_ASSERT(side->closed == 1 && side->released == 1 && side->ends_signalled == 1);
    RC_ASSERT(side->fins + side->resets <= 1);
    RC_ASSERT(side->timers.size() == 0U);
  }
}

RC_GTEST_PROP(Random, NeverBelievesAForgedCdcThatWouldOverrunAnything, ()) {
  Pair pair = any_pair();
  const std::vector<Step> before = any_steps();
  for (const Step& step : before) move(pair, step);
  for (int i = 0; i < 20; ++i) {
    Side& side = *rc::gen::inRange(0, 2) == 0 ? pair.a : pair.b;
    const auto cursor = [] {
      return wire::CdcCursor{*rc::gen::inRange<std::uint16_t>(0, 5),
                             *rc::gen::inRange<std::uint32_t>(0, 45)};
    };
    side.receive({.sequence = *rc::gen::inRange<std::uint16_t>(0, 9),
                  .producer = cursor(),
                  .consumer = cursor(),
                  .write_blocked = *rc::gen::arbitrary<bool>(),
                  .cursor_update_requested = *rc::gen::arbitrary<bool>(),
                  .failover_validation = *rc::gen::inRange(0, 10) == 0,
                  .sending_done = *rc::gen::inRange(0, 10) == 0,
                  .peer_connection_closed = *rc::gen::inRange(0, 20) == 0,
                  .abnormal_close = *rc::gen::inRange(0, 20) == 0});
    RC_ASSERT(side.conn.readable() <= side.conn.rmb_ring.size());
    RC_ASSERT(side.conn.window() <= side.conn.peer_ring.size());
    RC_ASSERT(side.closed <= 1);
  }
}

TEST(Value, CopiesGoOnIdentically) {
  Pair pair(PairSizes{.send = 16, .rmb = 16}, PairSizes{.send = 16, .rmb = 16});
  pair.a.write(10);
  pair.deliver(pair.a);
  Pair copy = pair;
  EXPECT_EQ(copy.a.conn, pair.a.conn);
  for (Pair* each : {&pair, &copy}) {
    each->settle();
    each->b.read(3);
    each->a.close();
    each->settle();
  }
  EXPECT_EQ(copy.a.conn, pair.a.conn);
  EXPECT_EQ(digest_of(copy.b.conn), digest_of(pair.b.conn));
  copy.b.read(1);
  EXPECT_NE(copy.b.conn, pair.b.conn);
  EXPECT_NE(digest_of(copy.b.conn), digest_of(pair.b.conn));
}

}  // namespace
}  // namespace smclab
