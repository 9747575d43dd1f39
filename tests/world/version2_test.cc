// SPDX-License-Identifier: MIT
//
// Version 2 in the world, from SYN to the last FIN, and its longest messages, which an RNIC cuts
// into many packets: a queue pair of version 2 takes them, one of version 1 breaks.
#include <gtest/gtest.h>

#include "protocol/wire/encode.h"
#include "protocol/wire/llc.h"
#include "tests/world/two_hosts.h"

namespace smclab::world {
namespace {

using std::chrono::seconds;
using testing::Bench;
using testing::kA;
using testing::kB;

constexpr std::uint64_t kMebi = 1 << 20;

WorldParameters hosts(bool with_ueid) {
  WorldParameters parameters = testing::two_hosts();
  if (!with_ueid) return parameters;
  for (HostParameters& host : parameters.hosts) {
    host.stack.smc.ueids.push_back(*make_eid("SMC-LAB"));
  }
  return parameters;
}

void run_to(Bench& bench, std::uint64_t received) {
  while (bench.world.next() && (bench.apps.size() < 2 || bench.app(kB).received < received)) {
    bench.world.step();
    bench.look();
  }
}

void inject(Bench& bench, std::vector<std::byte> bytes) {
  bench.world.tell(kB, stack::input::Inject{.layer = stack::Layer::Llc, .bytes = bytes});
}

// A TEST LINK of this length; what is behind the data is unknown and read over.
std::vector<std::byte> test_link(std::size_t length) {
  wire::TestLink message{.head = {.version = wire::LlcVersion::V2}};
  message.head.unknown = static_cast<std::uint16_t>(length - wire::kLlcSize);
  std::vector<std::byte> bytes(length);
  wire::encode(message, bytes);
  return bytes;
}

TEST(Version2, CarriesAMebibyteBothWaysAndLeavesNothing) {
  Bench bench(hosts(true));
  bench.open(kA, kB, kMebi, kMebi);
  bench.run();
  EXPECT_TRUE(bench.happened("accept", "v2_first_contact"));
  for (const auto& [where, app] : bench.apps) {
    EXPECT_TRUE(app.over_smc);
    EXPECT_EQ(app.wrong, 0U);
    EXPECT_EQ(app.received, kMebi);
    EXPECT_EQ(app.closed, CloseReason::Orderly);
  }
  bench.idle(bench.world.instant() + seconds(900));
  for (const Host& host : bench.world.hosts()) EXPECT_EQ(host.stack.census(), stack::Census{});
}

TEST(Version2, TakesTheLongestMessage) {
  for (const std::size_t length : {std::size_t{257}, std::size_t{kLargestMessage}}) {
    Bench bench(hosts(true));
    bench.open(kA, kB, kMebi);
    run_to(bench, kMebi / 4);
    inject(bench, test_link(length));
    bench.run();
    EXPECT_TRUE(bench.happened("test_link", "response")) << length;
    EXPECT_EQ(bench.app(kB).received, kMebi);
    EXPECT_EQ(bench.app(kB).wrong, 0U);
    EXPECT_EQ(bench.app(kA).closed, CloseReason::Orderly);
  }
}

TEST(Version1, BreaksAtALongMessage) {
  Bench bench(hosts(false));
  bench.open(kA, kB, kMebi);
  run_to(bench, kMebi / 4);
  inject(bench, test_link(60));
  bench.run(Instant(seconds(200)));
  EXPECT_FALSE(bench.happened("test_link", "response"));
  EXPECT_EQ(bench.app(kA).closed, CloseReason::LinkLost);
  EXPECT_EQ(bench.app(kB).wrong, 0U);
}

}  // namespace
}  // namespace smclab::world
