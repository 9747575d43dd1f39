// SPDX-License-Identifier: MIT
#include "protocol/buffer/buffer_machine.h"

#include <gtest/gtest.h>

namespace smclab {
namespace {

using enum BufferState;
using State = BufferState;
using Input = BufferInput;
using Effect = BufferEffect;
using Facts = machine::Facts<BufferFact>;

template <class Visit>
void for_each_step(Visit visit) {
  for (const State s : machine::kAll<State>) {
    for (const Input input : machine::kAll<Input>) {
      for (std::size_t f = 0; f < Facts::kCombinations; ++f) {
        const Facts facts = Facts::combination(f);
        visit(s, input, facts, kBufferMachine.step(s, input, facts));
      }
    }
  }
}

TEST(BufferMachine, IsFreeOnlyBehindAWipe) {
  for_each_step([](State s, Input, Facts, auto step) {
    if (step.to == Free && s != Free) {
      EXPECT_EQ(step.then, Effect::Zero);
    }
  });
}

TEST(BufferMachine, IsNeverFreeWhileThePeerMayWrite) {
  for_each_step([](State s, Input input, Facts facts, auto step) {
    if (s == Free || step.to != Free) return;
    EXPECT_TRUE(!facts.has(BufferFact::PeerWrites) || input == Input::Revoked);
  });
}

TEST(BufferMachine, OwesDeleteRkeyForWhatConfirmRkeyAnnounced) {
  for_each_step([](State s, Input input, Facts facts, auto step) {
    if (s != InUse || input != Input::Released || facts.has(BufferFact::GroupOver)) return;
    if (facts.has(BufferFact::PeerKnows)) {
      EXPECT_EQ(step.then, Effect::Revoke);
    }
  });
}

TEST(BufferMachine, IsGivenOnlyWhenFreeAndOnlyWithAKey) {
  for_each_step([](State s, Input input, Facts facts, auto step) {
    if (input != Input::Taken) return;
    EXPECT_EQ(step.verdict == machine::Verdict::Violation, s != Free);
    if (s != Free) return;
    EXPECT_EQ(step.to, facts.has(BufferFact::KeyMissing) ? Registering : InUse);
  });
}

TEST(BufferMachine, LeavesNothingBehindWhenItsGroupEnds) {
  for_each_step([](State s, Input input, Facts facts, auto step) {
    if (input == Input::GroupEnded && (s == Revoking || s == Withheld || s == Free)) {
      EXPECT_EQ(step.to, Gone);
      EXPECT_EQ(step.then, Effect::Release);
    }
    if (s == InUse && input == Input::Released && facts.has(BufferFact::GroupOver)) {
      EXPECT_EQ(step.to, Gone);
      EXPECT_EQ(step.then, Effect::Release);
    }
  });
}

}  // namespace
}  // namespace smclab
