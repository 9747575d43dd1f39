// SPDX-License-Identifier: MIT
#include "emu/scenario/load/load.h"

#include <gtest/gtest.h>

#include <string>

namespace smclab::scenario {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The scenario of a text that must be good.
Scenario loaded(const std::string& text) {
  const auto read = load("dir/some.smc.yml", text);
  for (const Problem& problem : read ? std::vector<Problem>{} : read.error()) {
    ADD_FAILURE() << show("text", problem);
  }
  return read.value_or(Scenario{});
}

constexpr const char* kTwoNodes =
    "version: 1\n"
    "nodes: {a: {}, b: {}}\n"
    "links: [{endpoints: [a:r0, b:r0]}]\n";

TEST(Load, FillsInWhatANewcomerLeavesOut) {
  const Scenario scenario = loaded(kTwoNodes);
  EXPECT_EQ(scenario.name, "some");
  EXPECT_EQ(scenario.seed, 1U);
  EXPECT_EQ(scenario.stages,
            (std::vector{StageKind::World, StageKind::Emu, StageKind::Verbs, StageKind::Ns3}));
  ASSERT_EQ(scenario.nodes.size(), 2U);
  ASSERT_EQ(scenario.nodes[0].rnics.size(), 1U);
  EXPECT_EQ(scenario.nodes[0].rnics[0].name, "r0");
  const Device& device = scenario.nodes[1].config.devices.at(0);
  EXPECT_EQ(device.address, ipv4(10, 0, 0, 2));
  EXPECT_EQ(device.gid, device.address.gid);
  EXPECT_EQ(device.prefix_length, 24);
  EXPECT_EQ(device.mtu, MtuCode::Mtu1024);
  EXPECT_TRUE(device.up);
  EXPECT_NE(device.mac, scenario.nodes[0].config.devices.at(0).mac);
}

TEST(Load, NodesMayBeAListOfNames) {
  const Scenario scenario = loaded("{version: 1, nodes: [a, b]}");
  ASSERT_EQ(scenario.nodes.size(), 2U);
  EXPECT_EQ(scenario.nodes[1].name, "b");
  EXPECT_FALSE(scenario.nodes[1].config.devices.at(0).up) << "a port without a cable is down";
}

TEST(Load, JoinedRnicsShareASubnetAndOthersDoNot) {
  const Scenario scenario = loaded(
      "version: 1\n"
      "nodes: {a: {rnics: [r0, r1]}, b: {rnics: [r0, r1]}, c: {}}\n"
      "links: [{endpoints: [a:r0, b:r1]}, {endpoints: [b:r1, c:r0]}, {endpoints: [a:r1, b:r0]}]\n");
  const auto address = [&](std::size_t node, std::size_t rnic) {
    return scenario.nodes[node].config.devices[rnic].address;
  };
  EXPECT_EQ(address(0, 0), ipv4(10, 0, 0, 1));
  EXPECT_EQ(address(1, 1), ipv4(10, 0, 0, 2));
  EXPECT_EQ(address(2, 0), ipv4(10, 0, 0, 3));
  EXPECT_EQ(address(0, 1), ipv4(10, 0, 1, 1));
  EXPECT_EQ(address(1, 0), ipv4(10, 0, 1, 2));
}

TEST(Load, SmcParametersOfTheFileHoldUnlessANodeSaysOtherwise) {
  const Scenario scenario = loaded(
      "version: 1\n"
      "nodes: {a: {smc: {rmem: 16KiB}}, b: {}, c: {smc: off}}\n"
      "smc: {rmem: 128KiB, profile: rfc, timeouts: {clc_wait: 1s}, limits: {rmbs_per_group: 3}}\n");
  EXPECT_EQ(scenario.nodes[0].config.rmem, 16'384U);
  EXPECT_EQ(scenario.nodes[1].config.rmem, 131'072U);
  EXPECT_EQ(scenario.nodes[0].config.profile, Profile::Rfc);
  EXPECT_EQ(scenario.nodes[0].config.timeouts.clc_wait, seconds(1));
  EXPECT_EQ(scenario.nodes[0].config.limits.rmbs_per_group, 3);
  EXPECT_TRUE(scenario.nodes[0].config.smc);
  EXPECT_FALSE(scenario.nodes[2].config.smc);
}

TEST(Load, WhatVersion2NeedsIsReadAndANodeReplacesIt) {
  const Scenario scenario = loaded(
      "version: 1\n"
      "nodes:\n"
      "  a: {rnics: {r0: {gateway: '02:00:00:00:00:bb'}}}\n"
      "  b: {smc: {ueids: [OTHER], versions: v1, release: 0}}\n"
      "smc: {ueids: [SMC-LAB, 0.9], versions: v2}\n");
  const Config& a = scenario.nodes[0].config;
  EXPECT_EQ(a.ueids, (std::vector<Eid>{*make_eid("SMC-LAB"), *make_eid("0.9")}));
  EXPECT_EQ(a.versions, Versions::V2);
  EXPECT_EQ(a.release, 1);
  EXPECT_EQ(a.host_name, "a");
  EXPECT_EQ(a.devices[0].gateway.bytes[5], std::byte{0xBB});
  const Config& b = scenario.nodes[1].config;
  EXPECT_EQ(b.ueids, std::vector<Eid>{*make_eid("OTHER")});
  EXPECT_EQ(b.versions, Versions::V1);
  EXPECT_EQ(b.release, 0);
  EXPECT_EQ(b.devices[0].gateway, Mac{});
}

TEST(Load, ReadsEveryKeyOfALinkAndAnRnic) {
  const Scenario scenario = loaded(
      "version: 1\n"
      "nodes:\n"
      "  a: {rnics: {x: {address: 10.1.0.1/16, mac: '02:00:00:00:00:aa', mtu: 2048B, cq_depth: 8,\n"
      "      timeout: 14, retry_count: 3, rnr_retry: 2, min_rnr_timer: 12, poll_delay: 3us}}}\n"
      "  b: {rnics: {x: {address: 10.1.0.2/16}}}\n"
      "links:\n"
      "  - {endpoints: [a:x, b:x], rate: 100Gbps, delay: 1us, mtu: 4200B, loss: 5%, pnet: NET1,\n"
      "     duplicate: 1%, corrupt: 2%, reorder: 3%, reorder_delay: 9us}\n");
  const RnicSpec& rnic = scenario.nodes[0].rnics.at(0);
  EXPECT_EQ(rnic.cq_depth, 8U);
  EXPECT_EQ(rnic.timeout, 14);
  EXPECT_EQ(rnic.rnr_retry, 2);
  EXPECT_EQ(rnic.poll_delay, microseconds(3));
  const Device& device = scenario.nodes[0].config.devices.at(0);
  EXPECT_EQ(device.mtu, MtuCode::Mtu2048);
  EXPECT_EQ(device.address, ipv4(10, 1, 0, 1));
  EXPECT_EQ(device.pnet.name[3], '1');
  EXPECT_EQ(scenario.nodes[1].config.devices.at(0).mtu, MtuCode::Mtu4096);
  const LinkSpec& link = scenario.links.at(0);
  EXPECT_EQ(link.rate, 100'000'000'000U);
  EXPECT_EQ(link.loss.per_billion, 50'000'000U);
  EXPECT_EQ(link.reorder_delay, microseconds(9));
  EXPECT_EQ(link.b, (PortRef{1, 0}));
}

TEST(Load, ReadsWorkloads) {
  const Scenario scenario =
      loaded(std::string(kTwoNodes) +
             "workloads:\n"
             "  - {type: stream, from: a, to: b:5300, bytes: 1MiB, read: 4KiB,\n"
             "     read_pause: 1ms, read_start: 5ms, close: half}\n"
             "  - {type: connections, from: b, to: a, count: 40, apart: 10us}\n"
             "  - {type: file, from: a, to: b, file: some.bin}\n");
  ASSERT_EQ(scenario.workloads.size(), 3U);
  EXPECT_EQ(scenario.workloads[0].port, 5'300);
  EXPECT_EQ(scenario.workloads[0].bytes, 1'048'576U);
  EXPECT_EQ(scenario.workloads[0].read.start, milliseconds(5));
  EXPECT_EQ(scenario.workloads[0].close.how, CloseKind::Half);
  EXPECT_EQ(scenario.workloads[1].request, 64U);
  EXPECT_EQ(scenario.workloads[1].from, 1U);
  EXPECT_EQ(scenario.workloads[1].port, 5'202);
  EXPECT_EQ(scenario.workloads[2].file, "some.bin");
}

TEST(Load, ReadsTriggersAndActionsOfFaults) {
  const Scenario scenario =
      loaded(std::string(kTwoNodes) +
             "workloads: [{type: stream, from: a, to: b, bytes: 1MiB}]\n"
             "faults:\n"
             "  - {at: 20ms, link: a:r0, down: true, for: 1ms}\n"
             "  - {after: {bytes: 64KiB}, link: b:r0, from: a, only: roce, loss: 50%}\n"
             "  - {when: {host: a, sends: confirm_link, nth: 2}, lose: message}\n"
             "  - {when: {host: b, sends: accept}, patch: '0f', offset: 61}\n"
             "  - {when: {host: b, enters: active}, inject: llc, host: a, bytes: '07 2c'}\n"
             "  - {at: 0s, deny: mr, host: b, first: 2, count: 3}\n"
             "  - {at: 1ms, app: abort, workload: 0, side: server}\n"
             "  - {at: 1ms, stall: b, for: 2ms}\n"
             "  - {at: 1ms, partition: [a, b], only: tcp}\n"
             "  - {at: 0s, strip_option: b}\n"
             "  - {at: 1ms, fail_qp: a}\n"
             "  - {when: {host: a, sends: confirm}, replace: 'e2d4'}\n");
  ASSERT_EQ(scenario.faults.size(), 12U);
  EXPECT_EQ(std::get<AtTime>(scenario.faults[0].trigger).at, milliseconds(20));
  EXPECT_EQ(scenario.faults[0].lasts, milliseconds(1));
  EXPECT_EQ(std::get<ChangeLink>(scenario.faults[0].action).down, true);
  EXPECT_EQ(std::get<AfterProgress>(scenario.faults[1].trigger).bytes, 65'536U);
  EXPECT_EQ(std::get<ChangeLink>(scenario.faults[1].action).only, Traffic::Roce);
  EXPECT_EQ(std::get<OnEvent>(scenario.faults[2].trigger).nth, 2U);
  EXPECT_EQ(std::get<PatchMessage>(scenario.faults[3].action).offset, 61U);
  EXPECT_EQ(std::get<OnEvent>(scenario.faults[4].trigger).event, TraceEvent::State);
  EXPECT_EQ(std::get<Deny>(scenario.faults[5].action), (Deny{1, Resource::Mr, 2, 3}));
  EXPECT_EQ(std::get<AppDoes>(scenario.faults[6].action).side, Side::Server);
  const char* names[] = {"link_down", "link",  "lose",      "patch",        "inject",  "deny",
                         "app",       "stall", "partition", "strip_option", "fail_qp", "replace"};
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(describe(scenario.faults[i].action), names[i]);
}

TEST(Load, ReadsChecks) {
  const Scenario scenario = loaded(
      std::string(kTwoNodes) +
      "checks:\n"
      "  whole: {expect: [\"workloads[0].intact\", ==, true]}\n"
      "  moved: {expect: [to, happened, decline], where: {host: b, event: sends}, by: 60ms}\n");
  ASSERT_EQ(scenario.checks.size(), 2U);
  EXPECT_EQ(scenario.checks[0].path, "workloads[0].intact");
  EXPECT_EQ(scenario.checks[1].op, CheckOp::Happened);
  EXPECT_EQ(scenario.checks[1].by, milliseconds(60));
  ASSERT_EQ(scenario.checks[1].where.size(), 2U);
  EXPECT_EQ(scenario.checks[1].where[1].second, "sends");
}

TEST(Load, JsonIsYamlToo) {
  EXPECT_EQ(loaded(R"({"version": 1, "nodes": {"a": {}, "b": {}}, "seed": 7})").seed, 7U);
}

TEST(Load, WordsOfYamlMeanNothingByThemselves) {
  const Scenario scenario = loaded("{version: 1, nodes: [no, 010, y]}");
  EXPECT_EQ(scenario.nodes[0].name, "no");
  EXPECT_EQ(scenario.nodes[1].name, "010");
}

TEST(Load, TraceDataReachesEveryHost) {
  EXPECT_TRUE(
      loaded("{version: 1, nodes: [a], outputs: {trace_data: on}}").nodes[0].config.trace_data);
}

}  // namespace
}  // namespace smclab::scenario
