// SPDX-License-Identifier: MIT
//
// Objects: made, used, refused, destroyed. A refused verb leaves no trace.
#include <gtest/gtest.h>

#include <set>

#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

constexpr Instant kNow{};

RnicConfig small_config() {
  RnicConfig config;
  config.limits = {.protection_domains = 2,
                   .completion_queues = 3,
                   .memory_regions = 3,
                   .queue_pairs = 3,
                   .queue_entries = 64,
                   .completions = 2048};
  return config;
}

class Verbs : public testing::Test {
 protected:
  VerbStatus status_of(const Input& input) { return host.tell(kNow, input).status; }
  // Carries a verb out that must be refused, so, and without a trace.
  void refused(const Input& input, VerbStatus why) {
    const std::uint64_t before = host.rnic.digest();
    EXPECT_EQ(status_of(input), why);
    EXPECT_EQ(host.rnic.digest(), before);
  }
  [[nodiscard]] input::RegisterMr region(MrId mr) const {
    return {mr, host.pd, {{}, 0, 4096}, {kBase}, kAll};
  }
  [[nodiscard]] input::CreateQp queue_pair(QpId qp) const {
    return {qp, host.pd, host.send_cq, host.receive_cq, 8, 8};
  }
  Host host{small_config(), 1};
};

TEST_F(Verbs, NamesThatNameNothingAreUnknown) {
  const PdId pd{1, 1};
  refused(input::DestroyPd{pd}, VerbStatus::UnknownObject);
  refused(input::DestroyPd{{0, 2}}, VerbStatus::UnknownObject);
  refused(input::DestroyCq{{2, 1}}, VerbStatus::UnknownObject);
  refused(input::ArmCq{{0, 0}}, VerbStatus::UnknownObject);
  refused(input::DeregisterMr{{9, 1}}, VerbStatus::UnknownObject);
  refused(input::ModifyQp{{0, 0}, QpState::Init, {}}, VerbStatus::UnknownObject);
  refused(input::DestroyQp{{1, 1}}, VerbStatus::UnknownObject);
  refused(input::PostSend{{1, 1}, {}}, VerbStatus::UnknownObject);
  refused(input::PostReceive{{1, 1}, 1, {}}, VerbStatus::UnknownObject);
  auto mr = region({1, 1});
  mr.pd = pd;
  refused(mr, VerbStatus::UnknownObject);
  auto qp = queue_pair({1, 1});
  qp.pd = pd;
  refused(qp, VerbStatus::UnknownObject);
  qp = queue_pair({1, 1});
  qp.send_cq = {2, 1};
  refused(qp, VerbStatus::UnknownObject);
  qp = queue_pair({1, 1});
  qp.receive_cq = {0, 7};
  refused(qp, VerbStatus::UnknownObject);
  std::array<Completion, 1> none;
  EXPECT_EQ(host.rnic.poll({9, 9}, none), 0U);
}

TEST_F(Verbs, TakenNamesAreInUse) {
  refused(input::CreatePd{host.pd}, VerbStatus::InUse);
  refused(input::CreatePd{{0, 5}}, VerbStatus::InUse);
  refused(input::CreateCq{host.send_cq, 8}, VerbStatus::InUse);
  refused(region(host.mr), VerbStatus::InUse);
  refused(queue_pair(host.qp), VerbStatus::InUse);
}

TEST_F(Verbs, ObjectsWithUsersStay) {
  refused(input::DestroyPd{host.pd}, VerbStatus::InUse);
  refused(input::DestroyCq{host.send_cq}, VerbStatus::InUse);
  refused(input::DestroyCq{host.receive_cq}, VerbStatus::InUse);
  EXPECT_EQ(status_of(input::DestroyQp{host.qp}), VerbStatus::Success);
  refused(input::DestroyPd{host.pd}, VerbStatus::InUse);
  EXPECT_EQ(status_of(input::DeregisterMr{host.mr}), VerbStatus::Success);
  EXPECT_EQ(status_of(input::DestroyPd{host.pd}), VerbStatus::Success);
  EXPECT_EQ(status_of(input::DestroyCq{host.send_cq}), VerbStatus::Success);
  EXPECT_EQ(status_of(input::DestroyCq{host.receive_cq}), VerbStatus::Success);
}

