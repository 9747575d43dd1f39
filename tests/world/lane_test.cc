// SPDX-License-Identifier: MIT
#include "emu/world/lane.h"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "protocol/digest.h"

namespace smclab::world {
namespace {

using std::chrono::microseconds;

Fate send(Lane& lane, Instant end, std::uint8_t mark, FrameKind kind = FrameKind::Roce) {
  Frame& frame = lane.blank();
  frame.kind = kind;
  frame.bytes.assign(100, std::byte{mark});
  return lane.launch(end);
}

/// The marks of all frames in flight, in the order of their arrival.
std::vector<int> marks(Lane lane) {
  std::vector<int> found;
  while (lane.next_arrival()) {
    found.push_back(std::to_integer<int>(lane.arriving().bytes[0]));
    lane.land();
  }
  return found;
}

Lane lane_with(const Weather& weather) {
  return {weather, Dice(1, "lane", 0)};
}

constexpr Probability kHalf{500'000'000};
constexpr Probability kAlways{Probability::kAlways};

TEST(Lane, FramesArriveInOrderAfterTheDelay) {
  Lane lane = lane_with({});
  EXPECT_EQ(send(lane, Instant{microseconds(1)}, 1), Fate::Arrives);
  EXPECT_EQ(send(lane, Instant{microseconds(2)}, 2), Fate::Arrives);
  EXPECT_EQ(*lane.next_arrival(), Instant{microseconds(6)});
  EXPECT_EQ(marks(lane), (std::vector{1, 2}));
}

TEST(Lane, LosesAsOftenAsAsked) {
  Lane lane = lane_with({.loss = kHalf});
  for (int i = 0; i < 1'000; ++i) send(lane, Instant{}, 1);
  EXPECT_EQ(lane.counters().lost + lane.flying(), 1'000U);
  EXPECT_NEAR(static_cast<double>(lane.counters().lost), 500, 95);
}

TEST(Lane, DuplicatesAreTwoEqualFrames) {
  Lane lane = lane_with({.duplicate = kAlways});
  EXPECT_EQ(send(lane, Instant{}, 7), Fate::Duplicated);
  EXPECT_EQ(marks(lane), (std::vector{7, 7}));
}

TEST(Lane, CorruptionFlipsOneBitBehindTheEthernetHeader) {
  Lane lane = lane_with({.corrupt = kAlways});
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(send(lane, Instant{}, 0), Fate::Corrupted);
    int flipped = 0;
    const auto& bytes = lane.arriving().bytes;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const int bits = std::popcount(std::to_integer<unsigned>(bytes[at]));
      if (at < 14) {
        EXPECT_EQ(bits, 0);
      }
      flipped += bits;
    }
    EXPECT_EQ(flipped, 1);
    lane.land();
  }
}

TEST(Lane, AHeldBackFrameIsOvertaken) {
  Lane lane = lane_with({.reorder = kAlways, .reorder_delay = microseconds(20)});
  send(lane, Instant{}, 1);
  lane.weather.reorder = {};
  send(lane, Instant{microseconds(1)}, 2);
  send(lane, Instant{microseconds(30)}, 3);
  EXPECT_EQ(marks(lane), (std::vector{2, 1, 3}));
  EXPECT_EQ(lane.counters().delayed, 1U);
}

TEST(Lane, TcpFeelsOnlyDelayAndCuts) {
  Lane lane = lane_with({.loss = kAlways, .duplicate = kAlways, .corrupt = kAlways});
  EXPECT_EQ(send(lane, Instant{}, 1, FrameKind::Tcp), Fate::Arrives);
  lane.cut(FrameKind::Tcp, true);
  EXPECT_EQ(send(lane, Instant{}, 2, FrameKind::Tcp), Fate::Cut);
  EXPECT_EQ(marks(lane), (std::vector{1}));
}

TEST(Lane, TcpKeepsItsOrderWhenTheDelayShrinks) {
  Lane lane = lane_with({.delay = microseconds(100)});
  send(lane, Instant{}, 1, FrameKind::Tcp);
  lane.weather.delay = microseconds(1);
  send(lane, Instant{microseconds(1)}, 2, FrameKind::Tcp);
  EXPECT_EQ(marks(lane), (std::vector{1, 2}));
}

TEST(Lane, CutsAddUp) {
  Lane lane = lane_with({});
  lane.cut(FrameKind::Roce, true);
  lane.cut(FrameKind::Roce, true);
  lane.cut(FrameKind::Roce, false);
  EXPECT_EQ(send(lane, Instant{}, 1), Fate::Cut);
  lane.cut(FrameKind::Roce, false);
  EXPECT_EQ(send(lane, Instant{}, 2), Fate::Arrives);
}

TEST(Lane, DroppingAllEmptiesIt) {
  Lane lane = lane_with({});
  send(lane, Instant{}, 1);
  send(lane, Instant{}, 2);
  lane.drop_all();
  EXPECT_FALSE(lane.next_arrival().has_value());
  EXPECT_EQ(lane.counters().cut, 2U);
}

TEST(Lane, EqualityDoesNotSeeWhereFramesLie) {
  Lane a = lane_with({});
  Lane b = lane_with({});
  send(a, Instant{}, 1);
  send(a, Instant{microseconds(1)}, 2);
  a.land();
  send(a, Instant{microseconds(2)}, 3);
  send(b, Instant{}, 1);
  b.land();
  send(b, Instant{microseconds(1)}, 2);
  send(b, Instant{microseconds(2)}, 3);
  EXPECT_EQ(a, b);
  EXPECT_EQ(digest_of(a), digest_of(b));
}

}  // namespace
}  // namespace smclab::world
