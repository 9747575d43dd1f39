// SPDX-License-Identifier: MIT
#include "protocol/buffer/pool.h"

#include <gtest/gtest.h>

#include "protocol/digest.h"

namespace smclab {
namespace {

using action::BufferKind;

constexpr GroupId kGroup{0, 0};
constexpr LinkId kLink{4, 1};
constexpr LinkId kOther{9, 0};
constexpr Wanted kRmb{.group = kGroup, .size_code = 2};

class PoolTest : public testing::Test {
 protected:
  PoolTest() { open(kLink); }
  Turn turn() { return {{}, config, out, timers, chance, signals}; }

  void open(LinkId link, GroupId group = kGroup) {
    Turn now = turn();
    pool.open_link(now, group, link);
  }
  void close(LinkId link) {
    Turn now = turn();
    pool.close_link(now, kGroup, link);
  }

  BufferId take(const Wanted& wanted) {
    Turn now = turn();
    return *pool.take(now, wanted);
  }
  Progress made(BufferId id, bool ok = true) {
    Turn now = turn();
    return pool.handle_made(now, {id, ok});
  }
  Progress registered(BufferId id, bool ok = true, LinkId link = kLink) {
    Turn now = turn();
    return pool.handle_registered(now, {id, link, ok, {id.index + 500}, {0x1000}});
  }
  bool release(BufferId id, bool peer_writes = false) {
    Turn now = turn();
    return pool.release(now, id, peer_writes);
  }
  void revoked(BufferId id, bool ok) {
    Turn now = turn();
    pool.handle_revoked(now, id, ok);
  }
  void end_group() {
    Turn now = turn();
    pool.end_group(now, kGroup);
  }
  BufferId take_ready(const Wanted& wanted) {
    const BufferId id = take(wanted);
    if (pool.at(id).state.is({BufferState::Making})) {
      made(id);
      registered(id);
    }
    out.clear();
    return id;
  }
  [[nodiscard]] BufferState state(BufferId id) const { return pool.at(id).state.get(); }
  /// The only action since the last look, which must be of this kind.
  template <class T>
  T only() {
    EXPECT_EQ(out.list().size(), 1U);
    const auto* found = out.list().empty() ? nullptr : std::get_if<T>(&out.list().front());
    EXPECT_NE(found, nullptr);
    const T result = found == nullptr ? T{} : *found;
    out.clear();
    return result;
  }