TEST_F(Verbs, LimitsAreKept) {
  refused(input::CreatePd{{2, 1}}, VerbStatus::NoMemory);
  refused(input::CreateCq{{3, 1}, 8}, VerbStatus::NoMemory);
  refused(input::CreateCq{{2, 1}, 2049}, VerbStatus::NoMemory);
  refused(region({3, 1}), VerbStatus::NoMemory);
  refused(queue_pair({3, 1}), VerbStatus::NoMemory);
  auto qp = queue_pair({1, 1});
  qp.max_send = 65;
  refused(qp, VerbStatus::NoMemory);
  qp = queue_pair({1, 1});
  qp.max_receive = 65;
  refused(qp, VerbStatus::NoMemory);
}

TEST_F(Verbs, ArgumentsThatMakeNoSenseAreRefused) {
  refused(input::CreateCq{{2, 1}, 0}, VerbStatus::BadArgument);
  auto mr = region({1, 1});
  mr.memory.length = 0;
  refused(mr, VerbStatus::BadArgument);
  mr = region({1, 1});
  mr.access = {.remote_write = true};
  refused(mr, VerbStatus::BadArgument);
  mr = region({1, 1});
  mr.address.value = UINT64_MAX - 4094;
  refused(mr, VerbStatus::BadArgument);
  mr.address.value = UINT64_MAX - 4095;
  EXPECT_EQ(status_of(mr), VerbStatus::Success) << "the last byte of all is a byte";
  mr = region({2, 1});
  mr.memory.offset = UINT64_MAX - 4094;
  refused(mr, VerbStatus::BadArgument);
}

TEST_F(Verbs, RequestsThatMakeNoSenseAreRefused) {
  const auto request_refused = [this](const SendRequest& request) {
    refused(input::PostSend{host.qp, request}, VerbStatus::BadArgument);
  };
  request_refused({.operation = static_cast<Operation>(4)});
  request_refused({.sge_count = 3});
  SendRequest large{.sge_count = 2};
  large.sges[0].length = large.sges[1].length = 0x4000'0001;
  request_refused(large);
}

TEST_F(Verbs, ANameIsFreeAgainAfterDestruction) {
  EXPECT_EQ(status_of(input::DestroyQp{host.qp}), VerbStatus::Success);
  refused(input::ModifyQp{host.qp, QpState::Init, {}}, VerbStatus::UnknownObject);
  const QpId fresh{host.qp.index, host.qp.generation + 1};
  EXPECT_EQ(status_of(queue_pair(fresh)), VerbStatus::Success);
  refused(input::PostSend{host.qp, {}}, VerbStatus::UnknownObject);
  EXPECT_EQ(status_of(input::ModifyQp{fresh, QpState::Init, {}}), VerbStatus::Success);
}

TEST(VerbsBefore, EntropyComesFirst) {
  Rnic rnic{RnicConfig{}};
  Outputs out;
  const auto status_of = [&](const Input& input) {
    out.clear();
    rnic.handle(kNow, input, out);
    return std::get<output::VerbDone>(out.at(0)).status;
  };
  EXPECT_EQ(status_of(input::CreatePd{{0, 0}}), VerbStatus::Success);
  EXPECT_EQ(status_of(input::CreateCq{{0, 0}, 8}), VerbStatus::Success);
  EXPECT_EQ(status_of(input::RegisterMr{{0, 0}, {0, 0}, {{}, 0, 64}, {0}, {}}),
            VerbStatus::BadState);
  EXPECT_EQ(status_of(input::CreateQp{{0, 0}, {0, 0}, {0, 0}, {0, 0}, 8, 8}), VerbStatus::BadState);
}

