// SPDX-License-Identifier: MIT
//
// The pull: budgets, turns, priorities, windows and acknowledgements.
#include <gtest/gtest.h>

#include <map>

#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

constexpr std::uint64_t kManyBytes = UINT64_MAX;

OutgoingFrames pull(Pair& pair, const Budget& budget) {
  OutgoingFrames frames;
  pair.a.rnic.transmit(pair.now, budget, frames);
  return frames;
}

// More queue pairs of A, ready to send to nobody in particular.
std::vector<QpId> more_queue_pairs(Pair& pair, std::uint32_t count, std::uint8_t priority = 0) {
  static std::uint32_t next = 1;
  std::vector<QpId> made;
  for (std::uint32_t i = 0; i < count; ++i) {
    const QpId qp{next++, 1};
    pair.tell(Side::A, input::CreateQp{qp, pair.a.pd, pair.a.send_cq, pair.a.receive_cq, 8, 8});
    for (const QpState to : {QpState::Init, QpState::ReadyToReceive, QpState::ReadyToSend}) {
      QpAttributes attributes;
      attributes.peer_gid = gid_of(Side::B);
      attributes.peer_qpn = {0x500};
      attributes.priority = priority;
      EXPECT_EQ(pair.tell(Side::A, input::ModifyQp{qp, to, attributes}).status,
                VerbStatus::Success);
    }
    made.push_back(qp);
  }
  return made;
}

std::map<std::uint32_t, int> frames_by_queue_pair(const OutgoingFrames& frames) {
  std::map<std::uint32_t, int> count;
  for (const OutgoingFrame& frame : frames) ++count[frame.qp.index];
  return count;
}

TEST(Pull, AWriteAndTheSendBehindItLeaveTogether) {
  Pair pair;
  pair.post(Side::A, pair.write(1, 0, 3000));
  pair.post(Side::A, pair.send(2, 0, 44));
  EXPECT_EQ(pair.a.rnic.next_transmit(), Instant::min());
  const auto frames = pull(pair, {.frames = 64, .bytes = kManyBytes});
  ASSERT_EQ(frames.size(), 4U);
  EXPECT_EQ(frames[3].slices[0].length, 44U);
  EXPECT_EQ(pair.a.rnic.next_transmit(), std::nullopt);
}

// Whatever is refused at whatever packet: nothing is lost and nothing comes twice.
TEST(Pull, EveryBudgetGivesTheSameFrames) {
  const auto pulled_by = [](std::uint32_t frames_each, std::uint64_t bytes_each) {
    PairSettings settings;
    settings.attributes.path_mtu = MtuCode::Mtu256;
    Pair pair(settings);
    pair.post(Side::A, pair.write(1, 0, 2000));
    pair.post(Side::A, pair.send(2, 3000, 701));
    pair.post(Side::A, pair.read(3, 5000, 999));
    pair.post(Side::A, pair.send(4, 3000, 3));
    std::vector<std::pair<std::vector<std::byte>, std::uint64_t>> all;
    for (int idle = 0; idle < 2;) {
      const auto frames = pull(pair, {.frames = frames_each, .bytes = bytes_each});
      idle = frames.empty() ? idle + 1 : 0;
      for (const OutgoingFrame& frame : frames) {
        all.emplace_back(std::vector(frame.headers().begin(), frame.headers().end()),
                         frame.slice_count > 0 ? frame.slices[0].offset : 0);
      }
    }
    return all;
  };
  const auto all = pulled_by(1000, kManyBytes);
  EXPECT_EQ(all.size(), 8U + 3U + 1U + 1U);
  for (const std::uint32_t frames : {1U, 2U, 3U, 7U}) EXPECT_EQ(pulled_by(frames, kManyBytes), all);
  for (const std::uint64_t bytes : {284U, 300U, 600U, 1000U}) EXPECT_EQ(pulled_by(64, bytes), all);
}

