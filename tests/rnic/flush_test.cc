// SPDX-License-Identifier: MIT
//
// Every request that was taken completes exactly once, in order, whatever ends a queue pair. Only
// Reset and destruction forget, and only an overflown completion queue loses.
#include <gtest/gtest.h>

#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

constexpr WorkId kSends = 20;
constexpr WorkId kReceives = 12;

// A connection in full work: sends, writes and reads of A, some unsignaled, receives at both.
void load(Pair& pair) {
  for (WorkId work = 0; work < kReceives; ++work) {
    pair.receive(Side::A, 1000 + work, 0, 500);
    pair.receive(Side::B, 1000 + work, 0, 500);
  }
  for (WorkId work = 0; work < kSends; ++work) {
    SendRequest request = pair.write(work, 0, 600);
    if (work % 4 == 1) request = pair.send(work, 0, 300);
    if (work % 4 == 2) request = pair.read(work, 0, 700);
    request.signaled = work % 3 != 0;
    pair.post(Side::A, request);
  }
}

// Of A: completions come in the order of posting, successes before flushes, none twice, none
// missing but unsignaled successes.
void expect_each_once(const std::vector<Completion>& done, bool failed) {
  WorkId next_send = 0;
  WorkId next_receive = 1000;
  bool flushing = false;
  for (const Completion& c : done) {
    if (c.kind == CompletionKind::Receive) {
      EXPECT_EQ(c.work, next_receive++);
      EXPECT_EQ(c.status, CompletionStatus::Flushed) << "B sends nothing";
      continue;
    }
    while (c.work != next_send && next_send % 3 == 0) ++next_send;  // unsignaled successes
    EXPECT_EQ(c.work, next_send++);
    EXPECT_FALSE(flushing && c.status == CompletionStatus::Success);
    flushing = c.status != CompletionStatus::Success;
  }
  if (!failed) return;
  EXPECT_EQ(next_send, kSends);
  EXPECT_EQ(next_receive, 1000 + kReceives);
}

TEST(Flush, AtEveryMomentOfAConversation) {
  for (int steps = 0; steps < 120; ++steps) {
    PairSettings settings;
    settings.attributes.path_mtu = MtuCode::Mtu256;
    Pair pair(settings);
    load(pair);
    for (int i = 0; i < steps; ++i) pair.step();
    EXPECT_EQ(pair.move(Side::A, QpState::Error), VerbStatus::Success);
    pair.settle();
    expect_each_once(pair.a.completions(), true);
    EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt);
    EXPECT_EQ(pair.a.rnic.next_transmit(), std::nullopt);
    EXPECT_TRUE(pair.a.events.empty()) << "the driver wished it";
  }
}

TEST(Flush, WhenThePeerDiesAtEveryMoment) {
  for (int steps = 0; steps < 120; steps += 3) {
    PairSettings settings;
    settings.attributes.path_mtu = MtuCode::Mtu256;
    settings.attributes.timeout = 5;
    Pair pair(settings);
    load(pair);
    for (int i = 0; i < steps; ++i) pair.step();
    pair.tell(Side::B, input::DestroyQp{pair.b.qp});
    pair.settle();
    const auto done = pair.a.completions();
    expect_each_once(done, pair.post(Side::A, pair.write(0, 0, 0)) == VerbStatus::Success &&
                               !pair.a.completions().empty());
  }
}

TEST(Flush, WorkThatComesTooLateIsFlushedAtOnce) {
  Pair pair;
  pair.move(Side::A, QpState::Error);
  EXPECT_EQ(pair.post(Side::A, pair.write(5, 0, 10)), VerbStatus::Success);
  EXPECT_EQ(pair.receive(Side::A, 6, 0, 10), VerbStatus::Success);
  const auto done = pair.a.completions();
  ASSERT_EQ(done.size(), 2U);
  EXPECT_EQ(done[0].status, CompletionStatus::Flushed);
  EXPECT_EQ(done[0].work, 5U);
  EXPECT_EQ(done[1].status, CompletionStatus::Flushed);
  EXPECT_EQ(done[1].work, 6U);
}

