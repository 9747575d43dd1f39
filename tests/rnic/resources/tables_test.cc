// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "emu/rnic/resources/number_index.h"
#include "emu/rnic/resources/ring.h"
#include "protocol/chance.h"
#include "protocol/digest.h"

namespace smclab::rnic {
namespace {

Chance seeded(std::uint64_t seed) {
  Chance chance;
  chance.stir({seed, 0, 0, 0});
  return chance;
}

TEST(Ring, DoesAsADequeDoes) {
  Chance chance = seeded(1);
  Ring<std::uint64_t> ring;
  std::deque<std::uint64_t> model;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t dice = chance.draw(4);
    if (dice < 8) {
      ring.push_back(dice + static_cast<unsigned>(i));
      model.push_back(dice + static_cast<unsigned>(i));
    } else if (dice < 13 && !model.empty()) {
      ring.pop_front();
      model.pop_front();
    } else if (dice < 15 && !model.empty()) {
      ring.pop_back();
      model.pop_back();
    }
    ASSERT_EQ(ring.size(), model.size());
    if (model.empty()) continue;
    ASSERT_EQ(ring.front(), model.front());
    ASSERT_EQ(ring.back(), model.back());
    const auto middle = static_cast<std::uint32_t>(model.size() / 2);
    ASSERT_EQ(ring[middle], model[middle]);
  }
}

TEST(Ring, ComparesWhatItHoldsAndNotWhereThatLies) {
  Ring<int> x;
  Ring<int> y;
  for (int i = 0; i < 3; ++i) x.push_back(0);
  for (int i = 0; i < 3; ++i) x.pop_front();
  EXPECT_EQ(x, y);
  for (int i = 0; i < 3; ++i) {
    x.push_back(i);
    y.push_back(i);
  }
  EXPECT_EQ(x, y);
  EXPECT_EQ(digest_of(x), digest_of(y));
  y.back() = 9;
  EXPECT_FALSE(x == y);
  EXPECT_NE(digest_of(x), digest_of(y));
  y.pop_back();
  EXPECT_FALSE(x == y);
  x.clear();
  EXPECT_TRUE(x.empty());
}

TEST(RingDeathTest, WhatIsNotThereCannotBeTaken) {
  Ring<int> ring;
  EXPECT_DEATH(ring.pop_front(), "size_ > 0");
  EXPECT_DEATH((void)ring.front(), "i < size_");
}

// Numbers of few low bits collide much: 64 different ones, so that every chain is long.
TEST(NumberIndex, DoesAsAMapDoes) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    Chance chance = seeded(seed);
    NumberIndex index;
    std::map<std::uint32_t, std::uint32_t> model;
    for (std::uint32_t i = 0; i < 2'000; ++i) {
      const auto number = static_cast<std::uint32_t>(chance.draw(6) << (seed % 5) * 4);
      if (model.count(number) == 0) {
        index.insert(number, i);
        model[number] = i;
      } else if (chance.draw(1) == 0) {
        index.erase(number);
        model.erase(number);
      }
      ASSERT_EQ(index.size(), model.size());
      const auto other = static_cast<std::uint32_t>(chance.draw(6) << (seed % 5) * 4);
      const auto found = index.find(other);
      ASSERT_EQ(found.has_value(), model.count(other) == 1);
      ASSERT_TRUE(!found || *found == model[other]);
    }
    for (const auto& [number, value] : model) ASSERT_EQ(index.find(number), value);
  }
}

TEST(NumberIndexDeathTest, EachNumberIsThereOnce) {
  NumberIndex index;
  EXPECT_EQ(index.find(1), std::nullopt);
  EXPECT_DEATH(index.erase(1), "size_ > 0");
  index.insert(1, 1);
  EXPECT_DEATH(index.insert(1, 2), "number");
  EXPECT_DEATH(index.erase(2), "used");
}

}  // namespace
}  // namespace smclab::rnic
