// SPDX-License-Identifier: MIT
//
// The names in `run --json` and trace.jsonl are a promise; these are all of them.
#include "emu/scenario/judge/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emu/scenario/flow.h"

namespace smclab::scenario {
namespace {

using Json = nlohmann::ordered_json;

std::string keys_of(const Json& json) {
  std::string keys;
  for (const auto& [key, _] : json.items()) keys += (keys.empty() ? "" : " ") + key;
  return keys;
}

Scenario two_nodes() {
  Scenario scenario{.file = "f.smc.yml", .name = "f"};
  scenario.nodes = {{.name = "a"}, {.name = "b"}};
  scenario.workloads = {{.to = 1, .bytes = 8}};
  return scenario;
}

PlayedRun good_run(const Scenario& scenario, std::uint64_t seed) {
  PlayedRun run{.seed = seed};
  run.outcome.workloads = empty_results(scenario);
  FlowResult& server = run.outcome.workloads[0].connections[0].server;
  server = {.received = 1'000,
            .connected_at = Instant(Duration(500)),
            .ended_at = Instant(Duration(1'500))};
  run.outcome.hosts = {{"a", {{"frames_sent", 3}}}, {"b", {}}};
  run.outcome.performance = {.model_time = Duration(1'000), .frames = 5, .bytes = 1'000};
  run.outcome.trace_hash = 0xABC;
  run.checks = {{.name = "whole", .passed = true, .expected = "x == 1", .found = "1"}};
  return run;
}

TEST(Report, HasThePromisedKeys) {
  const Scenario scenario = two_nodes();
  const PlayedRun run = good_run(scenario, 7);
  const Json json = report(scenario, std::span(&run, 1));
  EXPECT_EQ(
      keys_of(json),
      "schema_version scenario file stage seed passed interrupted capability checks workloads "
      "hosts performance trace_hash capture");
  EXPECT_EQ(keys_of(json["workloads"][0]),
            "type connections smc_r tcp complete resets bytes_sent bytes_received intact ended_ns "
            "goodput_bps flows");
  EXPECT_EQ(keys_of(json["workloads"][0]["flows"][0]["client"]),
            "transport own peer bytes_sent bytes_received intact complete closed reset "
            "connected_ns ended_ns");
  EXPECT_EQ(keys_of(json["performance"]), "model_time_ns wall_time_ns events frames bytes");
  EXPECT_EQ(keys_of(json["checks"]["whole"]), "passed expected found");
  EXPECT_EQ(json["trace_hash"], "0x0000000000000abc");
  EXPECT_EQ(json["capture"], nullptr);
  EXPECT_EQ(json["passed"], true);
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["hosts"]["a"]["frames_sent"], 3);
  EXPECT_EQ(json["workloads"][0]["goodput_bps"], 8'000'000'000U);
}

TEST(Report, ARepeatedFileHasItsRunsAndTheirSums) {
  const Scenario scenario = two_nodes();
  std::vector<PlayedRun> runs = {good_run(scenario, 1), good_run(scenario, 2)};
  runs[1].checks[0].passed = false;
  const Json json = report(scenario, runs);
  EXPECT_EQ(json["passed"], false);
  EXPECT_EQ(json["checks"]["whole"]["passed"], false);
  ASSERT_EQ(json["runs"].size(), 2U);
  EXPECT_EQ(json["runs"][1]["seed"], 2);
  EXPECT_EQ(json["performance"]["frames"], 10);
}

TEST(Report, AnInterruptedRunDidNotPass) {
  const Scenario scenario = two_nodes();
  PlayedRun run = good_run(scenario, 1);
  run.end = PlayEnd::Interrupted;
  const Json json = report(scenario, std::span(&run, 1));
  EXPECT_EQ(json["passed"], false);
  EXPECT_EQ(json["interrupted"], true);
}

TEST(Report, ListsOnlySoManyFlowsButCountsAll) {
  Scenario scenario = two_nodes();
  scenario.workloads[0].count = 1'500;
  PlayedRun run;
  run.outcome.workloads = empty_results(scenario);
  const Json json = report(scenario, std::span(&run, 1));
  EXPECT_EQ(json["workloads"][0]["flows"].size(), kMostFlows);
  EXPECT_EQ(json["workloads"][0]["connections"], 1'500);
}

TEST(TraceLine, HasOneRecordInAStableOrder) {
  const HostRecord record{.host = 1,
                          .record = {.at = Instant(Duration(1'500)),
                                     .event = TraceEvent::Sends,
                                     .object = TraceObject::Handshake,
                                     .index = 3,
                                     .to = "decline",
                                     .cause = "ipsec",
                                     .clause = "RFC 7609 §3.5",
                                     .value = 28}};
  EXPECT_EQ(trace_line(two_nodes(), record),
            R"({"time_ns":1500,"host":"b","event":"sends","object":"handshake","index":3,)"
            R"("generation":0,"from":"","to":"decline","cause":"ipsec",)"
            R"("clause":"RFC 7609 §3.5","value":28})");
}

}  // namespace
}  // namespace smclab::scenario
