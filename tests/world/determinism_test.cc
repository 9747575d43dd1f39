// SPDX-License-Identifier: MIT
//
// A world is a value and a seed is a run: the same seed gives the same trace and the same state,
// and a copy made at any moment lives the same life (invariant I8).
#include <gtest/gtest.h>

#include <set>

#include "tests/world/two_hosts.h"

namespace smclab::world {
namespace {

using std::chrono::seconds;
using testing::Bench;
using testing::kA;
using testing::kB;
using testing::rough_ride;

TEST(Determinism, TheSameSeedIsTheSameRun) {
  Bench first = rough_ride(3);
  Bench second = rough_ride(3);
  first.run();
  second.run();
  EXPECT_TRUE(first.done());
  EXPECT_EQ(first.world.trace_hash(), second.world.trace_hash());
  EXPECT_EQ(first.world.digest(), second.world.digest());
  EXPECT_EQ(first.world, second.world);
  EXPECT_EQ(first.world.events(), second.world.events());
}

TEST(Determinism, SeedsDiffer) {
  std::set<std::uint64_t> hashes;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    Bench bench = rough_ride(seed);
    bench.run();
    hashes.insert(bench.world.trace_hash());
  }
  EXPECT_EQ(hashes.size(), 4U);
}

TEST(Determinism, ACopyLivesTheSameLife) {
  for (const std::uint64_t steps : {1U, 10U, 100U, 500U, 1'000U}) {
    Bench original = rough_ride(5);
    for (std::uint64_t i = 0; i < steps; ++i) {
      original.world.step();
      original.look();
    }
    Bench copy = original;
    EXPECT_EQ(copy.world, original.world);
    EXPECT_EQ(copy.world.digest(), original.world.digest());
    original.run();
    copy.run();
    EXPECT_EQ(copy.world.trace_hash(), original.world.trace_hash()) << "after " << steps;
    EXPECT_EQ(copy.world.digest(), original.world.digest());
    EXPECT_EQ(copy.world, original.world);
    EXPECT_EQ(copy.apps, original.apps);
  }
}

TEST(Determinism, ACopyIsNotTouchedByItsOriginal) {
  Bench original = rough_ride(5);
  for (int i = 0; i < 300; ++i) {
    original.world.step();
    original.look();
  }
  const Bench copy = original;
  const std::uint64_t before = copy.world.digest();
  original.run();
  EXPECT_EQ(copy.world.digest(), before);
  EXPECT_NE(original.world.digest(), before);
}

TEST(Determinism, LookingChangesNothing) {
  // The capture and the oracle are spectators.
  std::set<std::uint64_t> hashes;
  for (const bool capture : {false, true}) {
    for (const bool oracle : {false, true}) {
      WorldParameters parameters = testing::two_hosts(9, {.loss = {30'000'000}});
      parameters.capture = capture;
      parameters.oracle = oracle;
      Bench bench(parameters);
      bench.open(kA, kB, 100'000, 10'000);
      bench.run();
      hashes.insert(bench.world.trace_hash());
    }
  }
  EXPECT_EQ(hashes.size(), 1U);
}

}  // namespace
}  // namespace smclab::world
