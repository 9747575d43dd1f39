// SPDX-License-Identifier: MIT
//
// The close machine in every state, for every input and combination of facts, against a second
// telling of the same rules: the kernel's switches (smc_close.c) and figures 22 and 23 of RFC
// 7609, with the departures that close_machine.h names.
#include "protocol/connection/close_machine.h"

#include <gtest/gtest.h>

#include <string>

namespace smclab {
namespace {

using enum ConnState;
using State = ConnState;
using Input = CloseInput;
using Effect = CloseEffect;
using Facts = machine::Facts<CloseFact>;

struct Outcome {
  State to;
  Effect effect = Effect::None;
  bool operator==(const Outcome&) const = default;
};

struct Known {
  bool unsent, lossy, close_sent, peer_gone;
  explicit Known(Facts facts)
      : unsent(facts.has(CloseFact::Unsent)),
        lossy(facts.has(CloseFact::Lossy)),
        close_sent(facts.has(CloseFact::CloseSent)),
        peer_gone(facts.has(CloseFact::PeerGone)) {}
  [[nodiscard]] Effect final_cdc() const { return lossy ? Effect::SendAbort : Effect::SendClosed; }
};

bool is_peer_close_wait(State s) {
  return s == PeerCloseWait1 || s == PeerCloseWait2;
}
bool is_app_close_wait(State s) {
  return s == AppCloseWait1 || s == AppCloseWait2;
}

Outcome expect_close(State s, Known k) {
  if (s == Init || s == Listen || s == ProcessAbort) return {Closed};
  if (s == Active && k.unsent) return {s, Effect::Wait};
  if (s == Active) return {PeerCloseWait1, k.final_cdc()};
  if (is_peer_close_wait(s) && !k.close_sent) return {s, k.final_cdc()};
  if (is_app_close_wait(s) && k.peer_gone) return {Closed, k.final_cdc()};
  if (is_app_close_wait(s) && k.unsent) return {s, Effect::Wait};
  if (is_app_close_wait(s)) return {PeerFinCloseWait, k.final_cdc()};
  if (s == AppFinCloseWait) return {Closed, k.close_sent ? Effect::None : k.final_cdc()};
  return {s};
}

Outcome expect_shutdown(State s, Known k) {
  if (s != Active && s != AppCloseWait1) return {s};
  if (k.unsent && (s == Active || !k.peer_gone)) return {s, Effect::Wait};
  return {s == Active ? PeerCloseWait1 : AppCloseWait2, Effect::SendDone};
}

Outcome expect_abort(State s, Known k) {
  if (s == Closed || s == PeerAbortWait) return {s};
  if (s == Init || s == Listen || s == PeerFinCloseWait || s == ProcessAbort) return {Closed};
  if (s == AppFinCloseWait) return {Closed, Effect::SendAbort};
  if (is_peer_close_wait(s) && k.close_sent) return {Closed};
  if (is_app_close_wait(s) && k.peer_gone) return {Closed, Effect::SendAbort};
  return {PeerAbortWait, Effect::SendAbort};
}

Outcome expect_peer_closed(State s, Known k) {
  if (s == Init || s == Active) return {AppCloseWait1};
  if (is_peer_close_wait(s)) return {k.close_sent ? Closed : AppFinCloseWait};
  if (s == PeerFinCloseWait || s == PeerAbortWait) return {Closed};
  return {s};
}

Outcome expect_peer_aborted(State s, Known k) {
  if (s == Closed || s == ProcessAbort) return {s};
  if (s == PeerFinCloseWait || s == PeerAbortWait) return {Closed};
  if (is_peer_close_wait(s) && k.close_sent) return {Closed};
  if (s == AppCloseWait2) return {Closed, Effect::SendAbort};
  return {ProcessAbort, Effect::SendAbort};
}

Outcome expect_timed_out(State s, Known k) {
  if (s == PeerFinCloseWait || s == PeerAbortWait) return {Closed};
  return {is_peer_close_wait(s) && k.close_sent ? Closed : s};
}

Outcome expected(State s, Input input, Facts facts) {
  const Known k(facts);
  switch (input) {
    case Input::Established:
      return {s == Init ? Active : s};
    case Input::Close:
      return expect_close(s, k);
    case Input::Shutdown:
      return expect_shutdown(s, k);
    case Input::Abort:
      return expect_abort(s, k);
    case Input::Undeliverable:
      return s == AppCloseWait1 ? Outcome{ProcessAbort, Effect::SendAbort} : Outcome{s};
    case Input::PeerDone:
      if (s == Init || s == Active) return {AppCloseWait1};
      return {s == PeerCloseWait1 ? PeerCloseWait2 : s};
    case Input::PeerClosed:
      return expect_peer_closed(s, k);
    case Input::PeerAborted:
      return expect_peer_aborted(s, k);
    case Input::TimedOut:
      return expect_timed_out(s, k);
    case Input::Killed:
      return {Closed};
  }
  return {s};
}

bool is_from_peer(Input input) {
  return input == Input::PeerDone || input == Input::PeerClosed || input == Input::PeerAborted;
}
bool must_not_happen(State s, Input input) {
  if (input == Input::Established) return s != Init && s != AppCloseWait1 && s != ProcessAbort;
  return s == Listen && is_from_peer(input);
}

template <class Visit>
void for_each_cell(Visit visit) {
  for (const State s : machine::kAll<State>) {
    for (const Input input : machine::kAll<Input>) {
      for (std::size_t f = 0; f < Facts::kCombinations; ++f) visit(s, input, Facts::combination(f));
    }
  }
}

std::string name(State s, Input input, Facts facts) {
  return std::string(describe(s)) + " on " + std::string(describe(input)) + " with facts " +
         std::to_string(facts.index());
}

TEST(CloseMachine, DoesInEveryCellWhatTheKernelAndTheRfcSay) {
  int cells = 0;
  for_each_cell([&](State s, Input input, Facts facts) {
    const auto step = kCloseMachine.step(s, input, facts);
    ++cells;
    const bool violation = step.verdict == machine::Verdict::Violation;
    ASSERT_EQ(violation, must_not_happen(s, input)) << name(s, input, facts);
    if (violation) return;
    ASSERT_EQ((Outcome{step.to, step.then}), expected(s, input, facts)) << name(s, input, facts);
  });
  EXPECT_EQ(cells, 12 * 10 * 16);
}

TEST(CloseMachine, StateValuesAreTheKernels) {
  EXPECT_EQ(static_cast<int>(Active), 1);
  EXPECT_EQ(static_cast<int>(Init), 2);
  EXPECT_EQ(static_cast<int>(Closed), 7);
  EXPECT_EQ(static_cast<int>(Listen), 10);
  EXPECT_EQ(static_cast<int>(PeerCloseWait1), 20);
  EXPECT_EQ(static_cast<int>(ProcessAbort), 27);
}

TEST(CloseMachine, ClosedIsTheEnd) {
  for_each_cell([](State s, Input input, Facts facts) {
    if (s != Closed) return;
    EXPECT_EQ(kCloseMachine.step(s, input, facts).to, Closed) << name(s, input, facts);
  });
}

// A state from which neither the application nor a timer could go on would hold its buffers for
// ever. Wait is no exit by itself, but its timer takes Unsent away.
TEST(CloseMachine, EveryStateHasATimerOrAnExitForTheApplication) {
  for_each_cell([](State s, Input input, Facts facts) {
    if (s == Closed || input != Input::TimedOut || facts.has(CloseFact::Unsent)) return;
    const bool timer = kCloseMachine.step(s, Input::TimedOut, facts).to == Closed;
    const auto close = kCloseMachine.step(s, Input::Close, facts);
    EXPECT_TRUE(timer || close.to != s || close.then != Effect::None) << name(s, input, facts);
    EXPECT_NE(close.then, Effect::Wait) << name(s, input, facts);
  });
}

TEST(CloseMachine, SaysNothingAfterItsLastWord) {
  // The states in which this side can have said C or A.
  for (const State s : {PeerCloseWait1, PeerCloseWait2, PeerFinCloseWait, PeerAbortWait, Closed}) {
    for_each_cell([s](State other, Input input, Facts facts) {
      if (other != s || !facts.has(CloseFact::CloseSent)) return;
      EXPECT_EQ(kCloseMachine.step(s, input, facts).then, Effect::None) << name(s, input, facts);
    });
  }
}

}  // namespace
}  // namespace smclab
