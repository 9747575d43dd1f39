// SPDX-License-Identifier: MIT
//
// The life of a queue pair: every wish in every state, and what each state does with work.
#include "emu/rnic/transport/states.h"

#include <gtest/gtest.h>

#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

constexpr auto kStates = machine::kAll<QpState>;

// A pair whose A was moved to this state by legal steps.
Pair pair_in(QpState state) {
  PairSettings settings;
  settings.connected = false;
  Pair pair(settings);
  if (state == QpState::Error) {
    EXPECT_EQ(pair.move(Side::A, QpState::Error), VerbStatus::Success);
    return pair;
  }
  for (const QpState to : {QpState::Init, QpState::ReadyToReceive, QpState::ReadyToSend}) {
    if (to > state) break;
    EXPECT_EQ(pair.move(Side::A, to), VerbStatus::Success);
  }
  return pair;
}

bool legal(QpState from, QpState to) {
  if (to == QpState::Reset || to == QpState::Error) return true;
  if (to == QpState::Init) return from == QpState::Reset;
  if (to == QpState::ReadyToReceive) return from == QpState::Init;
  return from == QpState::ReadyToReceive;
}

// How the state shows: by what posting work is answered.
QpState shown_state(Pair& pair) {
  if (pair.receive(Side::A, 1, 0, 8) == VerbStatus::BadState) return QpState::Reset;
  const bool flushed = !pair.a.completions().empty();
  if (flushed) return QpState::Error;
  if (pair.post(Side::A, pair.write(2, 0, 8)) == VerbStatus::Success) return QpState::ReadyToSend;
  return pair.move(Side::A, QpState::ReadyToSend) == VerbStatus::Success ? QpState::ReadyToReceive
                                                                         : QpState::Init;
}

TEST(States, EveryWishInEveryState) {
  for (const QpState from : kStates) {
    for (const QpState to : kStates) {
      Pair pair = pair_in(from);
      const VerbStatus status = pair.move(Side::A, to);
      EXPECT_EQ(status, legal(from, to) ? VerbStatus::Success : VerbStatus::BadState)
          << describe(from) << " to " << describe(to);
      EXPECT_EQ(shown_state(pair), legal(from, to) ? to : from)
          << describe(from) << " to " << describe(to);
    }
  }
}

TEST(States, EveryInputHasAnEffectThatCanBeNamed) {
  for (const QpState state : kStates) {
    EXPECT_NE(describe(state), "?");
    for (const QpInput input : machine::kAll<QpInput>) {
      EXPECT_NE(describe(input), "?");
      const auto step = kQpStates.step(state, input);
      EXPECT_NE(describe(step.then), "?");
      EXPECT_TRUE(input != QpInput::Failure || step.to == QpState::Error);
    }
  }
  EXPECT_EQ(describe(static_cast<QpState>(99)), "?");
  EXPECT_EQ(describe(static_cast<QpInput>(99)), "?");
  EXPECT_EQ(describe(static_cast<QpEffect>(99)), "?");
}

TEST(States, AStateThatIsNoneIsRefused) {
  Pair pair = pair_in(QpState::Reset);
  EXPECT_EQ(pair.move(Side::A, static_cast<QpState>(17)), VerbStatus::BadArgument);
}

TEST(States, WorkIsTakenByState) {
  using Statuses = std::pair<VerbStatus, VerbStatus>;
  const auto taken = [](QpState state) {
    Pair pair = pair_in(state);
    return Statuses{pair.receive(Side::A, 1, 0, 8), pair.post(Side::A, pair.write(2, 0, 8))};
  };
  EXPECT_EQ(taken(QpState::Reset), Statuses(VerbStatus::BadState, VerbStatus::BadState));
  EXPECT_EQ(taken(QpState::Init), Statuses(VerbStatus::Success, VerbStatus::BadState));
  EXPECT_EQ(taken(QpState::ReadyToReceive), Statuses(VerbStatus::Success, VerbStatus::BadState));
  EXPECT_EQ(taken(QpState::ReadyToSend), Statuses(VerbStatus::Success, VerbStatus::Success));
  EXPECT_EQ(taken(QpState::Error), Statuses(VerbStatus::Success, VerbStatus::Success));
}

