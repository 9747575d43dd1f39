// SPDX-License-Identifier: MIT
#include "emu/scenario/judge/judge.h"

#include <gtest/gtest.h>

#include "emu/scenario/flow.h"

namespace smclab::scenario {
namespace {

using std::chrono::milliseconds;

// Two nodes, one stream of 1000 bytes that arrived whole after 10 ms, and a handful of records.
class Judge : public testing::Test {
 protected:
  Judge() {
    scenario_.nodes = {{.name = "a"}, {.name = "b"}};
    scenario_.workloads = {{.to = 1, .bytes = 1'000}};
    outcome_.workloads = empty_results(scenario_);
    auto& connection = outcome_.workloads[0].connections[0];
    connection.client = {.transport = Transport::SmcR, .sent = 1'000, .complete = true};
    connection.server = {.transport = Transport::SmcR,
                         .received = 1'000,
                         .complete = true,
                         .ended_at = Instant(milliseconds(10))};
    outcome_.hosts = {{"a", {{"declines_sent", 2}}}, {"b", {}}};
    outcome_.performance.model_time = milliseconds(12);
    record(0, {.at = Instant(milliseconds(1)), .event = TraceEvent::Sends, .to = "proposal"});
    record(1, {.at = Instant(milliseconds(2)), .event = TraceEvent::Receives, .to = "proposal"});
    record(1, {.at = Instant(milliseconds(3)),
               .event = TraceEvent::Sends,
               .to = "decline",
               .cause = "ipsec",
               .value = 28});
  }

  void record(std::uint32_t host, const TraceRecord& record) {
    outcome_.trace.push_back({host, record});
  }

  CheckVerdict verdict(const CheckSpec& check, StageKind stage = StageKind::World) {
    scenario_.checks = {check};
    return judge(scenario_, stage, outcome_).at(0);
  }
  CheckVerdict fact(std::string path, CheckOp op, std::string value) {
    return verdict({.path = std::move(path), .op = op, .value = std::move(value)});
  }
  std::string path_fault(CheckSpec check) {
    check.name = "it";
    scenario_.checks = {std::move(check)};
    const auto faults = check_paths(scenario_);
    return faults.empty() ? "" : faults[0].message;
  }

  Scenario scenario_;
  Outcome outcome_;
};

TEST_F(Judge, ComparesNumbersWordsAndFlags) {
  EXPECT_TRUE(fact("workloads[0].bytes_received", CheckOp::Equal, "1000").passed);
  EXPECT_TRUE(fact("workloads[0].bytes_received", CheckOp::Equal, "1000B").passed);
  EXPECT_TRUE(fact("workloads[0].bytes_received", CheckOp::Less, "1KiB").passed);
  EXPECT_TRUE(fact("workloads[0].intact", CheckOp::Equal, "true").passed);
  EXPECT_TRUE(fact("workloads[0].flows[0].client.transport", CheckOp::Equal, "smc_r").passed);
  EXPECT_TRUE(fact("hosts.a.declines_sent", CheckOp::GreaterEqual, "2").passed);
  EXPECT_TRUE(fact("workloads[0].ended_ns", CheckOp::Equal, "10ms").passed);
  EXPECT_TRUE(fact("workloads[0].flows[0].client.ended_ns", CheckOp::Equal, "null").passed);
  EXPECT_TRUE(fact("workloads[0].smc_r", CheckOp::NotEqual, "0").passed);
}

TEST_F(Judge, SaysWhatItFoundInstead) {
  const CheckVerdict more = fact("workloads[0].bytes_received", CheckOp::Greater, "1KiB");
  EXPECT_FALSE(more.passed);
  EXPECT_EQ(more.expected, "workloads[0].bytes_received > 1KiB");
  EXPECT_EQ(more.found, "1000");
  EXPECT_EQ(fact("workloads[0].ended_ns", CheckOp::Less, "5ms").found, "10ms");
  EXPECT_EQ(fact("hosts.a.declines", CheckOp::Equal, "0").found,
            "there is no key 'declines' (did you mean 'declines_sent'?)");
  EXPECT_EQ(fact("workloads[1].intact", CheckOp::Equal, "true").found,
            "there is no place 1, they count from 0 to 0");
}

TEST_F(Judge, TimeLimitsOfFactsAreTheEndOfTheirWorkload) {
  CheckSpec check{.path = "workloads[0].intact", .op = CheckOp::Equal, .value = "true"};
  check.by = milliseconds(10);
  EXPECT_TRUE(verdict(check).passed);
  check.by = milliseconds(9);
  EXPECT_EQ(verdict(check).found, "true, but only at 10ms");
  EXPECT_FALSE(verdict(check).passed);
  EXPECT_TRUE(verdict(check, StageKind::Emu).passed) << "ten times as long";
  check.by = Duration(milliseconds(1)) / 2;
  EXPECT_EQ(verdict(check, StageKind::Emu).found, "true, but only at 10ms (5ms on this stage)");
}

TEST_F(Judge, LooksForRecords) {
  CheckSpec check{.path = "to", .op = CheckOp::Happened, .value = "decline"};
  EXPECT_TRUE(verdict(check).passed);
  EXPECT_EQ(verdict(check).found, "at 3ms");
  check.where = {{"host", "a"}};
  EXPECT_FALSE(verdict(check).passed);
  EXPECT_EQ(verdict(check).found, "never, in 1 records looked at");
  check.where = {{"host", "b"}, {"event", "sends"}};
  check.by = milliseconds(2);
  EXPECT_EQ(verdict(check).found, "only later than that");
  check.by = milliseconds(3);
  EXPECT_TRUE(verdict(check).passed);
  check.where = {{"event", "fires"}};
  EXPECT_EQ(verdict(check).found, "no such record at all");
}

TEST_F(Judge, NeverMeansNoRecord) {
  CheckSpec check{.path = "to", .op = CheckOp::Never, .value = "decline"};
  EXPECT_FALSE(verdict(check).passed);
  EXPECT_EQ(verdict(check).found, "at 3ms");
  check.by = milliseconds(2);
  EXPECT_TRUE(verdict(check).passed);
  check.value = "accept";
  check.by.reset();
  EXPECT_TRUE(verdict(check).passed);
}

TEST_F(Judge, OtherOperatorsHoldForEveryRecordThatMatches) {
  CheckSpec check{.path = "cause", .op = CheckOp::Equal, .value = "ipsec"};
  check.where = {{"to", "decline"}};
  EXPECT_TRUE(verdict(check).passed);
  check.where = {{"to", "proposal"}};
  EXPECT_FALSE(verdict(check).passed);
  EXPECT_EQ(verdict(check).found, " at 1ms");
  check.where = {{"to", "accept"}};
  EXPECT_EQ(verdict(check).found, "no such record at all");
  EXPECT_TRUE(fact("value", CheckOp::LessEqual, "52").passed);
  EXPECT_TRUE(fact("time_ns", CheckOp::Less, "4ms").passed);
}

TEST_F(Judge, WrongBytesFailEveryRun) {
  outcome_.workloads[0].connections[0].server.intact = false;
  const auto verdicts = judge(scenario_, StageKind::World, outcome_);
  EXPECT_FALSE(passed(verdicts));
  EXPECT_EQ(verdicts.back().name, "stage.byte_exact");
  EXPECT_EQ(verdicts.back().found, "wrong bytes in workload 0");
}

TEST_F(Judge, TheStagesOwnVerdictsCount) {
  outcome_.verdicts = {{"no_leak", false, "2 queue pairs on 'a'"}};
  const auto verdicts = judge(scenario_, StageKind::World, outcome_);
  EXPECT_FALSE(passed(verdicts));
  EXPECT_EQ(verdicts.at(1).name, "stage.no_leak");
}

TEST_F(Judge, WithoutChecksEveryConnectionMustBeComplete) {
  EXPECT_TRUE(passed(judge(scenario_, StageKind::World, outcome_)));
  outcome_.workloads[0].connections[0].server.complete = false;
  const auto verdicts = judge(scenario_, StageKind::World, outcome_);
  EXPECT_EQ(verdicts.at(0).found, "0 of 1 in workload 0");
  EXPECT_FALSE(passed(verdicts));
}

TEST_F(Judge, ForeseesPathsThatLeadNowhere) {
  EXPECT_EQ(path_fault({.path = "workloads[0].bytes_recieved", .value = "1"}),
            "check 'it': there is no key 'bytes_recieved' (did you mean 'bytes_received'?)");
  EXPECT_EQ(path_fault({.path = "workloads[3].intact", .value = "true"}),
            "check 'it': there is no place 3, they count from 0 to 0");
  EXPECT_EQ(path_fault({.path = "hosts.c.frames_sent", .value = "1"}),
            "check 'it': there is no key 'c' among a, b");
  EXPECT_EQ(path_fault({.path = "hosts.a", .value = "1"}),
            "check 'it': name a counter as hosts.NODE.COUNTER");
  EXPECT_EQ(path_fault({.path = "workloads[0]", .value = "1"}),
            "check 'it': 'workloads[0]' is not one value");
  EXPECT_EQ(path_fault({.path = "workloads[0].intact", .value = "1"}),
            "check 'it': 'workloads[0].intact' is true or false, not '1'");
  EXPECT_EQ(path_fault({.path = "workloads[0", .value = "1"}),
            "check 'it': a bracket is left open");
  EXPECT_EQ(path_fault({.path = "passed", .value = "true"}),
            "check 'it': there is no key 'passed' among workloads, hosts, performance");
  EXPECT_EQ(path_fault({.path = "workloads[0].intact", .value = "true"}), "");
  EXPECT_EQ(path_fault({.path = "hosts.a.anything", .value = "1"}), "");
}

TEST_F(Judge, ForeseesRecordsThatCannotBe) {
  EXPECT_EQ(path_fault({.path = "too", .op = CheckOp::Happened, .value = "decline"}),
            "check 'it': happened is for trace records, and 'too' is no key of them (did you mean "
            "'to'?)");
  EXPECT_EQ(path_fault({.path = "to", .value = "decline", .where = {{"hots", "a"}}}),
            "check 'it': 'hots' is no key of a trace record (did you mean 'host'?)");
  EXPECT_EQ(path_fault({.path = "to", .value = "decline", .where = {{"host", "c"}}}),
            "check 'it': 'c' is no host");
  EXPECT_EQ(path_fault({.path = "event", .value = "send"}),
            "check 'it': 'send' is no event (did you mean 'sends'?)");
  EXPECT_EQ(path_fault({.path = "value", .op = CheckOp::Less, .value = "many"}),
            "check 'it': 'value' is a number, not 'many'");
  EXPECT_EQ(path_fault({.path = "workloads[0].intact", .value = "true", .where = {{"to", "x"}}}),
            "check 'it': 'where' is for trace records only");
}

}  // namespace
}  // namespace smclab::scenario
