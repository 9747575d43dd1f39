// SPDX-License-Identifier: MIT
#include "emu/scenario/load/problems.h"

#include <gtest/gtest.h>

#include <array>

namespace smclab::scenario {
namespace {

constexpr std::array<std::string_view, 4> kWords = {"rmem", "wmem", "profile",
                                                    "smcr_testlink_time"};

TEST(Suggestion, NamesTheNearestWord) {
  EXPECT_EQ(suggestion("rmen", kWords), " (did you mean 'rmem'?)");
  EXPECT_EQ(suggestion("rmme", kWords), " (did you mean 'rmem'?)");
  EXPECT_EQ(suggestion("testlink_time", kWords), " (did you mean 'smcr_testlink_time'?)");
  EXPECT_EQ(suggestion("proflie", kWords), " (did you mean 'profile'?)");
}

TEST(Suggestion, SaysNothingOfStrangers) {
  EXPECT_EQ(suggestion("delay", kWords), "");
  EXPECT_EQ(suggestion("xy", kWords), "");
  EXPECT_EQ(suggestion("", kWords), "");
  EXPECT_EQ(suggestion(std::string(10'000, 'r'), kWords), "");
}

TEST(Problems, ComeInTheOrderOfTheFileOnce) {
  Problems problems;
  problems.add({9, 1}, "late");
  problems.add({2, 7}, "early");
  problems.add({9, 1}, "late");
  const auto list = problems.sorted();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(show("a.smc.yml", list[0]), "a.smc.yml:2:7: early");
}

TEST(Problems, BeyondTwentyOnlyTheirNumberIsTold) {
  Problems problems;
  for (std::uint32_t i = 1; i <= 25; ++i) problems.add({i, 1}, "wrong");
  const auto list = problems.sorted();
  ASSERT_EQ(list.size(), 21U);
  EXPECT_EQ(list.back().message, "and 5 more problems");
}

TEST(Quoted, KeepsTerminalsSafe) {
  EXPECT_EQ(in_quotes("a\x1b[31m"), "'a?[31m'");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "'" + std::string(48, 'x') + "…'");
  EXPECT_EQ(in_quotes(std::string(47, 'x') + "µµ"), "'" + std::string(47, 'x') + "…'");
}

}  // namespace
}  // namespace smclab::scenario