TEST(Flush, UnsignaledWorkIsFlushedAloud) {
  Pair pair;
  SendRequest quiet = pair.write(5, 0, 10);
  quiet.signaled = false;
  pair.post(Side::A, quiet);
  pair.move(Side::A, QpState::Error);
  EXPECT_EQ(pair.a.completions().size(), 1U);
}

TEST(Flush, AHalfReceivedMessageIsFlushed) {
  PairSettings settings;
  settings.attributes.path_mtu = MtuCode::Mtu256;
  Pair pair(settings);
  pair.on_wire = [](WireFrame& frame) { frame.drop = frame.index > 1; };
  pair.receive(Side::B, 7, 0, 1000);
  pair.post(Side::A, pair.send(1, 0, 1000));
  for (int i = 0; i < 4; ++i) pair.step();
  EXPECT_EQ(pair.b.placed.size(), 2U);
  pair.move(Side::B, QpState::Error);
  const auto done = pair.b.completions();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].status, CompletionStatus::Flushed);
}

TEST(Flush, ANakLeavesBeforeAllFallsSilent) {
  Pair pair;
  SendRequest bad = pair.write(1, 0, 100);
  bad.rkey.value ^= 1;
  SendRequest own = pair.send(8, 0, 100);
  own.sges[0].lkey = pair.b.key;
  pair.post(Side::B, own);
  pair.post(Side::A, bad);
  pair.settle();
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::RemoteAccess);
  const auto done = pair.b.completions();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].status, CompletionStatus::Flushed) << "B's own work ends as well";
  EXPECT_EQ(pair.b.rnic.next_transmit(), std::nullopt);
}

// --- completion queues that overflow ------------------------------------------------------------

// Makes a second queue pair of A that completes into these queues, in state Error so that work
// is flushed into them at once.
QpId dead_queue_pair(Pair& pair, CqId send_cq, CqId receive_cq) {
  static std::uint32_t generation = 1;
  const QpId qp{1, generation++};
  EXPECT_EQ(pair.tell(Side::A, input::CreateQp{qp, pair.a.pd, send_cq, receive_cq, 8, 8}).status,
            VerbStatus::Success);
  EXPECT_EQ(pair.tell(Side::A, input::ModifyQp{qp, QpState::Error, {}}).status,
            VerbStatus::Success);
  return qp;
}

TEST(Overflow, IsToldOnceAndEndsTheQueuePairs) {
  Pair pair;
  const CqId small{2, 1};
  pair.tell(Side::A, input::CreateCq{small, 3});
  const QpId dead = dead_queue_pair(pair, small, small);
  const QpId alive{2, 1};
  pair.tell(Side::A, input::CreateQp{alive, pair.a.pd, pair.a.send_cq, small, 8, 8});
  pair.tell(Side::A, input::ModifyQp{alive, QpState::Init, {}});
  pair.tell(Side::A, input::PostReceive{alive, 50, {}});
  for (WorkId work = 0; work < 6; ++work) {
    const auto done = pair.tell(Side::A, input::PostReceive{dead, work, {}});
    EXPECT_EQ(done.status, VerbStatus::Success);
  }
  ASSERT_EQ(pair.a.events.size(), 2U);
  EXPECT_EQ(pair.a.events[0].kind, AsyncKind::CqOverflow);
  EXPECT_EQ(pair.a.events[0].cq, small);
  EXPECT_EQ(pair.a.events[1].kind, AsyncKind::QpFatal);
  EXPECT_EQ(pair.a.events[1].qp, alive) << "the dead one could not fail any more";
  std::array<Completion, 8> out;
  ASSERT_EQ(pair.a.rnic.poll(small, out), 3U) << "what fitted can be taken";
  for (WorkId work = 0; work < 3; ++work) EXPECT_EQ(out[work].work, work);
  pair.tell(Side::A, input::PostReceive{dead, 9, {}});
  EXPECT_EQ(pair.a.rnic.poll(small, out), 0U) << "nothing comes behind a loss";
  EXPECT_EQ(pair.a.events.size(), 2U);
}

