// SPDX-License-Identifier: MIT
//
// An Rnic is a value: same inputs, same state and outputs; a copy has the same future; nothing
// is allocated once it is warm.
#include <gtest/gtest.h>

#include "tests/rnic/allocations.h"
#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

void work(Pair& pair) {
  pair.on_wire = [](WireFrame& frame) { frame.drop = frame.index % 11 == 5; };
  for (WorkId i = 0; i < 4; ++i) pair.receive(Side::B, i, 30'000, 1000);
  pair.post(Side::A, pair.write(1, 0, 5000));
  pair.post(Side::A, pair.send(2, 30'000, 700));
  pair.post(Side::A, pair.read(3, 10'000, 5000));
  pair.post(Side::A, pair.send(4, 30'000, 1));
}

TEST(Values, SameInputsGiveTheSameState) {
  Pair x;
  Pair y;
  work(x);
  work(y);
  std::uint64_t last = 0;
  bool more = true;
  while (more) {
    more = x.step();
    y.step();
    EXPECT_EQ(x.a.rnic, y.a.rnic);
    EXPECT_EQ(x.b.rnic, y.b.rnic);
    EXPECT_EQ(x.a.rnic.digest(), y.a.rnic.digest());
    EXPECT_EQ(x.b.rnic.digest(), y.b.rnic.digest());
    const std::uint64_t both = x.a.rnic.digest() ^ x.b.rnic.digest();
    EXPECT_EQ(both != last, more) << "each step shows";
    last = both;
  }
  EXPECT_EQ(x.now, y.now);
}

TEST(Values, EveryCopyHasTheSameFuture) {
  for (int steps = 0; steps < 16; ++steps) {
    Pair x;
    work(x);
    for (int i = 0; i < steps; ++i) x.step();
    Pair y = x;
    EXPECT_EQ(x.a.rnic, y.a.rnic);
    x.settle();
    EXPECT_TRUE(y.a.rnic != x.a.rnic) << "copies share nothing";
    y.settle();
    EXPECT_EQ(x.a.rnic, y.a.rnic);
    EXPECT_EQ(x.b.rnic.digest(), y.b.rnic.digest());
    EXPECT_EQ(x.a.completions(), y.a.completions());
    EXPECT_EQ(x.a.memory, y.a.memory);
    EXPECT_EQ(x.b.memory, y.b.memory);
  }
}

TEST(Values, OtherEntropyGivesOtherKeys) {
  Host x(RnicConfig{}, 1);
  Host y(RnicConfig{}, 1);
  Host z(RnicConfig{}, 2);
  EXPECT_EQ(x.key, y.key);
  EXPECT_NE(x.key, z.key);
  EXPECT_EQ(x.rnic.digest(), y.rnic.digest());
  EXPECT_NE(x.rnic.digest(), z.rnic.digest());
}

TEST(Values, MoreEntropyNeverRepeatsAKey) {
  Host x(RnicConfig{}, 1);
  x.tell(Instant{}, input::Entropy{{1, 2, 3, 4}});
  const auto done = x.tell(Instant{}, input::RegisterMr{{1, 0}, x.pd, {{}, 0, 64}, {0}, Access{}});
  EXPECT_NE(done.key, x.key);
}

// A write, a message behind it and all acknowledgements, without the harness's own vectors.
void round_trip(Pair& pair, OutgoingFrames& frames, Outputs& outputs) {
  pair.receive(Side::B, 1, 0, 100);
  pair.post(Side::A, pair.write(1, 0, 5000));
  pair.post(Side::A, pair.send(2, 0, 44));
  for (const Side from : {Side::A, Side::B}) {
    frames.clear();
    pair.host(from).rnic.transmit(pair.now, {.frames = 64, .bytes = UINT64_MAX}, frames);
    for (const OutgoingFrame& frame : frames) {
      outputs.clear();
      pair.host(other(from))
          .rnic.handle(pair.now,
                       input::Frame{{.source = frame.source,
                                     .bytes = frame.headers(),
                                     .unbacked = frame.size() - frame.header_length}},
                       outputs);
    }
  }
  std::array<Completion, 4> completions;
  EXPECT_EQ(pair.a.rnic.poll(pair.a.send_cq, completions), 2U);
  EXPECT_EQ(pair.b.rnic.poll(pair.b.receive_cq, completions), 1U);
  pair.now += std::chrono::microseconds(5);
}

TEST(Values, NothingIsAllocatedOnceWarm) {
  Pair pair;
  OutgoingFrames frames;
  Outputs outputs;
  for (int i = 0; i < 100; ++i) round_trip(pair, frames, outputs);
  const std::uint64_t before = allocations_so_far();
  for (int i = 0; i < 1000; ++i) round_trip(pair, frames, outputs);
  EXPECT_EQ(allocations_so_far(), before);
}

}  // namespace
}  // namespace smclab::rnic
