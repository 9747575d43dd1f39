// SPDX-License-Identifier: MIT
//
// Two flows joined by a pipe of a few bytes: what a stage does with them, in its smallest form.
#include "emu/scenario/flow.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace smclab::scenario {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Carries bytes and ends between the two sides of one connection; each direction holds at most
// `room` bytes.
class Pipe {
 public:
  Pipe(const FlowPlan& plan, std::size_t room)
      : sides_{End{Flow(plan, Side::Client)}, End{Flow(plan, Side::Server)}}, room_(room) {
    for (End& end : sides_) end.flow.on_connected(now_, Transport::SmcR);
  }

  // Plays until both are done or nothing moves any more.
  void play() {
    while (!client().done() || !server().done()) {
      const bool moved_client = step(sides_[0], sides_[1]);
      const bool moved_server = step(sides_[1], sides_[0]);
      if (moved_client || moved_server) continue;
      if (!skip_to_next_wish()) return;
    }
  }

  Flow& client() { return sides_[0].flow; }
  Flow& server() { return sides_[1].flow; }
  Instant now() const { return now_; }
  std::size_t largest_read = 0;
  bool flip_a_bit = false;

 private:
  struct End {
    Flow flow;
    std::deque<std::byte> inbox = {};
    bool peer_finished = false;
    bool told_end = false;
    bool closed = false;
  };

  bool step(End& me, End& peer) {
    bool moved = read_all(me);
    std::vector<std::byte> out(room_ - std::min(room_, peer.inbox.size()));
    while (const std::size_t n = me.flow.fill(now_, out)) {
      if (flip_a_bit) out[0] ^= std::byte{1};
      flip_a_bit = false;
      peer.inbox.insert(peer.inbox.end(), out.begin(), out.begin() + static_cast<long>(n));
      out.resize(out.size() - n);
      moved = true;
    }
    return grant_wish(me, peer) || moved;
  }

  bool read_all(End& me) {
    bool moved = false;
    while (true) {
      const std::vector<std::byte> bytes(me.inbox.begin(), me.inbox.end());
      const std::size_t n = me.flow.drain(now_, bytes);
      if (n == 0) break;
      largest_read = std::max(largest_read, n);
      me.inbox.erase(me.inbox.begin(), me.inbox.begin() + static_cast<long>(n));
      moved = true;
    }
    if (me.peer_finished && me.inbox.empty() && !me.told_end) {
      me.told_end = true;
      me.flow.on_end_of_stream();
      moved = true;
    }
    return moved;
  }

  bool grant_wish(End& me, End& peer) {
    switch (me.flow.wish()) {
      case Wish::None:
        return false;
      case Wish::Shutdown:
        peer.peer_finished = true;
        return true;
      case Wish::Close:
        me.closed = peer.peer_finished = true;
        if (peer.closed) {
          me.flow.on_closed(now_, CloseReason::Orderly);
          peer.flow.on_closed(now_, CloseReason::Orderly);
        }
        return true;
      case Wish::Abort:
        me.flow.on_closed(now_, CloseReason::LocalAbort);
        peer.flow.on_closed(now_, CloseReason::ResetByPeer);
        return true;
    }
    return false;
  }

  bool skip_to_next_wish() {
    std::optional<Instant> next;
    for (const End& end : sides_) {
      const auto wakes = end.flow.wakes_at(now_);
      if (wakes && (!next || *wakes < *next)) next = wakes;
    }
    if (!next || *next <= now_) return false;
    now_ = *next;
    return true;
  }

  std::array<End, 2> sides_;
  std::size_t room_;
  Instant now_{};
};

