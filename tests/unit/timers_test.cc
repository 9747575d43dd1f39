// SPDX-License-Identifier: MIT
#include "protocol/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace smclab {
namespace {

Instant at(int ns) {
  return Instant(Duration(ns));
}

TEST(Timers, FireInOrderOfDeadlineThenOfArming) {
  Timers<int> timers;
  timers.arm(at(20), 1);
  timers.arm(at(10), 2);
  timers.arm(at(10), 3);
  EXPECT_EQ(timers.deadline(), at(10));
  EXPECT_EQ(timers.pop_due(at(9)), std::nullopt);
  EXPECT_EQ(timers.pop_due(at(30)), 2);
  EXPECT_EQ(timers.pop_due(at(30)), 3);
  EXPECT_EQ(timers.pop_due(at(30)), 1);
  EXPECT_EQ(timers.deadline(), std::nullopt);
}

TEST(Timers, CancelledTimerNeverFiresAndItsIdIsForgotten) {
  Timers<int> timers;
  TimerId first = timers.arm(at(1), 1);
  timers.arm(at(2), 2);
  timers.cancel(first);
  EXPECT_FALSE(first.assigned());
  EXPECT_EQ(timers.deadline(), at(2));
  EXPECT_EQ(timers.pop_due(at(5)), 2);
}

TEST(Timers, StaleIdOfAFiredTimerCancelsNothing) {
  Timers<int> timers;
  TimerId fired = timers.arm(at(1), 1);
  ASSERT_EQ(timers.pop_due(at(1)), 1);
  timers.arm(at(2), 2);  // takes the same place
  timers.cancel(fired);
  EXPECT_EQ(timers.size(), 1U);
}

TEST(Timers, AgreeWithASortedListUnderArmAndCancel) {
  Timers<int> timers;
  std::vector<std::pair<int, int>> model;  // deadline, payload in order of arming
  std::vector<TimerId> ids;
  std::uint32_t state = 1;
  for (int i = 0; i < 500; ++i) {
    state = state * 1'664'525U + 1'013'904'223U;
    const int deadline = static_cast<int>(state >> 24);
    ids.push_back(timers.arm(at(deadline), i));
    model.emplace_back(deadline, i);
    if (i % 3 == 2) {
      const int victim = static_cast<int>((state >> 8) % ids.size());
      timers.cancel(ids[static_cast<std::size_t>(victim)]);
      std::erase_if(model, [&](const auto& entry) { return entry.second == victim; });
    }
  }
  std::stable_sort(model.begin(), model.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [deadline, payload] : model) {
    EXPECT_EQ(timers.deadline(), at(deadline));
    EXPECT_EQ(timers.pop_due(at(1000)), payload);
  }
  EXPECT_EQ(timers.size(), 0U);
}

}  // namespace
}  // namespace smclab
