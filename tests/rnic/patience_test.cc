// SPDX-License-Identifier: MIT
//
// How long a requester waits, how often it tries, and how it gives up: silence, RNR NAKs, ports
// that are down.
#include <gtest/gtest.h>

#include "emu/rnic/transport/rnr_timer.h"
#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

static_assert(rnr_delay(0) == microseconds(655'360));
static_assert(rnr_delay(1) == microseconds(10));
static_assert(rnr_delay(5) == microseconds(60));
static_assert(rnr_delay(25) == microseconds(61'440));
static_assert(rnr_delay(31) == microseconds(491'520));
static_assert(acknowledge_timeout(0) == Duration::zero());
static_assert(acknowledge_timeout(14) == Duration(67'108'864));
static_assert(acknowledge_timeout(31) == Duration(std::int64_t{4096} << 31));

PairSettings settings_with(std::uint8_t retries, std::uint8_t rnr_retries) {
  PairSettings settings;
  settings.attributes.timeout = 10;  // 4.2 ms
  settings.attributes.retry_count = retries;
  settings.attributes.rnr_retry = rnr_retries;
  return settings;
}

void drop_all(WireFrame& frame) {
  frame.drop = true;
}

std::uint32_t frames_from(const Pair& pair, Side side) {
  std::uint32_t count = 0;
  for (const WireFrame& frame : pair.history) count += frame.from == side ? 1 : 0;
  return count;
}

TEST(Patience, EndsAfterEveryRetryCount) {
  for (std::uint8_t retries = 0; retries <= 7; ++retries) {
    Pair pair(settings_with(retries, 7));
    pair.on_wire = drop_all;
    pair.post(Side::A, pair.write(1, 0, 100));
    pair.settle();
    const auto done = pair.a.completions();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].status, CompletionStatus::RetriesExceeded);
    EXPECT_EQ(frames_from(pair, Side::A), retries + 1U);
    EXPECT_EQ(pair.now.time_since_epoch(), (retries + 1) * acknowledge_timeout(10));
    EXPECT_EQ(pair.a.rnic.counters().timeouts, retries + 1U);
  }
}

TEST(Patience, IsWholeAgainAfterEveryProgress) {
  Pair pair(settings_with(1, 7));
  // Every frame of A is lost once, so each message needs a retry.
  std::uint32_t last_lost = UINT32_MAX;
  pair.on_wire = [&](WireFrame& frame) {
    if (frame.from == Side::B) return;
    frame.drop = frame.headers.bth.psn.value != last_lost;
    last_lost = frame.headers.bth.psn.value;
  };
  for (WorkId work = 0; work < 10; ++work) {
    pair.post(Side::A, pair.write(work, 0, 100));
    pair.settle();
  }
  const auto done = pair.a.completions();
  ASSERT_EQ(done.size(), 10U);
  for (const Completion& c : done) EXPECT_EQ(c.status, CompletionStatus::Success);
}

TEST(Patience, WithoutATimerIsEndless) {
  PairSettings settings;
  settings.attributes.timeout = 0;
  Pair pair(settings);
  pair.on_wire = drop_all;
  pair.post(Side::A, pair.write(1, 0, 100));
  pair.settle();
  EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt);
  EXPECT_TRUE(pair.a.completions().empty());
}

TEST(Patience, ATickTooEarlyDoesNothing) {
  Pair pair(settings_with(7, 7));
  pair.on_wire = drop_all;
  pair.post(Side::A, pair.write(1, 0, 100));
  pair.pull();
  const std::uint64_t before = pair.a.rnic.digest();
  pair.now += milliseconds(4);
  pair.tell(Side::A, input::Tick{});
  EXPECT_EQ(pair.a.rnic.digest(), before);
  EXPECT_EQ(pair.a.rnic.next_transmit(), std::nullopt);
}

TEST(Patience, TheWaitBeginsAnewWithProgress) {
  Pair pair(settings_with(7, 7));
  // The second message is lost for good; the first is answered 3 ms late.
  pair.on_wire = [](WireFrame& frame) {
    frame.drop = frame.from == Side::A && frame.index_from_side != 0;
    if (frame.from == Side::B) frame.delay = milliseconds(3);
  };
  pair.post(Side::A, pair.write(1, 0, 100));
  pair.post(Side::A, pair.write(2, 0, 100));
  while (pair.a.rnic.counters().timeouts == 0) pair.step();
  EXPECT_EQ(pair.now.time_since_epoch(),
            milliseconds(3) + microseconds(1) + acknowledge_timeout(10));
}

TEST(Patience, APeerWithoutReceivesIsWaitedFor) {
  for (const std::uint8_t code : std::initializer_list<std::uint8_t>{1, 5, 10, 0}) {
    PairSettings settings = settings_with(0, 7);
    settings.attributes.min_rnr_timer = code;
    Pair pair(settings);
    pair.fill();
    pair.post(Side::A, pair.send(1, 0, 3000));
    while (pair.a.rnic.counters().rnr_naks_received < 5) pair.step();
    pair.receive(Side::B, 9, 0, 3000);
    pair.settle();
    EXPECT_EQ(pair.a.memory[2999], pair.b.memory[2999]);
    EXPECT_EQ(pair.a.completions().size(), 1U);
    EXPECT_EQ(pair.b.completions().size(), 1U);
    EXPECT_EQ(pair.b.rnic.counters().rnr_naks_sent, 5U);
    EXPECT_GE(pair.now.time_since_epoch(), 5 * rnr_delay(code));
    EXPECT_LT(pair.now.time_since_epoch(), 5 * rnr_delay(code) + microseconds(100));
  }
}

TEST(Patience, ForAReceiverEndsAfterEveryRnrRetry) {
  for (std::uint8_t retries = 0; retries < 7; ++retries) {
    Pair pair(settings_with(7, retries));
    pair.post(Side::A, pair.send(1, 0, 100));
    pair.post(Side::A, pair.write(2, 0, 100));
    pair.settle();
    const auto done = pair.a.completions();
    ASSERT_EQ(done.size(), 2U);
    EXPECT_EQ(done[0].status, CompletionStatus::RnrRetriesExceeded);
    EXPECT_EQ(done[1].status, CompletionStatus::Flushed);
    EXPECT_EQ(pair.b.rnic.counters().rnr_naks_sent, retries + 1U);
  }
}

TEST(Patience, ForAReceiverIsEndlessWithSeven) {
  Pair pair(settings_with(0, 7));
  pair.post(Side::A, pair.send(1, 0, 100));
  while (pair.a.rnic.counters().rnr_naks_received < 1000) pair.step();
  EXPECT_TRUE(pair.a.completions().empty());
  pair.receive(Side::B, 9, 0, 100);
  pair.settle();
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::Success);
}

TEST(Patience, ForAReceiverIsWholeAgainAfterEveryMessage) {
  Pair pair(settings_with(7, 1));
  for (WorkId work = 0; work < 5; ++work) pair.post(Side::A, pair.send(work, 0, 100));
  for (std::uint32_t round = 1; round <= 5; ++round) {
    while (pair.a.rnic.counters().rnr_naks_received < round) pair.step();
    pair.receive(Side::B, round, 0, 100);
  }
  pair.settle();
  const auto done = pair.a.completions();
  ASSERT_EQ(done.size(), 5U);
  for (const Completion& c : done) EXPECT_EQ(c.status, CompletionStatus::Success);
}

TEST(Patience, AWriteThatAnnouncesItselfWaitsAtItsLastPacket) {
  PairSettings settings;
  settings.attributes.path_mtu = MtuCode::Mtu256;
  Pair pair(settings);
  pair.fill();
  SendRequest request = pair.write(1, 0, 1000);
  request.operation = Operation::WriteWithImmediate;
  pair.post(Side::A, request);
  while (pair.a.rnic.counters().rnr_naks_received < 3) pair.step();
  EXPECT_EQ(pair.b.placed.size(), 3U) << "the packets before the last one needed no receive";
  pair.receive(Side::B, 9, 0, 0);
  pair.settle();
  EXPECT_EQ(pair.b.placed.size(), 4U);
  EXPECT_EQ(pair.b.completions().at(0).kind, CompletionKind::ReceiveWithImmediate);
}

TEST(Patience, WhileWaitingNothingIsSent) {
  Pair pair(settings_with(7, 7));
  pair.post(Side::A, pair.send(1, 0, 100));
  while (pair.a.rnic.counters().rnr_naks_received == 0) pair.step();
  pair.post(Side::A, pair.write(2, 0, 100));
  EXPECT_EQ(pair.a.rnic.next_transmit(), std::nullopt);
  const std::size_t before = pair.history.size();
  pair.pull();
  EXPECT_EQ(pair.history.size(), before);
  EXPECT_EQ(pair.a.rnic.deadline(), pair.now + rnr_delay(5));
}

TEST(Patience, RunsOutWhileThePortIsDown) {
  Pair pair(settings_with(3, 7));
  pair.tell(Side::A, input::PortState{false});
  ASSERT_EQ(pair.a.events.size(), 1U);
  EXPECT_EQ(pair.a.events[0].kind, AsyncKind::PortDown);
  pair.post(Side::A, pair.write(1, 0, 100));
  EXPECT_EQ(pair.a.rnic.next_transmit(), std::nullopt);
  pair.settle();
  EXPECT_TRUE(pair.history.empty());
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::RetriesExceeded);
  EXPECT_EQ(pair.now.time_since_epoch(), 4 * acknowledge_timeout(10));
}

TEST(Patience, RunsOutWhenThePortGoesDownBeforeThePull) {
  Pair pair(settings_with(3, 7));
  pair.post(Side::A, pair.write(1, 0, 100));
  pair.tell(Side::A, input::PortState{false});
  pair.settle();
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::RetriesExceeded);
}

