// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <utility>

#include "emu/runtime/stage/devices.h"
#include "emu/runtime/stage/verbs_stage.h"

namespace smclab::runtime {
namespace {

// A port that nobody talks over.
class StillPort : public DevicePort {
 public:
  explicit StillPort(PortFacts facts) : facts_(std::move(facts)) {}
  void handle(Instant, const rnic::Input&, rnic::Outputs&) override {}
  std::size_t poll(rnic::CqId, std::span<rnic::Completion>) override { return 0; }
  [[nodiscard]] bool has_events() const noexcept override { return false; }
  [[nodiscard]] const rnic::Counters& counters() const noexcept override { return counters_; }
  [[nodiscard]] bool counts(rnic::Counters::Which which) const noexcept override {
    return which == &rnic::Counters::duplicates;
  }
  void count() override {}
  [[nodiscard]] const PortFacts& facts() const noexcept override { return facts_; }
  [[nodiscard]] std::vector<int> descriptors() const override { return {}; }
  void collect() override {}
  std::optional<bool> take_port_change() override { return std::nullopt; }

 private:
  PortFacts facts_;
  rnic::Counters counters_;
};

class ListedDriver : public DeviceDriver {
 public:
  tl::expected<std::shared_ptr<DevicePort>, std::string> open(const Gid& gid) override {
    const auto found = ports.find(gid);
    if (found == ports.end()) return tl::unexpected(std::string("no such address"));
    return std::make_shared<StillPort>(found->second);
  }
  std::map<Gid, PortFacts> ports;
};

// Node 0 is joined to nodes 1 and 2, by an RNIC for each.
scenario::Scenario star() {
  scenario::Scenario s;
  s.nodes.resize(3);
  s.nodes[0].name = "middle";
  const auto add = [&](std::uint32_t node, std::uint8_t last) {
    s.nodes[node].rnics.push_back({.name = "r"});
    Device device;
    device.address = ipv4(192, 0, 2, last);
    device.gid = device.address.gid;
    device.prefix_length = 24;
    device.mtu = MtuCode::Mtu4096;
    s.nodes[node].config.devices.push_back(device);
  };
  add(0, 1);
  add(0, 2);
  add(1, 3);
  add(2, 4);
  s.links = {{.a = {0, 0}, .b = {1, 0}}, {.a = {2, 0}, .b = {0, 1}}};
  return s;
}

TEST(PlaceOnPairs, EachLinkIsACable) {
  const auto placed = place_on_pairs(star());
  ASSERT_TRUE(placed) << placed.error();
  EXPECT_EQ(placed->nodes[0].config.devices[0].address, ipv4(10, 123, 0, 1));
  EXPECT_EQ(placed->nodes[1].config.devices[0].address, ipv4(10, 123, 0, 2));
  EXPECT_EQ(placed->nodes[2].config.devices[0].address, ipv4(10, 123, 1, 1));
  EXPECT_EQ(placed->nodes[0].config.devices[1].address, ipv4(10, 123, 1, 2));
  EXPECT_EQ(placed->nodes[0].config.devices[1].gid, ipv4(10, 123, 1, 2).gid);
}

TEST(PlaceOnPairs, KeepsWhetherTwoEndsShareASubnet) {
  scenario::Scenario s = star();
  s.nodes[1].config.devices[0].address = ipv4(198, 51, 100, 3);
  const auto placed = place_on_pairs(s);
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->nodes[0].config.devices[0].address, ipv4(10, 123, 0, 1));
  EXPECT_EQ(placed->nodes[1].config.devices[0].address, ipv4(10, 124, 0, 2));
  EXPECT_EQ(placed->nodes[1].config.devices[0].prefix_length, 24);
  EXPECT_EQ(placed->nodes[2].config.devices[0].address, ipv4(10, 123, 1, 1));
}

TEST(PlaceOnPairs, KeepsTheFamily) {
  scenario::Scenario s = star();
  IpAddress six;
  six.gid.bytes[0] = std::byte{0x20};
  s.nodes[1].config.devices[0].address = six;
  EXPECT_FALSE(place_on_pairs(s)) << "one end only";
  s.nodes[0].config.devices[0].address = six;
  const auto placed = place_on_pairs(s);
  ASSERT_TRUE(placed) << placed.error();
  const Device& device = placed->nodes[1].config.devices[0];
  IpAddress expected;
  expected.gid.bytes = {std::byte{0xFD}, std::byte{0x53}, std::byte{0x4D}, std::byte{0x43}};
  expected.gid.bytes[15] = std::byte{2};
  EXPECT_EQ(device.address, expected);
  EXPECT_EQ(device.prefix_length, 64);
}

TEST(PlaceOnPairs, RefusesWhatAVethCannotBe) {
  scenario::Scenario alone = star();
  alone.links.pop_back();
  EXPECT_FALSE(place_on_pairs(alone));
  scenario::Scenario forked = star();
  forked.links.push_back(forked.links.front());
  const auto placed = place_on_pairs(forked);
  ASSERT_FALSE(placed);
  EXPECT_NE(placed.error().find("middle:r"), std::string::npos) << placed.error();
}

TEST(PlaceOnDevices, TakesThePairsAndWhatTheyAre) {
  ListedDriver driver;
  for (const std::uint8_t cable : std::array<std::uint8_t, 2>{0, 1}) {
    for (const std::uint8_t end : std::array<std::uint8_t, 2>{1, 2}) {
      driver.ports[ipv4(10, 123, cable, end).gid] = {
          .device = "d", .mac = {}, .mtu = MtuCode::Mtu1024, .up = end == 1};
    }
  }
  const auto machine = place_on_devices(star(), driver);
  ASSERT_TRUE(machine) << machine.error();
  EXPECT_EQ(machine->stage, scenario::StageKind::Verbs);
  EXPECT_EQ(machine->ports[0].size(), 2U);
  const auto& devices = machine->scenario.nodes[0].config.devices;
  EXPECT_EQ(devices[0].mtu, MtuCode::Mtu1024);
  EXPECT_TRUE(devices[0].up);
  EXPECT_FALSE(devices[1].up);
}

TEST(PlaceOnDevices, PrefersThePortsThatTheFileNames) {
  ListedDriver driver;
  for (const std::uint8_t last : std::array<std::uint8_t, 4>{1, 2, 3, 4})
    driver.ports[ipv4(192, 0, 2, last).gid] = {};
  const auto machine = place_on_devices(star(), driver);
  ASSERT_TRUE(machine) << machine.error();
  EXPECT_EQ(machine->scenario.nodes[2].config.devices[0].address, ipv4(192, 0, 2, 4));
}

TEST(PlaceOnDevices, SaysHowToGetWhatIsMissing) {
  ListedDriver driver;
  const auto machine = place_on_devices(star(), driver);
  ASSERT_FALSE(machine);
  EXPECT_EQ(machine.error(), "no such address ('smclab setup rxe' makes what is needed)");
}

TEST(VerbsStage, RefusesWhatNoDeviceCanPlay) {
  scenario::Scenario s = star();
  EXPECT_EQ(verbs_obstacle(s), "");
  for (const scenario::FaultAction& action :
       {scenario::FaultAction(scenario::ChangeLink{}), scenario::FaultAction(scenario::Partition{}),
        scenario::FaultAction(scenario::Stall{})}) {
    s.faults = {{.action = action}};
    EXPECT_NE(verbs_obstacle(s).find("stage verbs cannot"), std::string::npos);
  }
  s.faults = {{.action = scenario::FailQp{}}};
  EXPECT_EQ(verbs_obstacle(s), "");
  s.links[1].loss = {1};
  EXPECT_NE(verbs_obstacle(s).find("stage verbs cannot"), std::string::npos);
}

TEST(VerbsStage, RefusesChecksOnWhatDevicesDoNotCount) {
  ListedDriver driver;
  for (const std::uint8_t last : std::array<std::uint8_t, 4>{1, 2, 3, 4})
    driver.ports[ipv4(192, 0, 2, last).gid] = {.device = "rxe0"};
  scenario::Scenario s = star();
  const auto obstacle = [&](const std::string& path) {
    s.checks = {{.name = "c", .path = path}};
    return counters_obstacle(*place_on_devices(s, driver));
  };
  EXPECT_EQ(obstacle("hosts.middle.duplicates"), "");
  EXPECT_EQ(obstacle("hosts.middle.link_groups"), "") << "counted by the host itself";
  EXPECT_EQ(obstacle("hosts.nobody.retransmissions"), "");
  EXPECT_EQ(obstacle("workloads[0].complete"), "");
  EXPECT_EQ(obstacle("hosts.middle.retransmissions"),
            "stage verbs cannot check 'c': the RDMA device rxe0 does not count retransmissions");
}

}  // namespace
}  // namespace smclab::runtime
