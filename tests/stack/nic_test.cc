// SPDX-License-Identifier: MIT
//
// A Nic with the software RNIC in it is a value; with a device it is a name for that device.
#include <gtest/gtest.h>

#include <utility>
#include <variant>

#include "emu/stack/nic.h"

namespace smclab::stack {
namespace {

// Remembers what it was asked.
class NotedNic : public ForeignNic {
 public:
  void handle(Instant, const rnic::Input& input, rnic::Outputs& out) override {
    asked.push_back(input.index());
    if (std::holds_alternative<rnic::input::Tick>(input)) {
      events = false;
      return;
    }
    out.emplace_back(rnic::output::VerbDone{.status = rnic::VerbStatus::NoMemory});
  }
  std::size_t poll(rnic::CqId, std::span<rnic::Completion> out) override {
    out.front() = {.work = 7};
    return 1;
  }
  [[nodiscard]] bool has_events() const noexcept override { return events; }
  [[nodiscard]] const rnic::Counters& counters() const noexcept override { return counted; }
  [[nodiscard]] bool counts(rnic::Counters::Which which) const noexcept override {
    return which == &rnic::Counters::frames_sent;
  }

  std::vector<std::size_t> asked;
  bool events = false;
  rnic::Counters counted{.frames_sent = 3};
};

rnic::VerbStatus make_domain(Nic& nic, rnic::PdId pd) {
  rnic::Outputs out;
  nic.handle({}, rnic::input::CreatePd{pd}, out);
  return std::get<rnic::output::VerbDone>(out.at(0)).status;
}

TEST(Nic, SoftwareIsAValue) {
  Nic original(rnic::RnicConfig{});
  Nic copy = original;
  EXPECT_EQ(copy, original);
  EXPECT_EQ(make_domain(copy, {0, 0}), rnic::VerbStatus::Success);
  EXPECT_FALSE(copy == original) << "copies share nothing";
  EXPECT_NE(copy.digest(), original.digest());
  EXPECT_EQ(make_domain(original, {0, 0}), rnic::VerbStatus::Success);
  EXPECT_EQ(copy, original);
  EXPECT_EQ(copy.digest(), original.digest());
}

TEST(Nic, DeviceIsAName) {
  const auto device = std::make_shared<NotedNic>();
  Nic original(device);
  Nic copy = original;
  EXPECT_EQ(make_domain(copy, {0, 0}), rnic::VerbStatus::NoMemory);
  EXPECT_EQ(copy, original) << "what one does, both did";
  EXPECT_FALSE(original == Nic(std::make_shared<NotedNic>()));
  EXPECT_FALSE(original == Nic(rnic::RnicConfig{}));
  EXPECT_EQ(device->asked, std::vector<std::size_t>{rnic::Input(rnic::input::CreatePd{}).index()});
  rnic::Completion completion;
  EXPECT_EQ(original.poll({}, std::span(&completion, 1)), 1U);
  EXPECT_EQ(completion.work, 7U);
  EXPECT_EQ(original.counters().frames_sent, 3U);
  EXPECT_TRUE(original.counts(&rnic::Counters::frames_sent));
  EXPECT_FALSE(original.counts(&rnic::Counters::timeouts));
  EXPECT_TRUE(Nic(rnic::RnicConfig{}).counts(&rnic::Counters::timeouts));
}

TEST(Nic, NothingIsPulledFromADevice) {
  Nic nic(std::make_shared<NotedNic>());
  rnic::OutgoingFrames frames;
  nic.transmit({}, {.frames = 8, .bytes = 1 << 20}, frames);
  EXPECT_TRUE(frames.empty());
  EXPECT_EQ(nic.next_transmit(), std::nullopt);
}

TEST(Nic, DeviceWantsATickWhileItHasEvents) {
  const auto device = std::make_shared<NotedNic>();
  Nic nic(device);
  EXPECT_EQ(nic.deadline(), std::nullopt);
  device->events = true;
  EXPECT_EQ(nic.deadline(), Instant::min());
  rnic::Outputs out;
  nic.handle({}, rnic::input::Tick{}, out);
  EXPECT_EQ(nic.deadline(), std::nullopt);
}

}  // namespace
}  // namespace smclab::stack