TEST(Pull, NothingLeavesWithoutRoom) {
  Pair pair;
  pair.post(Side::A, pair.write(1, 0, 100));
  const std::uint64_t before = pair.a.rnic.digest();
  EXPECT_TRUE(pull(pair, {.frames = 0, .bytes = kManyBytes}).empty());
  EXPECT_TRUE(pull(pair, {.frames = 9, .bytes = 100 + 28 - 1}).empty());
  EXPECT_TRUE(pull(pair, {.frames = 9, .bytes = kManyBytes, .open_priorities = 0xFE}).empty());
  EXPECT_EQ(pair.a.rnic.digest(), before) << "a refused frame leaves no trace";
  EXPECT_EQ(pull(pair, {.frames = 9, .bytes = 100 + 28}).size(), 1U);
}

TEST(Pull, QueuePairsTakeTurns) {
  Pair pair;
  const auto more = more_queue_pairs(pair, 3);
  for (const QpId qp : more) {
    pair.tell(Side::A, input::PostSend{qp, pair.write(1, 0, 20'000)});
  }
  const auto frames = pull(pair, {.frames = 30, .bytes = kManyBytes});
  for (const QpId qp : more) EXPECT_EQ(frames_by_queue_pair(frames)[qp.index], 10);
  for (std::size_t i = 3; i < frames.size(); ++i) EXPECT_EQ(frames[i].qp, frames[i - 3].qp);
}

TEST(Pull, TurnsGoOnFromPullToPull) {
  PairSettings settings;
  settings.config.frames_per_turn = 4;
  Pair pair(settings);
  const auto more = more_queue_pairs(pair, 3);
  for (const QpId qp : more) {
    pair.tell(Side::A, input::PostSend{qp, pair.write(1, 0, 20'000)});
  }
  OutgoingFrames all;
  for (int i = 0; i < 24; ++i) {
    const auto frames = pull(pair, {.frames = 1, .bytes = kManyBytes});
    all.insert(all.end(), frames.begin(), frames.end());
  }
  for (const QpId qp : more) EXPECT_EQ(frames_by_queue_pair(all)[qp.index], 8);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].qp, all[i / 4 * 4].qp);
}

TEST(Pull, PausedPrioritiesWaitAndOthersTakeTurns) {
  Pair pair;
  const QpId low = more_queue_pairs(pair, 1, 0)[0];
  const QpId high = more_queue_pairs(pair, 1, 5)[0];
  for (const QpId qp : {low, high}) {
    pair.tell(Side::A, input::PostSend{qp, pair.write(1, 0, 60'000)});
  }
  EXPECT_EQ(pair.a.rnic.waiting_priorities(), 0b10'0001);
  const auto both = pull(pair, {.frames = 10, .bytes = kManyBytes});
  EXPECT_EQ(frames_by_queue_pair(both)[low.index], 5);
  EXPECT_EQ(frames_by_queue_pair(both)[high.index], 5);
  const auto one = pull(pair, {.frames = 10, .bytes = kManyBytes, .open_priorities = 1 << 5});
  EXPECT_EQ(frames_by_queue_pair(one)[high.index], 10);
  for (const OutgoingFrame& frame : one) EXPECT_EQ(frame.priority, 5);
  EXPECT_TRUE(
      pull(pair, {.frames = 10, .bytes = kManyBytes, .open_priorities = 0b0001'1110}).empty());
  pair.tell(Side::A, input::DestroyQp{high});
  EXPECT_EQ(pair.a.rnic.waiting_priorities(), 1);
}

TEST(Pull, ADestroyedQueuePairLeavesTheLine) {
  for (std::size_t victim = 0; victim < 3; ++victim) {
    Pair pair;
    auto more = more_queue_pairs(pair, 3);
    for (const QpId qp : more) {
      pair.tell(Side::A, input::PostSend{qp, pair.write(1, 0, 20'000)});
    }
    EXPECT_EQ(pull(pair, {.frames = 4, .bytes = kManyBytes}).size(), 4U);
    EXPECT_EQ(pair.tell(Side::A, input::DestroyQp{more[victim]}).status, VerbStatus::Success);
    const auto frames = pull(pair, {.frames = 16, .bytes = kManyBytes});
    EXPECT_EQ(frames.size(), 16U);
    EXPECT_EQ(frames_by_queue_pair(frames).size(), 2U);
    EXPECT_EQ(frames_by_queue_pair(frames).count(more[victim].index), 0U);
  }
}

TEST(Pull, AnsweringAndAskingAlternate) {
  Pair pair;
  SendRequest back = pair.read(9, 0, 30'000);
  back.sges[0].lkey = pair.b.key;
  back.rkey = pair.a.key;
  pair.post(Side::B, back);
  pair.pull();
  pair.step();
  pair.post(Side::A, pair.write(1, 0, 10'000));
  const auto frames = pull(pair, {.frames = 10, .bytes = kManyBytes});
  int writes = 0;
  for (const OutgoingFrame& frame : frames) {
    writes += std::to_integer<unsigned>(frame.header[0]) <= 0x0A ? 1 : 0;
  }
  EXPECT_EQ(writes, 5);
}

TEST(Pull, TheWindowLimitsWhatIsUnanswered) {
  PairSettings settings;
  settings.attributes.path_mtu = MtuCode::Mtu256;
  Pair pair(settings);
  pair.post(Side::A, pair.write(1, 0, 60'000));
  const auto frames = pull(pair, {.frames = 1000, .bytes = kManyBytes});
  ASSERT_EQ(frames.size(), 128U);
  const auto asks = [&](std::size_t i) {
    return (std::to_integer<unsigned>(frames[i].header[8]) & 0x80) != 0;
  };
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(asks(i), i == 63 || i == 127) << i << ": every 64 packets";
  }
}

TEST(Pull, AWindowThatClosesAsksForItsOpening) {
  PairSettings settings;
  settings.config.window = 10;
  settings.attributes.path_mtu = MtuCode::Mtu256;
  Pair pair(settings);
  pair.fill();
  pair.post(Side::A, pair.write(1, 0, 60'000));
  pair.settle();
  EXPECT_EQ(pair.a.memory[59'999], pair.b.memory[59'999]);
  EXPECT_EQ(pair.a.rnic.counters().timeouts, 0U);
}

TEST(Pull, OneAcknowledgementAnswersABatch) {
  PairSettings settings;
  settings.backed = false;
  Pair pair(settings);
  for (WorkId work = 0; work < 10; ++work) pair.post(Side::A, pair.write(work, 0, 100));
  OutgoingFrames frames = pull(pair, {.frames = 64, .bytes = kManyBytes});
  for (const OutgoingFrame& frame : frames) {
    const auto length = frame.size() - frame.header_length;
    pair.tell(
        Side::B,
        input::Frame{{.source = gid_of(Side::A), .bytes = frame.headers(), .unbacked = length}});
  }
  frames.clear();
  pair.b.rnic.transmit(pair.now, {.frames = 64, .bytes = kManyBytes}, frames);
  EXPECT_EQ(frames.size(), 1U);
}

TEST(Pull, FramesSayWhereTheyGo) {
  Pair pair;
  pair.post(Side::A, pair.write(1, 100, 10));
  const auto frames = pull(pair, {.frames = 1, .bytes = kManyBytes});
  ASSERT_EQ(frames.size(), 1U);
  const OutgoingFrame& frame = frames[0];
  EXPECT_EQ(frame.source, gid_of(Side::A));
  EXPECT_EQ(frame.destination, gid_of(Side::B));
  EXPECT_EQ(frame.destination_mac, pair.b.rnic.config().mac);
  EXPECT_EQ(frame.qpn, pair.a.qpn);
  EXPECT_EQ(frame.source_port, roce::source_port(pair.a.qpn, pair.b.qpn));
  EXPECT_EQ(frame.slice_count, 1);
  EXPECT_EQ(frame.slices[0], (MemorySlice{{}, 100, 10}));
  EXPECT_EQ(frame.pad, 2);
  EXPECT_EQ(frame.size(), 28U + 10U + 2U);
}

}  // namespace
}  // namespace smclab::rnic
