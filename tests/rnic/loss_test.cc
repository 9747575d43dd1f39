// SPDX-License-Identifier: MIT
//
// Frames that are lost, doubled, late or spoilt, at every place of a conversation. Whatever the
// wire does, each byte arrives, each request completes once and in order.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "protocol/chance.h"
#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

PairSettings small_packets() {
  PairSettings settings;
  settings.attributes.path_mtu = MtuCode::Mtu256;
  return settings;
}

// Posts a conversation of every operation over distinct ranges: nine requests of A.
void converse(Pair& pair) {
  pair.fill();
  for (WorkId work = 0; work < 4; ++work) {
    const auto offset = static_cast<std::uint32_t>(work) * 1000;
    pair.receive(Side::B, 100 + work, 30'000 + offset, 1000);
  }
  const auto request = [](SendRequest r, Operation operation) {
    r.operation = operation;
    return r;
  };
  pair.post(Side::A, pair.write(0, 0, 1500));
  pair.post(Side::A, pair.send(1, 30'000, 700));
  pair.post(Side::A, pair.read(2, 10'000, 1500));
  pair.post(Side::A, pair.send(3, 31'000, 10));
  pair.post(Side::A, request(pair.write(4, 2'000, 600), Operation::WriteWithImmediate));
  pair.post(Side::A, pair.read(5, 12'000, 300));
  pair.post(Side::A, pair.read(6, 13'000, 1100));
  pair.post(Side::A, pair.send(7, 33'000, 1000));
  pair.post(Side::A, pair.write(8, 3'000, 1));
}

// Checks that the conversation happened, once.
void expect_conversed(Pair& pair, const std::string& what) {
  const auto same = [&](std::uint32_t offset, std::uint32_t length) {
    const auto x = pair.a.bytes(offset, length);
    const auto y = pair.b.bytes(offset, length);
    EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin())) << what << " at " << offset;
  };
  same(0, 1500);
  same(2'000, 600);
  same(3'000, 1);
  same(10'000, 1500);
  same(12'000, 300);
  same(13'000, 1100);
  same(30'000, 700);
  same(31'000, 10);
  same(33'000, 1000);
  const auto done = pair.a.completions();
  ASSERT_EQ(done.size(), 9U) << what;
  for (WorkId work = 0; work < 9; ++work) {
    EXPECT_EQ(done[work].work, work) << what;
    EXPECT_EQ(done[work].status, CompletionStatus::Success) << what;
  }
  const auto received = pair.b.completions();
  ASSERT_EQ(received.size(), 4U) << what;
  const std::uint32_t lengths[] = {700, 10, 600, 1000};
  for (WorkId i = 0; i < 4; ++i) {
    EXPECT_EQ(received[i].work, 100 + i) << what;
    EXPECT_EQ(received[i].status, CompletionStatus::Success) << what;
    EXPECT_EQ(received[i].length, lengths[i]) << what;
  }
  EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt) << what;
  EXPECT_EQ(pair.b.rnic.deadline(), std::nullopt) << what;
}

std::uint32_t frames_of_a_conversation() {
  Pair pair(small_packets());
  converse(pair);
  pair.settle();
  expect_conversed(pair, "nothing lost");
  EXPECT_EQ(pair.a.rnic.counters().retransmissions, 0U);
  EXPECT_EQ(pair.a.rnic.counters().timeouts, 0U);
  return static_cast<std::uint32_t>(pair.history.size());
}

// Runs the conversation once for each of its frames, which `harm` gets.
template <class Harm>
void harm_each_frame(const char* what, Harm harm) {
  const std::uint32_t frames = frames_of_a_conversation();
  for (std::uint32_t victim = 0; victim < frames; ++victim) {
    Pair pair(small_packets());
    pair.on_wire = [&](WireFrame& frame) {
      if (frame.index == victim) harm(frame);
    };
    converse(pair);
    pair.settle();
    expect_conversed(pair, std::string(what) + " " + std::to_string(victim));
  }
}

TEST(Loss, OfEachFrame) {
  harm_each_frame("lost", [](WireFrame& frame) { frame.drop = true; });
}

TEST(Loss, OfEachFrameByCorruption) {
  harm_each_frame("spoilt", [](WireFrame& frame) { frame.corrupt = true; });
}

TEST(Loss, EachFrameDoubled) {
  harm_each_frame("doubled", [](WireFrame& frame) { frame.copies = 3; });
}

TEST(Loss, EachFrameLate) {
  for (const int microseconds : {2, 5, 40}) {
    harm_each_frame(
        "late", [&](WireFrame& frame) { frame.delay = std::chrono::microseconds(microseconds); });
  }
}

TEST(Loss, EachFrameLateAndDoubled) {
  harm_each_frame("late and doubled", [](WireFrame& frame) {
    frame.copies = 2;
    frame.delay = std::chrono::milliseconds(200);
  });
}

TEST(Loss, OfEachPairOfNeighbours) {
  const std::uint32_t frames = frames_of_a_conversation();
  for (std::uint32_t victim = 0; victim < frames; ++victim) {
    Pair pair(small_packets());
    pair.on_wire = [&](WireFrame& frame) {
      frame.drop = frame.index == victim || frame.index == victim + 1;
    };
    converse(pair);
    pair.settle();
    expect_conversed(pair, "lost " + std::to_string(victim) + " and the next");
  }
}

// Everything at once, at random.
class RandomHarm : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomHarm, DeliversAllTheSame) {
  Chance chance;
  chance.stir({GetParam(), 0, 0, 0});
  const auto one_in = [&](std::uint64_t n) { return chance.draw(32) % n == 0; };
  PairSettings settings = small_packets();
  settings.psn_a = {0xFF'FFF0};
  settings.config.reads_in_flight = 1 + static_cast<std::uint32_t>(GetParam() % 4);
  Pair pair(settings);
  pair.on_wire = [&](WireFrame& frame) {
    frame.drop = one_in(12);
    frame.corrupt = one_in(30);
    frame.copies = one_in(12) ? 2 : 1;
    if (one_in(6)) frame.delay = std::chrono::microseconds(chance.draw(6));
    if (one_in(50)) frame.delay = std::chrono::milliseconds(150);
  };
  converse(pair);
  pair.settle();
  expect_conversed(pair, "seed " + std::to_string(GetParam()));
  EXPECT_GT(pair.a.rnic.counters().retransmissions, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHarm, testing::Range<std::uint64_t>(1, 60));

TEST(Loss, ALostPacketIsAskedForOnce) {
  Pair pair(small_packets());
  pair.fill();
  pair.on_wire = [](WireFrame& frame) { frame.drop = frame.from == Side::A && frame.index == 3; };
  pair.post(Side::A, pair.write(1, 0, 256 * 20));
  pair.settle();
  std::uint32_t naks = 0;
  for (const WireFrame& frame : pair.history) {
    if (frame.from == Side::A) continue;
    naks += frame.headers.aeth->answer == roce::Answer::Nak ? 1 : 0;
  }
  EXPECT_EQ(naks, 1U);
  EXPECT_EQ(pair.b.rnic.counters().out_of_sequence, 16U);
  EXPECT_EQ(pair.a.rnic.counters().retransmissions, 17U) << "go-back-N sends all behind the gap";
  EXPECT_EQ(pair.a.rnic.counters().timeouts, 0U);
  EXPECT_LT(pair.now.time_since_epoch(), std::chrono::milliseconds(1));
}

TEST(Loss, ALostNakIsMadeUpForByTheTimer) {
  Pair pair(small_packets());
  pair.on_wire = [](WireFrame& frame) {
    frame.drop = (frame.from == Side::A && frame.index_from_side == 3) ||
                 (frame.from == Side::B && frame.index_from_side == 0);
  };
  pair.post(Side::A, pair.write(1, 0, 256 * 20));
  pair.settle();
  EXPECT_EQ(pair.a.completions().size(), 1U);
  EXPECT_EQ(pair.a.rnic.counters().timeouts, 1U);
  EXPECT_GT(pair.now.time_since_epoch(), std::chrono::milliseconds(134));
}

TEST(Loss, OneCumulativeAcknowledgementReplacesLostOnes) {
  Pair pair;
  pair.on_wire = [](WireFrame& frame) { frame.drop = frame.from == Side::B && frame.index < 8; };
  for (WorkId work = 0; work < 5; ++work) {
    pair.post(Side::A, pair.write(work, 0, 100));
    pair.step();
  }
  pair.settle();
  EXPECT_EQ(pair.a.completions().size(), 5U);
  EXPECT_EQ(pair.a.rnic.counters().retransmissions, 0U);
}

}  // namespace
}  // namespace smclab::rnic
