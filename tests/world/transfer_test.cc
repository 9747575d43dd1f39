// SPDX-License-Identifier: MIT
//
// Whole transfers in the world, from SYN to the last FIN: clean, over bad cables, across
// partitions, many at once, and what is left behind.
#include <gtest/gtest.h>

#include "tests/world/two_hosts.h"

namespace smclab::world {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Bench;
using testing::kA;
using testing::kB;
using testing::make_host;
using testing::two_hosts;

constexpr std::uint64_t kMebi = 1 << 20;
constexpr LaneId kForth{0};
constexpr LaneId kBack{1};

/// Parts per hundred.
constexpr Probability percent(std::uint32_t n) {
  return {n * 10'000'000};
}

void expect_bytes_exact(Bench& bench) {
  for (const std::string& complaint : bench.world.oracle().complaints()) {
    ADD_FAILURE() << complaint;
  }
  for (const auto& [where, app] : bench.apps) EXPECT_EQ(app.wrong, 0U);
}

void expect_good(Bench& bench) {
  expect_bytes_exact(bench);
  for (const auto& [where, app] : bench.apps) {
    EXPECT_TRUE(app.connected);
    EXPECT_EQ(app.sent, app.to_send);
    EXPECT_EQ(app.received, app.to_receive);
    EXPECT_EQ(app.closed, CloseReason::Orderly);
  }
  EXPECT_TRUE(bench.done());
}

/// All link groups idle out, and nothing is left.
void expect_rest(Bench& bench) {
  bench.idle(bench.world.instant() + seconds(900));
  EXPECT_FALSE(bench.world.next().has_value());
  for (const Host& host : bench.world.hosts()) {
    EXPECT_EQ(host.stack.census(), stack::Census{});
    EXPECT_EQ(host.conns.size(), 0U);
    EXPECT_EQ(host.tcp.size(), 0U);
    EXPECT_FALSE(host.stack.deadline().has_value());
  }
}

TEST(Transfer, OneMebibyteOverSmc) {
  Bench bench(two_hosts());
  bench.open(kA, kB, kMebi);
  bench.run();
  expect_good(bench);
  EXPECT_TRUE(bench.app(kA).over_smc);
  EXPECT_TRUE(bench.app(kB).over_smc);
  expect_rest(bench);
}

TEST(Transfer, BothWaysAtOnce) {
  Bench bench(two_hosts());
  bench.open(kA, kB, kMebi, kMebi);
  bench.run();
  expect_good(bench);
}

TEST(Transfer, NothingAtAll) {
  Bench bench(two_hosts());
  bench.open(kA, kB, 0);
  bench.run();
  expect_good(bench);
  expect_rest(bench);
}

TEST(Transfer, SmallestRings) {
  WorldParameters parameters = two_hosts();
  for (HostParameters& host : parameters.hosts) {
    host.stack.smc.rmem = host.stack.smc.wmem = 16'384;
  }
  Bench bench(parameters);
  bench.open(kA, kB, kMebi, 100'000);
  bench.run();
  expect_good(bench);
}

TEST(Transfer, UnlikeRings) {
  WorldParameters parameters = two_hosts();
  parameters.hosts[0].stack.smc.wmem = 524'288;
  parameters.hosts[1].stack.smc.rmem = 16'384;
  Bench bench(parameters);
  bench.open(kA, kB, kMebi, kMebi);
  bench.run();
  expect_good(bench);
}

TEST(Transfer, ManyConnectionsShareALinkGroup) {
  Bench bench(two_hosts());
  for (int i = 0; i < 40; ++i) bench.open(i % 2 == 0 ? kA : kB, i % 2 == 0 ? kB : kA, 20'000, 500);
  bench.run();
  expect_good(bench);
  EXPECT_EQ(bench.apps.size(), 80U);
  // One group for each direction of connecting (RFC 7609 §2.2.3: the role is fixed per group).
  EXPECT_EQ(bench.world.host(kA).stack.census().link_groups, 2U);
  expect_rest(bench);
}

// --- fallback ------------------------------------------------------------------------------------

TEST(Transfer, AHostWithoutSmcGetsTcp) {
  WorldParameters parameters = two_hosts();
  parameters.hosts[1].stack.smc.smc = false;
  Bench bench(parameters);
  bench.open(kA, kB, kMebi, 1'000);
  bench.run();
  expect_good(bench);
  EXPECT_FALSE(bench.app(kA).over_smc);
  EXPECT_EQ(bench.app(kA).own, Diagnosis::PeerHasNoSmc);
  expect_rest(bench);
}

TEST(Transfer, AStrippedOptionMeansTcp) {
  Bench bench(two_hosts());
  bench.world.strip_option(kA, true);
  bench.open(kA, kB, kMebi);
  bench.run();
  expect_good(bench);
  EXPECT_FALSE(bench.app(kB).over_smc);
}

TEST(Transfer, HostsThatNoCableJoinsUseThePlainNetwork) {
  WorldParameters parameters = two_hosts();
  parameters.cables.clear();
  Bench bench(parameters);
  bench.open(kA, kB, 100'000);
  bench.run();
  expect_good(bench);
  EXPECT_FALSE(bench.app(kA).over_smc);
}

TEST(Transfer, NoRoceMeansTcpAfterADecline) {
  // CONFIRM LINK never arrives: both sides fall back, and not a byte of CLC reaches anybody.
  Bench bench(two_hosts());
  bench.world.cut(kForth, FrameKind::Roce, true);
  bench.world.cut(kBack, FrameKind::Roce, true);
  bench.open(kA, kB, kMebi, 10);
  bench.run();
  expect_good(bench);
  EXPECT_FALSE(bench.app(kA).over_smc);
  EXPECT_FALSE(bench.app(kB).over_smc);
  expect_rest(bench);
}

TEST(Transfer, NobodyListens) {
  Bench bench(two_hosts());
  const ConnId conn = bench.world.connect(kA, kB, 1);
  bench.apps[{kA, conn}] = {};
  bench.plans[bench.world.find(kA, conn)->number] = {};
  bench.run(Instant(seconds(1)));
  EXPECT_EQ(bench.app(kA).closed, CloseReason::TcpFailed);
}

// --- bad cables ----------------------------------------------------------------------------------

TEST(Transfer, LossDuplicatesReorderingAndCorruptionChangeNothing) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Bench bench(two_hosts(seed, {.loss = percent(5),
                                 .duplicate = percent(5),
                                 .corrupt = percent(5),
                                 .reorder = percent(5)}));
    bench.open(kA, kB, kMebi / 4, kMebi / 4);
    bench.run(Instant(seconds(600)));
    expect_good(bench);
    EXPECT_TRUE(bench.app(kA).over_smc);
    EXPECT_GT(bench.world.counters(kForth).lost, 0U);
    EXPECT_GT(bench.world.counters(kForth).duplicated, 0U);
    EXPECT_GT(bench.world.counters(kForth).delayed, 0U);
  }
}

TEST(Transfer, EveryCorruptedFrameIsDroppedByItsIcrc) {
  Bench bench(two_hosts(7, {.corrupt = percent(20)}));
  bench.open(kA, kB, kMebi / 8);
  bench.run(Instant(seconds(600)));
  expect_good(bench);
  const std::uint64_t corrupted = bench.world.counters(kForth).corrupted;
  const std::uint64_t dropped = bench.world.host(kB).dropped_icrc;
  EXPECT_GT(corrupted, 20U);
  // The few bits that the ICRC leaves out (congestion marks, UDP checksum) harm nobody.
  EXPECT_LE(dropped, corrupted);
  EXPECT_GE(dropped, corrupted - corrupted / 5);
}

TEST(Transfer, LongDelaysOnlyTakeTime) {
  Bench bench(two_hosts(1, {.delay = milliseconds(50)}));
  bench.open(kA, kB, 300'000);
  bench.run(Instant(seconds(100)));
  expect_good(bench);
  EXPECT_TRUE(bench.app(kA).over_smc);
}

// --- partitions ----------------------------------------------------------------------------------

/// Runs until that many bytes have arrived at b.
void run_to(Bench& bench, std::uint64_t bytes) {
  bench.look();
  while (bench.world.next() && (bench.apps.size() < 2 || bench.app(kB).received < bytes)) {
    bench.world.step();
    bench.look();
  }
}

void part(Bench& bench, bool on) {
  for (const LaneId lane : {kForth, kBack}) {
    bench.world.cut(lane, FrameKind::Roce, on);
    bench.world.cut(lane, FrameKind::Tcp, on);
  }
}

TEST(Transfer, AShortPartitionHeals) {
  Bench bench(two_hosts());
  bench.open(kA, kB, kMebi);
  run_to(bench, kMebi / 2);
  part(bench, true);
  bench.idle(bench.world.instant() + milliseconds(300));
  EXPECT_LT(bench.app(kB).received, kMebi);
  part(bench, false);
  bench.run();
  expect_good(bench);
}

TEST(Transfer, AOneWayPartitionHeals) {
  for (const LaneId lane : {kForth, kBack}) {
    Bench bench(two_hosts());
    bench.open(kA, kB, kMebi);
    run_to(bench, kMebi / 2);
    bench.world.cut(lane, FrameKind::Roce, true);
    bench.idle(bench.world.instant() + milliseconds(300));
    bench.world.cut(lane, FrameKind::Roce, false);
    bench.run();
    expect_good(bench);
  }
}

TEST(Transfer, ALastingPartitionEndsTheConnectionOnBothSides) {
  Bench bench(two_hosts());
  bench.open(kA, kB, kMebi);
  run_to(bench, kMebi / 2);
  part(bench, true);
  bench.run(Instant(seconds(200)));
  expect_bytes_exact(bench);
  // With one link there is nowhere to go (invariant I3); the receiver notices by TEST LINK.
  EXPECT_EQ(bench.app(kA).closed, CloseReason::LinkLost);
  ASSERT_TRUE(bench.app(kB).closed.has_value());
  EXPECT_NE(bench.app(kB).closed, CloseReason::Orderly);
  EXPECT_TRUE(bench.happened("completion", "retries_exceeded"));
  expect_rest(bench);
}

TEST(Transfer, ADownPortEndsTheConnection) {
  Bench bench(two_hosts());
  bench.open(kA, kB, kMebi);
  run_to(bench, kMebi / 2);
  bench.world.set_cable({0}, false);
  bench.run(Instant(seconds(200)));
  expect_bytes_exact(bench);
  EXPECT_EQ(bench.app(kA).closed, CloseReason::LinkLost);
  expect_rest(bench);
}

TEST(Transfer, AfterTheCableIsMendedANewConnectionWorks) {
  Bench bench(two_hosts());
  bench.open(kA, kB, kMebi);
  run_to(bench, kMebi / 2);
  bench.world.set_cable({0}, false);
  bench.run(Instant(seconds(200)));
  bench.world.set_cable({0}, true);
  bench.apps.clear();
  bench.plans.clear();
  bench.open(kA, kB, kMebi);
  bench.run(Instant(seconds(300)));
  expect_good(bench);
  EXPECT_TRUE(bench.app(kA).over_smc);
}

}  // namespace
}  // namespace smclab::world
