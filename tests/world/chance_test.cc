// SPDX-License-Identifier: MIT
#include "emu/world/chance.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace smclab::world {
namespace {

TEST(Dice, StreamsAreRepeatableAndDiffer) {
  Dice a(7, "lane", 0);
  Dice b(7, "lane", 0);
  Dice other_index(7, "lane", 1);
  Dice other_name(7, "host", 0);
  Dice other_seed(8, "lane", 0);
  const std::uint64_t first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, other_index.next());
  EXPECT_NE(first, other_name.next());
  EXPECT_NE(first, other_seed.next());
}

TEST(Dice, DrawsTheSameNumbersForEver) {
  // Scenarios in the wild name seeds: what a seed means may never change.
  Dice dice(1, "lane", 0);
  const std::array drawn = {dice.below(1'000'000), dice.below(1'000'000), dice.below(1'000'000)};
  Dice again(1, "lane", 0);
  EXPECT_EQ(again.below(1'000'000), drawn[0]);
  EXPECT_EQ(drawn, (std::array<std::uint64_t, 3>{411'206, 571'932, 403'604}));
}

TEST(Dice, BelowIsUniform) {
  Dice dice(42, "test", 0);
  std::array<int, 10> counts{};
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) ++counts[dice.below(counts.size())];
  // Chi-squared with nine degrees of freedom stays below 33.7 in all but one of ten thousand.
  double chi = 0;
  for (const int count : counts) chi += (count - 10'000.0) * (count - 10'000.0) / 10'000.0;
  EXPECT_LT(chi, 33.7);
}

TEST(Dice, BelowOfPowersOfTwoAndOne) {
  Dice dice(3, "test", 0);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(dice.below(1), 0U);
    EXPECT_LT(dice.below(64), 64U);
  }
}

TEST(Dice, HappensAsOftenAsAsked) {
  Dice dice(5, "test", 0);
  constexpr int kDraws = 200'000;
  int hits = 0;
  for (int i = 0; i < kDraws; ++i) {
    if (dice.happens(Probability{50'000'000})) ++hits;  // 5 %
  }
  // Six standard deviations.
  EXPECT_NEAR(hits, kDraws / 20, 6 * 98);
}

TEST(Dice, CertainAndImpossibleDrawNothing) {
  Dice dice(5, "test", 0);
  const Dice before = dice;
  EXPECT_FALSE(dice.happens(Probability{0}));
  EXPECT_TRUE(dice.happens(Probability{Probability::kAlways}));
  EXPECT_EQ(dice, before);
}

TEST(Dice, SpansReachBothEnds) {
  Dice dice(9, "test", 0);
  std::set<Duration> seen;
  for (int i = 0; i < 200; ++i) seen.insert(dice.up_to(Duration{3}));
  EXPECT_EQ(seen, (std::set<Duration>{Duration{0}, Duration{1}, Duration{2}, Duration{3}}));
  EXPECT_EQ(dice.up_to(Duration{-1}), Duration{0});
}

}  // namespace
}  // namespace smclab::world