TEST(Flow, StreamArrivesWholeThroughASmallPipeAndClosesInOrder) {
  Pipe pipe({.key = 1, .request = 100'000}, 1'000);
  pipe.play();
  EXPECT_TRUE(pipe.client().result().complete);
  EXPECT_TRUE(pipe.server().result().complete);
  EXPECT_EQ(pipe.client().result().sent, 100'000U);
  EXPECT_EQ(pipe.server().result().received, 100'000U);
}

TEST(Flow, EmptyStreamClosesAtOnce) {
  Pipe pipe({.key = 1}, 10);
  pipe.play();
  EXPECT_TRUE(pipe.client().result().complete);
  EXPECT_TRUE(pipe.server().result().complete);
}

TEST(Flow, QuestionsWaitForAnswers) {
  const FlowPlan plan{.key = 1, .request = 10, .response = 100, .rounds = 3};
  Flow client(plan, Side::Client);
  client.on_connected(Instant{}, Transport::SmcR);
  std::vector<std::byte> room(1'000);
  EXPECT_EQ(client.fill(Instant{}, room), 10U);
  EXPECT_EQ(client.fill(Instant{}, room), 0U);
  Pipe pipe(plan, 64);
  pipe.play();
  EXPECT_TRUE(pipe.client().result().complete);
  EXPECT_EQ(pipe.client().result().sent, 30U);
  EXPECT_EQ(pipe.client().result().received, 300U);
}

TEST(Flow, HalfCloseLetsTheAnswerThrough) {
  Pipe pipe({.key = 1, .request = 500, .response = 700, .close = {.how = CloseKind::Half}}, 64);
  pipe.play();
  EXPECT_TRUE(pipe.client().result().complete);
  EXPECT_TRUE(pipe.server().result().complete);
  EXPECT_EQ(pipe.client().result().received, 700U);
}

TEST(Flow, TheServerMayBeginTheClose) {
  Pipe pipe({.key = 1, .request = 500, .response = 700, .close = {.by = Side::Server}}, 64);
  pipe.play();
  EXPECT_TRUE(pipe.client().result().complete);
  EXPECT_TRUE(pipe.server().result().complete);
}

TEST(Flow, AnAbortIsCompleteWhenThePeerSawTheReset) {
  Pipe pipe({.key = 1, .request = 500, .close = {.how = CloseKind::Abort}}, 64);
  pipe.play();
  EXPECT_TRUE(pipe.client().result().complete);
  EXPECT_FALSE(pipe.client().result().reset);
  EXPECT_TRUE(pipe.server().result().complete);
  EXPECT_TRUE(pipe.server().result().reset);
}

TEST(Flow, AResetNobodyAskedForIsNotComplete) {
  Flow flow({.key = 1, .request = 500}, Side::Client);
  flow.on_connected(Instant{}, Transport::SmcR);
  flow.on_closed(Instant{}, CloseReason::LinkLost);
  EXPECT_TRUE(flow.done());
  EXPECT_TRUE(flow.result().reset);
  EXPECT_FALSE(flow.result().complete);
}

TEST(Flow, ASlowReaderTakesSmallBitesAndPauses) {
  Pipe pipe({.key = 1, .request = 1'000, .read = {.chunk = 100, .pause = milliseconds(1)}}, 2'000);
  pipe.play();
  EXPECT_TRUE(pipe.server().result().complete);
  EXPECT_EQ(pipe.largest_read, 100U);
  EXPECT_GE(pipe.now(), Instant(milliseconds(9)));
}

TEST(Flow, AReaderThatStartsLateIsAskedAgain) {
  Flow server({.key = 1, .request = 10, .read = {.start = microseconds(50)}}, Side::Server);
  server.on_connected(Instant{}, Transport::SmcR);
  std::vector<std::byte> bytes(10);
  EXPECT_EQ(server.drain(Instant{}, bytes), 0U);
  EXPECT_EQ(server.wakes_at(Instant{}), Instant(microseconds(50)));
  EXPECT_EQ(server.drain(Instant(microseconds(50)), bytes), 10U);
}

TEST(Flow, WritesAreCutIntoChunks) {
  Flow client({.key = 1, .request = 250, .write = {.chunk = 100}}, Side::Client);
  client.on_connected(Instant{}, Transport::SmcR);
  std::vector<std::byte> room(1'000);
  EXPECT_EQ(client.fill(Instant{}, room), 100U);
  EXPECT_EQ(client.fill(Instant{}, room), 100U);
  EXPECT_EQ(client.fill(Instant{}, room), 50U);
  EXPECT_EQ(client.fill(Instant{}, room), 0U);
}

TEST(Flow, AWrongByteIsNoticed) {
  Pipe pipe({.key = 1, .request = 500}, 64);
  pipe.flip_a_bit = true;
  pipe.play();
  EXPECT_FALSE(pipe.server().result().intact);
  EXPECT_FALSE(pipe.server().result().complete);
}

TEST(Flow, MoreBytesThanPlannedAreNoticed) {
  Flow server({.key = 1, .request = 10}, Side::Server);
  server.on_connected(Instant{}, Transport::SmcR);
  std::vector<std::byte> bytes(11);
  Pattern(1).fill(0, bytes);
  EXPECT_EQ(server.drain(Instant{}, bytes), 11U);
  EXPECT_FALSE(server.result().intact);
}

TEST(Flow, AFileIsSentAndVerifiedFromItsBytes) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  std::vector<std::byte> file;
  for (const char c : text) file.push_back(static_cast<std::byte>(c));
  Pipe pipe({.key = 1, .request = file.size(), .file = file.data()}, 7);
  pipe.play();
  EXPECT_TRUE(pipe.server().result().complete);
}

TEST(Flow, UnbackedCountsLengthsOnly) {
  Flow client({.key = 1, .request = 100'000}, Side::Client);
  client.on_connected(Instant{}, Transport::SmcR);
  EXPECT_EQ(client.fill_unbacked(Instant{}, 1'000), 1'000U);
  EXPECT_EQ(client.result().sent, 1'000U);
}

TEST(Flow, AnOrderToAbortComesFirst) {
  Flow client({.key = 1, .request = 100'000}, Side::Client);
  client.on_connected(Instant{}, Transport::SmcR);
  client.give_up(AppDeed::Abort);
  std::vector<std::byte> room(10);
  EXPECT_EQ(client.fill(Instant{}, room), 0U);
  EXPECT_EQ(client.wish(), Wish::Abort);
  EXPECT_EQ(client.wish(), Wish::None);
}

TEST(MakeFlows, ComeInTheOrderOfTheirStartsWithDifferentBytes) {
  Scenario scenario;
  scenario.workloads = {{.to = 1, .start = milliseconds(2), .count = 2, .bytes = 8},
                        {.to = 1, .start = milliseconds(1), .bytes = 8}};
  const auto flows = make_flows(scenario, 1, {});
  ASSERT_EQ(flows.size(), 3U);
  EXPECT_EQ(flows[0].workload, 1U);
  EXPECT_EQ(flows[2].connection, 1U);
  EXPECT_FALSE(flows[1].client == flows[2].client);
  EXPECT_TRUE(make_flows(scenario, 1, {})[0].client == flows[0].client);
  EXPECT_FALSE(make_flows(scenario, 2, {})[0].client == flows[0].client);
}

}  // namespace
}  // namespace smclab::scenario