TEST(Patience, ForAReceiverRunsOutWhenThePortGoesDown) {
  Pair pair(settings_with(2, 7));
  pair.post(Side::A, pair.send(1, 0, 100));
  while (pair.a.rnic.counters().rnr_naks_received == 0) pair.step();
  pair.tell(Side::A, input::PortState{false});
  pair.settle();
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::RetriesExceeded);
}

TEST(Patience, OutlivesAPortThatComesBack) {
  Pair pair(settings_with(7, 7));
  pair.fill();
  pair.tell(Side::B, input::PortState{false});
  pair.tell(Side::B, input::PortState{false});
  EXPECT_EQ(pair.b.events.size(), 1U) << "news only";
  pair.post(Side::A, pair.write(1, 0, 5000));
  while (pair.now.time_since_epoch() < milliseconds(10)) pair.step();
  EXPECT_GT(pair.b.rnic.counters().dropped_port, 0U);
  pair.tell(Side::B, input::PortState{true});
  EXPECT_EQ(pair.b.events.back().kind, AsyncKind::PortUp);
  pair.settle();
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::Success);
  EXPECT_EQ(pair.a.memory[4999], pair.b.memory[4999]);
}

TEST(Patience, AWireThatTakesNothingCostsNoRetry) {
  Pair pair(settings_with(0, 7));
  pair.post(Side::A, pair.write(1, 0, 100));
  EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt) << "the wait begins when the frame leaves";
}

TEST(Patience, AMillionWaitsLeaveNothingBehind) {
  Pair pair(settings_with(0, 7));
  pair.post(Side::A, pair.send(1, 0, 100));
  // Not a million here: state that grows with a wait shows after a thousand.
  while (pair.a.rnic.counters().rnr_naks_received < 10) pair.step();
  const std::uint64_t before = pair.history.size();
  while (pair.a.rnic.counters().rnr_naks_received < 1010) pair.step();
  EXPECT_EQ(pair.history.size() - before, 2000U);
  EXPECT_EQ(pair.tell(Side::A, input::DestroyQp{pair.a.qp}).status, VerbStatus::Success);
  EXPECT_EQ(pair.tell(Side::A, input::DeregisterMr{pair.a.mr}).status, VerbStatus::Success);
  EXPECT_EQ(pair.tell(Side::A, input::DestroyPd{pair.a.pd}).status, VerbStatus::Success);
  EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt);
}

}  // namespace
}  // namespace smclab::rnic
