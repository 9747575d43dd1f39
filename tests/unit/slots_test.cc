// SPDX-License-Identifier: MIT
#include "protocol/slots.h"

#include <gtest/gtest.h>

namespace smclab {
namespace {

using Table = Slots<int, Handle<struct TestTag>>;

TEST(Slots, FindsWhatWasInserted) {
  Table table;
  const auto id = table.insert(7);
  ASSERT_NE(table.find(id), nullptr);
  EXPECT_EQ(*table.find(id), 7);
  EXPECT_EQ(table.size(), 1U);
}

TEST(Slots, StaleHandleFindsNothingAfterReuse) {
  Table table;
  const auto old = table.insert(1);
  table.erase(old);
  const auto fresh = table.insert(2);
  EXPECT_EQ(fresh.index, old.index);
  EXPECT_EQ(table.find(old), nullptr);
  EXPECT_EQ(table.at(fresh), 2);
}

TEST(Slots, ReusesPlacesInTheOrderTheyWereFreed) {
  Table table;
  const auto a = table.insert(1);
  const auto b = table.insert(2);
  table.erase(b);
  table.erase(a);
  EXPECT_EQ(table.insert(3).index, b.index);
  EXPECT_EQ(table.insert(4).index, a.index);
}

TEST(Slots, CopiesAreIndependentAndComparable) {
  Table table;
  const auto id = table.insert(1);
  Table copy = table;
  EXPECT_EQ(copy, table);
  copy.at(id) = 2;
  EXPECT_NE(copy, table);
  EXPECT_EQ(table.at(id), 1);
}

TEST(SlotsDeathTest, NamingWhatIsGoneIsOurBug) {
  Table table;
  const auto id = table.insert(1);
  table.erase(id);
  EXPECT_DEATH(table.erase(id), "does not hold");
}

}  // namespace
}  // namespace smclab
