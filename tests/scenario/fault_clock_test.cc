// SPDX-License-Identifier: MIT
#include "emu/scenario/fault_clock.h"

#include <gtest/gtest.h>

namespace smclab::scenario {
namespace {

using std::chrono::milliseconds;

Instant at(int ms) {
  return Instant(milliseconds(ms));
}

FaultSpec fault(Trigger trigger, std::optional<Duration> lasts = std::nullopt) {
  FaultSpec spec;
  spec.trigger = std::move(trigger);
  spec.lasts = lasts;
  return spec;
}

HostRecord sends(std::uint32_t host, std::string_view what) {
  HostRecord record;
  record.host = host;
  record.record.event = TraceEvent::Sends;
  record.record.to = what;
  return record;
}

using Turns = std::vector<FaultTurn>;

TEST(FaultClock, BeginsOnceAtItsTimeAndEndsAfterItsDuration) {
  FaultClock clock({fault(AtTime{milliseconds(5)}, milliseconds(10))});
  Turns turns;
  clock.on_time(at(4), turns);
  EXPECT_TRUE(turns.empty());
  EXPECT_EQ(clock.next(), at(5));
  clock.on_time(at(5), turns);
  EXPECT_EQ(turns, (Turns{{0, true}}));
  EXPECT_EQ(clock.next(), at(15));
  clock.on_time(at(15), turns);
  EXPECT_EQ(turns, (Turns{{0, true}, {0, false}}));
  EXPECT_EQ(clock.next(), std::nullopt);
}

TEST(FaultClock, CountsMatchingRecordsOfTheHost) {
  FaultClock clock({fault(OnEvent{1, TraceEvent::Sends, "confirm_link", 2})});
  Turns turns;
  clock.on_record(at(0), sends(1, "confirm_link"), turns);
  clock.on_record(at(0), sends(0, "confirm_link"), turns);
  clock.on_record(at(0), sends(1, "add_link"), turns);
  EXPECT_TRUE(turns.empty());
  EXPECT_TRUE(clock.wants_records());
  clock.on_record(at(1), sends(1, "confirm_link"), turns);
  clock.on_record(at(2), sends(1, "confirm_link"), turns);
  EXPECT_EQ(turns, (Turns{{0, true}}));
  EXPECT_FALSE(clock.wants_records());
}

TEST(FaultClock, FiresWhenTheWorkloadHasPassedTheMark) {
  FaultClock clock({fault(AfterProgress{2, 1'000})});
  Turns turns;
  clock.on_progress(at(0), 2, 999, turns);
  clock.on_progress(at(0), 1, 5'000, turns);
  EXPECT_TRUE(turns.empty());
  clock.on_progress(at(0), 2, 1'500, turns);
  clock.on_progress(at(0), 2, 2'500, turns);
  EXPECT_EQ(turns, (Turns{{0, true}}));
}

TEST(FaultClock, CopiesGoOnIndependently) {
  FaultClock clock({fault(AtTime{milliseconds(5)})});
  FaultClock copy = clock;
  Turns turns;
  clock.on_time(at(5), turns);
  EXPECT_NE(copy, clock);
  copy.on_time(at(5), turns);
  EXPECT_EQ(copy, clock);
}

}  // namespace
}  // namespace smclab::scenario