TEST(VerbsMany, KeysAreDistinctAndNotInOrder) {
  Host host(RnicConfig{}, 5);
  std::set<std::uint32_t> keys{host.key.value};
  std::uint32_t rising = 0;
  std::uint32_t last = 0;
  for (std::uint32_t i = 1; i <= 1000; ++i) {
    const auto done = host.tell(kNow, input::RegisterMr{{i, 0}, host.pd, {{}, 0, 64}, {0}, {}});
    EXPECT_EQ(done.status, VerbStatus::Success);
    EXPECT_TRUE(keys.insert(done.key.value).second);
    rising += done.key.value > last ? 1 : 0;
    last = done.key.value;
  }
  EXPECT_GT(rising, 400U);
  EXPECT_LT(rising, 600U);
  for (std::uint32_t i = 1; i <= 1000; i += 2) {
    EXPECT_EQ(host.tell(kNow, input::DeregisterMr{{i, 0}}).status, VerbStatus::Success);
  }
  for (std::uint32_t i = 2; i <= 1000; i += 2) {
    EXPECT_EQ(host.tell(kNow, input::DeregisterMr{{i, 0}}).status, VerbStatus::Success);
  }
}

TEST(VerbsMany, QueuePairNumbersComeFromTheRangeUntilItIsEmpty) {
  RnicConfig config;
  config.first_qpn = {0x100};
  config.last_qpn = {0x10F};
  Host host(config, 5);
  std::set<std::uint32_t> numbers{host.qpn.value};
  const auto create = [&](std::uint32_t i) {
    return host.tell(kNow, input::CreateQp{{i, 0}, host.pd, host.send_cq, host.receive_cq, 1, 1});
  };
  for (std::uint32_t i = 1; i < 16; ++i) {
    const auto done = create(i);
    EXPECT_EQ(done.status, VerbStatus::Success);
    EXPECT_TRUE(numbers.insert(done.qpn.value).second);
  }
  EXPECT_EQ(*numbers.begin(), 0x100U);
  EXPECT_EQ(*numbers.rbegin(), 0x10FU);
  EXPECT_EQ(create(16).status, VerbStatus::NoMemory);
  EXPECT_EQ(host.tell(kNow, input::DestroyQp{{7, 0}}).status, VerbStatus::Success);
  EXPECT_EQ(create(16).status, VerbStatus::Success);
}

TEST(VerbsMany, FullQueuesRefuseWork) {
  Pair pair;
  pair.b.tell(kNow, input::PortState{false});
  for (WorkId work = 0; work < 64; ++work) {
    EXPECT_EQ(pair.receive(Side::A, work, 0, 8), VerbStatus::Success);
    EXPECT_EQ(pair.post(Side::A, pair.write(work, 0, 8)), VerbStatus::Success);
  }
  EXPECT_EQ(pair.receive(Side::A, 64, 0, 8), VerbStatus::QueueFull);
  EXPECT_EQ(pair.post(Side::A, pair.write(64, 0, 8)), VerbStatus::QueueFull);
}

TEST(VerbsMany, AnArmedQueueTellsOnce) {
  Pair pair;
  pair.post(Side::A, pair.write(1, 0, 8));
  pair.settle();
  EXPECT_TRUE(pair.a.announced.empty());
  EXPECT_EQ(pair.tell(Side::A, input::ArmCq{pair.a.send_cq}).status, VerbStatus::Success);
  EXPECT_TRUE(pair.a.announced.empty()) << "only what comes is announced";
  pair.post(Side::A, pair.write(2, 0, 8));
  pair.post(Side::A, pair.write(3, 0, 8));
  pair.settle();
  EXPECT_EQ(pair.a.announced, (std::vector<CqId>{pair.a.send_cq}));
  EXPECT_EQ(pair.a.completions().size(), 3U);
}

TEST(VerbsDeathTest, AConfigurationThatMakesNoSenseIsOurBug) {
  RnicConfig config;
  config.psn_bits = 25;
  EXPECT_DEATH(Rnic{config}, "psn_bits");
  config = {};
  config.window = 0;
  EXPECT_DEATH(Rnic{config}, "window");
  config = {};
  config.last_qpn = {0};
  EXPECT_DEATH(Rnic{config}, "first_qpn");
}

}  // namespace
}  // namespace smclab::rnic