  Config config;
  Actions out;
  Timers<Alarm> timers;
  Chance chance;
  std::vector<Signal> signals;
  Pool pool{Limits{}, Widths{}};
};

TEST_F(PoolTest, MakesAndRegistersANewBuffer) {
  const BufferId id = take(kRmb);
  const auto make = only<action::MakeBuffer>();
  EXPECT_EQ(make.buffer, id);
  EXPECT_EQ(make.kind, BufferKind::Rmb);
  EXPECT_EQ(make.size, 65'536U);
  EXPECT_EQ(made(id), Progress::Waits);
  EXPECT_EQ(only<action::RegisterBuffer>().link, kLink);
  EXPECT_EQ(registered(id), Progress::Ready);
  EXPECT_EQ(state(id), BufferState::InUse);
  EXPECT_EQ(pool.size_of(id), 65'536U);
  EXPECT_EQ(pool.at(id).key_on(kLink), (Rtoken{{500}, {0x1000}}));
}

TEST_F(PoolTest, TriesSmallerClassesUntilNoneIsLeft) {
  const BufferId id = take(kRmb);
  for (const std::uint32_t smaller : {32'768U, 16'384U}) {
    out.clear();
    EXPECT_EQ(made(id, false), Progress::Waits);
    EXPECT_EQ(only<action::MakeBuffer>().size, smaller);
  }
  EXPECT_EQ(made(id, false), Progress::Denied);
  EXPECT_EQ(pool.find(id), nullptr);
  EXPECT_TRUE(out.list().empty());
  EXPECT_EQ(made(id), Progress::Stale) << "an answer to nobody";
  EXPECT_EQ(registered(id), Progress::Stale);
}

TEST_F(PoolTest, GivesUpABufferThatCannotBeRegistered) {
  const BufferId id = take(kRmb);
  made(id);
  out.clear();
  EXPECT_EQ(registered(id, false), Progress::Denied);
  EXPECT_EQ(only<action::ReleaseBuffer>().buffer, id);
  EXPECT_EQ(pool.rmbs(kGroup), 0U);
}

TEST_F(PoolTest, ReusesAZeroedBufferOfTheSameClassAndKind) {
  const BufferId id = take_ready(kRmb);
  EXPECT_FALSE(release(id));
  EXPECT_EQ(only<action::ZeroBuffer>().buffer, id) << "wiped before anybody can get it";
  EXPECT_EQ(state(id), BufferState::Free);
  Wanted other = kRmb;
  other.size_code = 1;
  EXPECT_NE(take(other), id);
  other = kRmb;
  other.kind = BufferKind::Send;
  EXPECT_NE(take(other), id);
  other = kRmb;
  other.group = {3, 0};
  EXPECT_NE(take(other), id);
  out.clear();
  EXPECT_EQ(take(kRmb), id);
  EXPECT_EQ(state(id), BufferState::InUse) << "at once: it has its key";
  EXPECT_TRUE(out.list().empty());
}

TEST_F(PoolTest, GivesBuffersInUseAKeyOnALinkThatOpens) {
  const BufferId used = take_ready(kRmb);
  const BufferId free = take_ready(kRmb);
  EXPECT_FALSE(release(free));
  out.clear();
  open(kOther);
  const auto asked = only<action::RegisterBuffer>();
  EXPECT_EQ(asked.buffer, used) << "a free one can wait until it is taken";
  EXPECT_EQ(asked.link, kOther);
  EXPECT_FALSE(pool.has_keys(kGroup, kOther));
  EXPECT_EQ(registered(used, true, kOther), Progress::Stale) << "its owner waits for nothing";
  EXPECT_TRUE(pool.has_keys(kGroup, kOther));
  EXPECT_EQ(take(kRmb), free);
  EXPECT_EQ(only<action::RegisterBuffer>().link, kOther);
  EXPECT_EQ(state(free), BufferState::Registering);
  EXPECT_EQ(registered(free, true, kOther), Progress::Ready);
}

TEST_F(PoolTest, IsReadyWithAKeyOnEveryOpenLink) {
  open(kOther);
  const BufferId id = take(kRmb);
  made(id);
  EXPECT_EQ(registered(id), Progress::Waits);
  EXPECT_EQ(registered(id, true, kOther), Progress::Ready);
  EXPECT_FALSE(release(id));
  close(kOther);
  EXPECT_TRUE(pool.at(id).key_on(kOther)) << "messages under way may still name it";
  pool.forget_link(kGroup, kOther);
  EXPECT_FALSE(pool.at(id).key_on(kOther));
  EXPECT_EQ(take(kRmb), id);
  EXPECT_EQ(state(id), BufferState::InUse);
}

TEST_F(PoolTest, DoesNotWaitForALinkThatCloses) {
  open(kOther);
  const BufferId id = take(kRmb);
  made(id);
  EXPECT_EQ(registered(id), Progress::Waits);
  close(kOther);
  EXPECT_EQ(state(id), BufferState::InUse);
  ASSERT_EQ(signals.size(), 1U);
  EXPECT_EQ(signals[0].kind, SignalKind::BufferReady);
  EXPECT_EQ(signals[0].buffer, id);
  EXPECT_EQ(registered(id, true, kOther), Progress::Stale) << "an answer that comes too late";
  EXPECT_FALSE(pool.at(id).key_on(kOther));
}

TEST_F(PoolTest, RevokesWhatWasAnnouncedBeforeReuse) {
  for (const bool answer : {true, false}) {
    const BufferId id = take_ready(kRmb);
    pool.mark_announced(id);
    EXPECT_TRUE(release(id));
    EXPECT_TRUE(out.list().empty()) << "not wiped, not free, until DELETE RKEY is over";
    EXPECT_NE(take(kRmb), id);
    out.clear();
    revoked(id, answer);
    EXPECT_EQ(only<action::ZeroBuffer>().buffer, id) << "the peer said C or A, so it may fail";
    revoked(id, true);
    EXPECT_EQ(state(id), BufferState::Free) << "a second answer changes nothing";
    end_group();
    out.clear();
    pool = Pool{Limits{}, Widths{}};
    open(kLink);
  }
}

TEST_F(PoolTest, WithholdsWhatAPeerMayStillWriteInto) {
  const BufferId id = take_ready(kRmb);
  EXPECT_TRUE(release(id, true)) << "the peer is asked to forget the key";
  revoked(id, false);
  EXPECT_EQ(state(id), BufferState::Withheld);
  EXPECT_NE(take(kRmb), id);
  out.clear();
  end_group();
  EXPECT_EQ(only<action::ReleaseBuffer>().buffer, id);
}

TEST_F(PoolTest, FreesWhatThePeerForgot) {
  const BufferId id = take_ready(kRmb);
  EXPECT_TRUE(release(id, true));
  revoked(id, true);
  EXPECT_EQ(state(id), BufferState::Free);
}

TEST_F(PoolTest, NeverRevokesASendBuffer) {
  Wanted wanted = kRmb;
  wanted.kind = BufferKind::Send;
  const BufferId id = take_ready(wanted);
  EXPECT_FALSE(release(id, true));
  EXPECT_EQ(state(id), BufferState::Free);
}

TEST_F(PoolTest, HoldsNoMoreRmbsThanItMay) {
  Limits limits;
  limits.rmbs_per_group = 2;
  pool = Pool(limits, {});
  take(kRmb);
  take(kRmb);
  Turn now = turn();
  EXPECT_EQ(pool.take(now, kRmb), std::nullopt);
  Wanted other = kRmb;
  other.kind = BufferKind::Send;
  EXPECT_TRUE(pool.take(now, other));
  other = kRmb;
  other.group = {1, 0};
  EXPECT_TRUE(pool.take(now, other));
}

TEST_F(PoolTest, LeavesOwnersTimeWhenTheGroupEnds) {
  const BufferId used = take_ready(kRmb);
  const BufferId making = take(kRmb);
  const BufferId free = take_ready(kRmb);
  EXPECT_FALSE(release(free));
  out.clear();
  end_group();
  EXPECT_EQ(only<action::ReleaseBuffer>().buffer, free);
  EXPECT_FALSE(release(used, true));
  EXPECT_EQ(only<action::ReleaseBuffer>().buffer, used) << "no queue pair, nobody writes";
  EXPECT_FALSE(release(making));
  EXPECT_EQ(only<action::ReleaseBuffer>().buffer, making);
  EXPECT_EQ(pool.all().size(), 0U);
}

TEST_F(PoolTest, KeepsGroupsApartThatUseOnePlaceInTurn) {
  const BufferId old = take_ready(kRmb);
  end_group();
  Wanted wanted = kRmb;
  wanted.group.generation = 1;
  open(kLink, wanted.group);
  const BufferId fresh = take_ready(wanted);
  EXPECT_EQ(pool.rmbs(wanted.group), 1U);
  EXPECT_EQ(pool.rmbs(kGroup), 0U);
  EXPECT_FALSE(release(old));
  EXPECT_EQ(pool.find(old), nullptr);
  EXPECT_EQ(pool.rmbs(wanted.group), 1U);
  EXPECT_EQ(state(fresh), BufferState::InUse);
  end_group();
  EXPECT_EQ(state(fresh), BufferState::InUse) << "a group that ended long ago";
}

TEST_F(PoolTest, IsAValue) {
  const BufferId id = take_ready(kRmb);
  Pool copy = pool;
  EXPECT_EQ(copy, pool);
  EXPECT_EQ(digest_of(copy), digest_of(pool));
  EXPECT_FALSE(release(id));
  EXPECT_NE(copy, pool);
  EXPECT_NE(digest_of(copy), digest_of(pool));
}

TEST_F(PoolTest, TracesEveryState) {
  const BufferId id = take(kRmb);
  made(id);
  registered(id);
  EXPECT_FALSE(release(id));
  std::string seen;
  for (const TraceRecord& record : out.records()) seen.append(record.to).append(" ");
  EXPECT_EQ(seen, "Registering InUse Free ");
}

TEST_F(PoolTest, ReleasingWhatIsFreeIsOurBug) {
  const BufferId id = take_ready(kRmb);
  EXPECT_FALSE(release(id));
  EXPECT_DEATH((void)release(id), "does not hold");
}

}  // namespace
}  // namespace smclab