TEST(Overflow, OfAQueueInWorkEndsTheConnection) {
  Pair pair;
  const CqId small{2, 1};
  const QpId qp{1, 1};
  pair.tell(Side::B, input::CreateCq{small, 2});
  pair.tell(Side::B, input::DestroyQp{pair.b.qp});
  pair.b.receive_cq = small;
  pair.b.qp = qp;
  pair.b.qpn = pair.tell(Side::B, input::CreateQp{qp, pair.b.pd, pair.b.send_cq, small, 8, 8}).qpn;
  for (const Side side : {Side::A, Side::B}) {
    for (const QpState to :
         {QpState::Reset, QpState::Init, QpState::ReadyToReceive, QpState::ReadyToSend}) {
      EXPECT_EQ(pair.move(side, to), VerbStatus::Success);
    }
  }
  for (WorkId work = 0; work < 5; ++work) pair.receive(Side::B, work, 0, 100);
  for (WorkId work = 0; work < 5; ++work) pair.post(Side::A, pair.send(work, 0, 100));
  pair.settle();
  ASSERT_EQ(pair.b.events.size(), 2U);
  EXPECT_EQ(pair.b.events[0].kind, AsyncKind::CqOverflow);
  EXPECT_EQ(pair.b.events[1].kind, AsyncKind::QpFatal);
  EXPECT_EQ(pair.b.completions().size(), 2U);
  // The peer learns of it by silence.
  EXPECT_EQ(pair.a.completions().at(2).status, CompletionStatus::RetriesExceeded);
}

TEST(Overflow, SpreadsFromQueueToQueue) {
  Pair pair;
  // Each queue pair completes into the queue of the next: one overflow flushes, and overflows.
  constexpr std::uint32_t kQueues = 50;
  for (std::uint32_t i = 0; i < kQueues; ++i) {
    pair.tell(Side::A, input::CreateCq{{10 + i, 1}, 1});
  }
  for (std::uint32_t i = 0; i + 1 < kQueues; ++i) {
    const QpId qp{10 + i, 1};
    pair.tell(Side::A, input::CreateQp{qp, pair.a.pd, {10 + i, 1}, {11 + i, 1}, 8, 8});
    pair.tell(Side::A, input::ModifyQp{qp, QpState::Init, {}});
    for (WorkId work = 0; work < 2; ++work) pair.tell(Side::A, input::PostReceive{qp, work, {}});
  }
  const QpId dead = dead_queue_pair(pair, {10, 1}, {10, 1});
  pair.tell(Side::A, input::PostReceive{dead, 1, {}});
  EXPECT_TRUE(pair.a.events.empty());
  pair.tell(Side::A, input::PostReceive{dead, 2, {}});
  EXPECT_EQ(pair.a.events.size(), kQueues + kQueues - 1) << "all queues and all queue pairs";
}

TEST(Overflow, AQueuePairDoesNotBeginOnALostQueue) {
  Pair pair;
  const CqId small{2, 1};
  pair.tell(Side::A, input::CreateCq{small, 1});
  const QpId dead = dead_queue_pair(pair, small, small);
  for (WorkId work = 0; work < 2; ++work) pair.tell(Side::A, input::PostReceive{dead, work, {}});
  EXPECT_EQ(pair.tell(Side::A, input::ModifyQp{dead, QpState::Reset, {}}).status,
            VerbStatus::Success);
  EXPECT_EQ(pair.tell(Side::A, input::ModifyQp{dead, QpState::Init, {}}).status,
            VerbStatus::BadState);
}

}  // namespace
}  // namespace smclab::rnic
