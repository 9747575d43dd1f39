// SPDX-License-Identifier: MIT
#include "protocol/buffer/cursor.h"

#include <gtest/gtest.h>
// rapidcheck's GoogleTest header needs GoogleTest before it.
#include <rapidcheck/gtest.h>

#include "protocol/buffer/ring_split.h"
#include "protocol/buffer/size_class.h"

namespace smclab {
namespace {

constexpr Ring kRing(16'384);
static_assert(kRing.advance({}, 0) == Cursor{});
static_assert(kRing.advance({7, 16'383}, 1) == Cursor{8, 0});
static_assert(kRing.advance({65'535, 1}, 16'384) == Cursor{0, 1}, "full: one wrap ahead");
static_assert(kRing.distance({65'535, 1}, {0, 1}) == 16'384);
static_assert(kRing.space({3, 5}, {3, 5}) == 16'384 && kRing.space({3, 5}, {4, 5}) == 0);
static_assert(kRing.judge({3, 5}, {4, 5}, 16'384) == Motion::Forward);
static_assert(kRing.judge({3, 5}, {4, 5}, 16'383) == Motion::TooFar);
static_assert(kRing.judge({0, 5}, {0, 16'384}, 16'384) == Motion::BadOffset);
static_assert(from_wire(to_wire({9, 10})) == Cursor{9, 10});

static_assert(size_of_class(0) == 16'384 && size_of_class(5) == 524'288);
static_assert(size_of_class(15) == 536'870'912);
static_assert(class_for(1, 5) == 0 && class_for(16'384, 5) == 0 && class_for(16'385, 5) == 1);
static_assert(class_for(65'536, 5) == 2 && class_for(UINT32_MAX, 5) == 5);
static_assert(class_for(20, 5, {.smallest_ring = 8}) == 2);

// Every ring of up to 5 bytes with 2 or 3 wrap bits, every place in it, every fill.
template <class Visit>
void for_each_pair(Visit visit) {
  for (std::uint32_t size = 1; size <= 5; ++size) {
    for (const unsigned bits : {2U, 3U}) {
      const Ring ring(size, bits);
      for (std::uint16_t wrap = 0; wrap < 1U << bits; ++wrap) {
        for (std::uint32_t offset = 0; offset < size; ++offset) {
          for (std::uint32_t fill = 0; fill <= size; ++fill) {
            visit(ring, bits, Cursor{wrap, offset}, fill);
          }
        }
      }
    }
  }
}

TEST(Cursor, AdvanceAndDistanceAreInverse) {
  for_each_pair([](Ring ring, unsigned bits, Cursor from, std::uint32_t fill) {
    const Cursor to = ring.advance(from, fill);
    ASSERT_LT(to.offset, ring.size());
    ASSERT_LT(to.wrap, 1U << bits);
    ASSERT_EQ(ring.distance(from, to), fill);
    ASSERT_EQ(ring.space(from, to), ring.size() - fill);
    ASSERT_EQ(from == to, fill == 0) << "equal cursors mean empty, and nothing else does";
  });
}

TEST(Cursor, JudgesEveryCursorAPeerCanSend) {
  for_each_pair([](Ring ring, unsigned bits, Cursor old, std::uint32_t room) {
    for (std::uint16_t wrap = 0; wrap < 1U << bits; ++wrap) {
      for (std::uint32_t offset = 0; offset < ring.size() + 2; ++offset) {
        const Cursor next{wrap, offset};
        const Motion motion = ring.judge(old, next, room);
        Motion expected = Motion::BadWrap;
        const unsigned step = (wrap - old.wrap) & ((1U << bits) - 1);
        if (step == (1U << bits) - 1 || (step == 0 && offset < old.offset)) {
          expected = Motion::Regress;
        }
        Cursor there = old;
        for (std::uint32_t moved = 0; moved <= 2 * ring.size() && step <= 1; ++moved) {
          if (there == next) {
            expected = moved == 0      ? Motion::Still
                       : moved <= room ? Motion::Forward
                                       : Motion::TooFar;
            break;
          }
          there = ring.advance(there, 1);
        }
        if (offset >= ring.size()) expected = Motion::BadOffset;
        ASSERT_EQ(motion, expected)
            << "size " << ring.size() << " from " << old.wrap << "/" << old.offset << " to " << wrap
            << "/" << offset << " with room " << room;
        ASSERT_TRUE(motion != Motion::Forward || ring.distance(old, next) <= room);
      }
    }
  });
}

TEST(Cursor, ViolationsAreWhatAnHonestPeerCannotSend) {
  EXPECT_FALSE(is_violation(Motion::Still) || is_violation(Motion::Forward));
  EXPECT_FALSE(is_violation(Motion::Regress)) << "a sender may rewind after a failover";
  EXPECT_TRUE(is_violation(Motion::BadOffset) && is_violation(Motion::BadWrap));
  EXPECT_TRUE(is_violation(Motion::TooFar));
  for (const Motion motion : {Motion::Still, Motion::Forward, Motion::Regress, Motion::BadOffset,
                              Motion::BadWrap, Motion::TooFar}) {
    EXPECT_NE(describe(motion), "?");
  }
}

TEST(CursorDeathTest, MisuseIsOurBug) {
  EXPECT_DEATH((void)kRing.advance({0, 16'384}, 1), "does not hold");
  EXPECT_DEATH((void)kRing.advance({}, 16'385), "does not hold");
  EXPECT_DEATH((void)kRing.distance({0, 1}, {1, 2}), "does not hold");
  EXPECT_DEATH(Ring(0), "does not hold");
  EXPECT_DEATH(Ring(16, 1), "does not hold");
}

RC_GTEST_PROP(CursorProperty, AdvancingInStepsIsAdvancingAtOnce, ()) {
  const Ring ring(*rc::gen::inRange<std::uint32_t>(1, 1U << 20),
                  *rc::gen::inRange<unsigned>(2, 17));
  const Cursor start{0, *rc::gen::inRange<std::uint32_t>(0, ring.size())};
  const auto first = *rc::gen::inRange<std::uint32_t>(0, ring.size() + 1);
  const auto second = *rc::gen::inRange<std::uint32_t>(0, ring.size() + 1 - first);
  RC_ASSERT(ring.advance(ring.advance(start, first), second) ==
            ring.advance(start, first + second));
}

RC_GTEST_PROP(SizeClass, IsTheSmallestThatHoldsTheBytes, ()) {
  const auto bytes = *rc::gen::inRange<std::uint32_t>(1, 524'288);
  const std::uint8_t code = class_for(bytes, 5);
  RC_ASSERT(size_of_class(code) >= bytes);
  if (code == 0) return;
  RC_ASSERT(size_of_class(static_cast<std::uint8_t>(code - 1)) < bytes);
}

// Copies bytes from ring to ring as the writes say, and compares with the plain meaning.
void check_split(RingPlace source, RingPlace target, std::uint32_t bytes) {
  const RingWrites writes = split(source, target, bytes);
  ASSERT_LE(writes.count, 2);
  std::uint32_t done = 0;
  for (const RingWrite& write : writes.writes()) {
    ASSERT_GT(write.length, 0U);
    ASSERT_LE(write.offset + write.length, source.size);
    ASSERT_LE(write.target + write.length + write.wrapped, target.size);
    for (std::uint32_t i = 0; i < write.length + write.wrapped; ++i, ++done) {
      const std::uint32_t from = i < write.length ? write.offset + i : i - write.length;
      ASSERT_EQ(from, (source.offset + done) % source.size);
      ASSERT_EQ(write.target + i, (target.offset + done) % target.size);
    }
  }
  ASSERT_EQ(done, bytes);
}

TEST(RingSplit, CopiesEveryByteOnceForAllSmallRings) {
  for (std::uint32_t from = 1; from <= 6; ++from) {
    for (std::uint32_t to = 1; to <= 6; ++to) {
      for (std::uint32_t i = 0; i < from * to * (std::min(from, to) + 1); ++i) {
        const std::uint32_t bytes = i / (from * to);
        check_split({from, i % from}, {to, i / from % to}, bytes);
      }
    }
  }
}

TEST(RingSplit, NeedsFourSlicesAtMost) {
  const RingWrites writes = split({.size = 100, .offset = 90}, {.size = 100, .offset = 95}, 60);
  ASSERT_EQ(writes.count, 2);
  EXPECT_EQ(writes.list[0], (RingWrite{90, 5, 0, 95}));
  EXPECT_EQ(writes.list[1], (RingWrite{95, 5, 50, 0}));
}

}  // namespace
}  // namespace smclab