TEST(States, AttributesOutOfRangeLeaveTheQueuePairInInit) {
  const auto status_of = [](auto change) {
    Pair pair = pair_in(QpState::Init);
    QpAttributes attributes;
    change(attributes);
    const input::ModifyQp verb{pair.a.qp, QpState::ReadyToReceive, attributes};
    const VerbStatus status = pair.tell(Side::A, verb).status;
    EXPECT_EQ(shown_state(pair),
              status == VerbStatus::Success ? QpState::ReadyToReceive : QpState::Init);
    return status;
  };
  using A = QpAttributes;
  EXPECT_EQ(status_of([](A&) {}), VerbStatus::Success);
  const auto refused = [&](auto change) { EXPECT_EQ(status_of(change), VerbStatus::BadArgument); };
  refused([](A& a) { a.path_mtu = static_cast<MtuCode>(0); });
  refused([](A& a) { a.path_mtu = static_cast<MtuCode>(6); });
  refused([](A& a) { a.peer_qpn.value = 0x100'0000; });
  refused([](A& a) { a.send_psn.value = 0x100'0000; });
  refused([](A& a) { a.receive_psn.value = 0x100'0000; });
  refused([](A& a) { a.timeout = 32; });
  refused([](A& a) { a.retry_count = 8; });
  refused([](A& a) { a.rnr_retry = 8; });
  refused([](A& a) { a.min_rnr_timer = 32; });
  refused([](A& a) { a.priority = 8; });
}

TEST(States, APathMtuBeyondThePortsIsRefused) {
  PairSettings settings;
  settings.connected = false;
  settings.config.max_mtu = MtuCode::Mtu512;
  Pair pair(settings);
  pair.move(Side::A, QpState::Init);
  EXPECT_EQ(pair.move(Side::A, QpState::ReadyToReceive), VerbStatus::BadArgument);
}

TEST(States, ResetForgetsWithoutCompletions) {
  Pair pair;
  pair.receive(Side::A, 1, 0, 8);
  pair.post(Side::A, pair.write(2, 0, 5000));
  pair.pull();
  EXPECT_EQ(pair.move(Side::A, QpState::Reset), VerbStatus::Success);
  pair.settle();
  EXPECT_TRUE(pair.a.completions().empty());
  EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt);
  EXPECT_EQ(pair.a.rnic.next_transmit(), std::nullopt);
}

TEST(States, AResetQueuePairConnectsAgain) {
  Pair pair;
  pair.fill();
  pair.post(Side::A, pair.write(1, 0, 5000));
  pair.settle();
  for (const Side side : {Side::A, Side::B}) {
    for (const QpState to :
         {QpState::Reset, QpState::Init, QpState::ReadyToReceive, QpState::ReadyToSend}) {
      EXPECT_EQ(pair.move(side, to), VerbStatus::Success);
    }
  }
  pair.post(Side::A, pair.write(2, 6000, 5000));
  pair.settle();
  EXPECT_EQ(pair.a.memory[7000], pair.b.memory[7000]);
  EXPECT_EQ(pair.a.completions().size(), 2U);
}

TEST(States, AReceiverAnswersBeforeItMaySend) {
  PairSettings settings;
  settings.connected = false;
  Pair pair(settings);
  for (const QpState to : {QpState::Init, QpState::ReadyToReceive, QpState::ReadyToSend}) {
    pair.move(Side::A, to);
    if (to != QpState::ReadyToSend) pair.move(Side::B, to);
  }
  pair.fill();
  pair.post(Side::A, pair.write(1, 0, 3000));
  pair.settle();
  EXPECT_EQ(pair.a.memory[2999], pair.b.memory[2999]);
  EXPECT_EQ(pair.a.completions().size(), 1U);
}

}  // namespace
}  // namespace smclab::rnic
