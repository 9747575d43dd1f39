// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/emu_stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "emu/runtime/udp_fabric.h"

namespace smclab::runtime {
namespace {

using scenario::PlayEnd;
using scenario::Transport;

// Two hosts, a cable, and one stream from the first to the second.
scenario::Scenario two_hosts(std::uint64_t bytes) {
  scenario::Scenario s;
  s.duration = std::chrono::seconds(30);
  for (std::uint8_t i = 0; i < 2; ++i) {
    scenario::NodeSpec node;
    node.name = i == 0 ? "a" : "b";
    Device device;
    device.address = ipv4(10, 0, 0, static_cast<std::uint8_t>(2 + i));
    device.gid = device.address.gid;
    device.mac.bytes = {std::byte{2}, {}, {}, {}, {}, std::byte{i}};
    node.config.devices = {device};
    node.rnics.resize(1);
    s.nodes.push_back(node);
  }
  s.links.push_back({.a = {0, 0}, .b = {1, 0}});
  scenario::WorkloadSpec stream;
  stream.bytes = bytes;
  stream.to = 1;
  s.workloads = {stream};
  return s;
}

scenario::FaultSpec fault(scenario::Trigger trigger, scenario::FaultAction action) {
  scenario::FaultSpec spec;
  spec.trigger = std::move(trigger);
  spec.action = std::move(action);
  return spec;
}

struct Played {
  PlayEnd end = PlayEnd::Cannot;
  scenario::Outcome outcome;
  [[nodiscard]] const scenario::FlowResult& client(std::size_t i = 0) const {
    return outcome.workloads[0].connections[i].client;
  }
  [[nodiscard]] const scenario::FlowResult& server(std::size_t i = 0) const {
    return outcome.workloads[0].connections[i].server;
  }
};

Played play(const scenario::Scenario& s, scenario::PlayOptions options = {}) {
  Played played;
  played.end = EmuStage().play(s, options, played.outcome);
  EXPECT_EQ(played.outcome.missing, "");
  return played;
}

bool happened(const Played& played, std::string_view to, std::string_view cause) {
  return std::any_of(
      played.outcome.trace.begin(), played.outcome.trace.end(),
      [&](const auto& told) { return told.record.to == to && told.record.cause == cause; });
}

TEST(EmuStage, CarriesAStreamOverSmcr) {
  const Played played = play(two_hosts(3'000'000));
  EXPECT_EQ(played.end, PlayEnd::Played);
  for (const auto* side : {&played.client(), &played.server()}) {
    EXPECT_EQ(side->transport, Transport::SmcR);
    EXPECT_TRUE(side->complete);
    EXPECT_EQ(side->closed, CloseReason::Orderly);
  }
  EXPECT_EQ(played.server().received, 3'000'000U);
  EXPECT_TRUE(played.server().intact);
}

TEST(EmuStage, SeveralConnectionsShareOneLinkGroup) {
  scenario::Scenario s = two_hosts(20'000);
  s.workloads[0].count = 5;
  const Played played = play(s);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(played.server(i).complete) << i;
    EXPECT_EQ(played.server(i).transport, Transport::SmcR) << i;
  }
  const auto groups =
      std::count_if(played.outcome.trace.begin(), played.outcome.trace.end(), [](const auto& told) {
        return told.host == 1 && told.record.object == TraceObject::LinkGroup &&
               told.record.to == "Established";
      });
  EXPECT_EQ(groups, 1);
}

TEST(EmuStage, DeliversEveryByteOverALossyWire) {
  scenario::Scenario s = two_hosts(1'000'000);
  s.links[0].loss = {20'000'000};
  s.links[0].corrupt = {10'000'000};
  s.links[0].duplicate = {20'000'000};
  s.links[0].reorder = {20'000'000};
  const Played played = play(s);
  EXPECT_TRUE(played.server().intact);
  EXPECT_EQ(played.server().received, 1'000'000U);
  EXPECT_TRUE(played.client().complete);
}

TEST(EmuStage, FallsBackToTcpWhereOneSideHasNoSmc) {
  for (const std::size_t without : {0U, 1U}) {
    scenario::Scenario s = two_hosts(500'000);
    s.nodes[without].config.smc = false;
    const Played played = play(s);
    EXPECT_EQ(played.client().transport, Transport::Tcp);
    EXPECT_EQ(played.server().transport, Transport::Tcp);
    EXPECT_EQ(played.client().own, Diagnosis::PeerHasNoSmc);
    EXPECT_TRUE(played.server().complete) << without;
    EXPECT_EQ(played.server().received, 500'000U);
  }
}

TEST(EmuStage, FallsBackWithADeclineWhereTheServerHasNoRnic) {
  scenario::Scenario s = two_hosts(500'000);
  s.nodes[1].config.devices.clear();
  s.nodes[1].rnics.clear();
  s.links.clear();
  const Played played = play(s);
  EXPECT_EQ(played.server().own, Diagnosis::NoDevice);
  EXPECT_EQ(played.client().own, Diagnosis::PeerDeclined);
  EXPECT_EQ(played.client().peer, Diagnosis::NoDevice);
  EXPECT_TRUE(played.server().complete);
}

TEST(EmuStage, APartitionEndsConnectionsInsteadOfHanging) {
  scenario::Scenario s = two_hosts(50'000'000);
  s.faults = {fault(scenario::AfterProgress{0, 1'000'000}, scenario::Partition{0, 1})};
  const Played played = play(s);
  EXPECT_TRUE(played.client().ended_at.has_value());
  EXPECT_FALSE(played.client().complete);
  EXPECT_TRUE(played.client().reset);
  EXPECT_TRUE(happened(played, "partition", "fault"));
  EXPECT_TRUE(played.server().intact) << "what came before was right";
}

// Pauses of all lengths that may end while the host sends and looks what it waits for next, and
// rings so small that nothing else would wake it.
TEST(EmuStage, AsksAReaderAgainWhosePauseEndsMeanwhile) {
  for (const int pause : {1, 2, 4, 8, 16, 32}) {
    scenario::Scenario s = two_hosts(200'000);
    for (scenario::NodeSpec& node : s.nodes) node.config.rmem = node.config.wmem = 16'384;
    s.workloads[0].read.chunk = 1'000;
    s.workloads[0].read.pause = std::chrono::microseconds(pause);
    s.duration = std::chrono::seconds(5);
    const Played played = play(s);
    EXPECT_EQ(played.server().received, 200'000U) << pause << " us";
    EXPECT_TRUE(played.server().complete);
  }
}

TEST(EmuStage, StopsWhenProgressSaysSo) {
  scenario::PlayOptions options;
  options.progress = [](const scenario::Progress& progress) { return progress.bytes == 0; };
  EXPECT_EQ(play(two_hosts(2'000'000'000), options).end, PlayEnd::Interrupted);
}

TEST(EmuStage, CannotPlayWhereThePortIsTaken) {
  boost::asio::io_context loop;
  const auto owner = UdpFabric::open(loop, {ipv4(127, 0, 0, 3)}, [](const auto&) {});
  ASSERT_TRUE(owner);
  scenario::Outcome outcome;
  EXPECT_EQ(EmuStage().play(two_hosts(1), {}, outcome), PlayEnd::Cannot);
  EXPECT_NE(outcome.missing.find("127.0.0.3:4791 is in use by"), std::string::npos)
      << outcome.missing;
}

}  // namespace
}  // namespace smclab::runtime
