// SPDX-License-Identifier: MIT
#include "emu/scenario/judge/judge.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emu/scenario/flow.h"
#include "emu/scenario/judge/report.h"
#include "emu/scenario/judge/trace_check.h"
#include "emu/scenario/judge/value.h"
#include "emu/scenario/load/problems.h"
#include "emu/scenario/load/units.h"

namespace smclab::scenario {
namespace {

using Json = nlohmann::ordered_json;

// What a path leads to, or why it leads nowhere.
struct Found {
  const Json* json = nullptr;
  std::string why;
};

std::vector<std::string_view> names_in(const std::vector<std::string>& keys) {
  return {keys.begin(), keys.end()};
}

Found step_into(const Json& json, std::string_view name) {
  if (!json.is_object()) return {nullptr, "nothing is inside a plain value"};
  const auto found = json.find(std::string(name));
  if (found != json.end()) return {&*found, {}};
  std::vector<std::string> keys;
  std::string list;
  for (const auto& [key, _] : json.items()) {
    keys.push_back(key);
    if (keys.size() <= 12) list += (list.empty() ? "" : ", ") + key;
  }
  const std::string hint = suggestion(name, names_in(keys));
  return {nullptr, "there is no key " + in_quotes(name) +
                       (hint.empty() && !list.empty() ? " among " + list : hint)};
}

Found step_to(const Json& json, std::string_view digits) {
  const auto index = to_number(digits);
  if (!index || !json.is_array()) return {nullptr, "[" + std::string(digits) + "] is no place"};
  if (*index < json.size()) return {&json[static_cast<std::size_t>(*index)], {}};
  return {nullptr, "there is no place " + std::string(digits) + ", they count from 0 to " +
                       std::to_string(json.empty() ? 0 : json.size() - 1)};
}

// name, name.name, name[3], in any mixture.
Found follow(const Json& root, std::string_view path) {
  Found at{&root, {}};
  std::string_view rest = path;
  while (!rest.empty() && at.json != nullptr) {
    if (rest.starts_with('[')) {
      const std::size_t end = rest.find(']');
      if (end == rest.npos) return {nullptr, "a bracket is left open"};
      at = step_to(*at.json, rest.substr(1, end - 1));
      rest.remove_prefix(end + 1);
    } else {
      if (rest.starts_with('.')) rest.remove_prefix(1);
      const std::size_t end = std::min(rest.find_first_of(".["), rest.size());
      at = step_into(*at.json, rest.substr(0, end));
      rest.remove_prefix(end);
    }
  }
  return at;
}

Value value_of(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number()) return json.get<std::uint64_t>();
  if (json.is_string()) return json.get<std::string>();
  return std::monostate{};
}

// When what a path speaks of was over: its workload, or else the run.
std::optional<Duration> end_of(const Json& facts, std::string_view path) {
  Json ended = facts["performance"]["model_time_ns"];
  if (path.starts_with("workloads[")) {
    const Found workload = follow(facts, path.substr(0, path.find(']') + 1));
    if (workload.json != nullptr) ended = (*workload.json)["ended_ns"];
  }
  if (!ended.is_number()) return std::nullopt;
  return Duration(ended.get<Duration::rep>());
}

CheckVerdict judge_fact(const CheckSpec& check, StageKind stage, const Json& facts) {
  CheckVerdict verdict{.name = check.name, .place = check.place, .expected = expectation(check)};
  const Found found = follow(facts, check.path);
  if (found.json == nullptr) {
    verdict.found = found.why;
    return verdict;
  }
  const Value value = value_of(*found.json);
  verdict.found = show(value, check.path);
  const auto holds = compare(value, check.op, check.value);
  verdict.passed = holds && *holds;
  if (!holds) verdict.found += ", which " + holds.error();
  if (!check.by || !verdict.passed) return verdict;
  const Duration limit = *check.by * stretch(stage);
  const auto end = end_of(facts, check.path);
  if (end && *end <= limit) return verdict;
  verdict.passed = false;
  verdict.found += end ? ", but only at " + show_duration(*end) : ", but it never ended";
  if (limit != *check.by) verdict.found += " (" + show_duration(limit) + " on this stage)";
  return verdict;
}

// What holds for every run, whatever its file says.
void judge_stage(const Outcome& outcome, std::vector<CheckVerdict>& verdicts) {
  bool names_bytes = false;
  for (const Verdict& verdict : outcome.verdicts) {
    names_bytes = names_bytes || verdict.name == "byte_exact";
    verdicts.push_back({.name = "stage." + std::string(verdict.name),
                        .passed = verdict.passed,
                        .expected = "holds in every run",
                        .found = verdict.passed ? "holds" : verdict.detail});
  }
  if (names_bytes) return;
  CheckVerdict bytes{.name = "stage.byte_exact",
                     .passed = true,
                     .expected = "every byte received is the one sent in its place",
                     .found = "holds"};
  for (std::size_t w = 0; w < outcome.workloads.size(); ++w) {
    for (const ConnectionResult& connection : outcome.workloads[w].connections) {
      if (connection.client.intact && connection.server.intact) continue;
      bytes.passed = false;
      bytes.found = "wrong bytes in workload " + std::to_string(w);
    }
  }
  verdicts.push_back(std::move(bytes));
}

CheckVerdict judge_completeness(const Outcome& outcome) {
  CheckVerdict verdict{
      .name = "stage.complete", .passed = true, .expected = "every connection is complete"};
  verdict.found = "all are";
  for (std::size_t w = 0; w < outcome.workloads.size(); ++w) {
    const auto& connections = outcome.workloads[w].connections;
    const auto complete = std::ranges::count_if(connections, [](const ConnectionResult& c) {
      return c.client.complete && c.server.complete;
    });
    if (static_cast<std::size_t>(complete) == connections.size()) continue;
    verdict.passed = false;
    verdict.found = std::to_string(complete) + " of " + std::to_string(connections.size()) +
                    " in workload " + std::to_string(w);
    break;
  }
  return verdict;
}

std::optional<PathFault> fault_of(const CheckSpec& check, const Scenario& scenario,
                                  const Json& facts) {
  if (is_trace_key(check.path)) {
    const std::string wrong = trace_fault(check, scenario);
    if (wrong.empty()) return std::nullopt;
    return PathFault{check.place, "check '" + check.name + "': " + wrong};
  }
  const std::string name = "check '" + check.name + "': ";
  if (check.op == CheckOp::Happened || check.op == CheckOp::Never) {
    return PathFault{check.place, name + std::string(describe(check.op)) +
                                      " is for trace records, and " + in_quotes(check.path) +
                                      " is no key of them" + trace_key_hint(check.path)};
  }
  if (!check.where.empty()) {
    return PathFault{check.place, name + "'where' is for trace records only"};
  }
  // Which counters a host has is the stage's business.
  const bool counter = check.path.starts_with("hosts.");
  const std::size_t dot = counter ? check.path.find('.', 6) : check.path.npos;
  if (counter && dot == check.path.npos) {
    return PathFault{check.place, name + "name a counter as hosts.NODE.COUNTER"};
  }
  const Found found = follow(facts, std::string_view(check.path).substr(0, dot));
  if (found.json == nullptr) return PathFault{check.place, name + found.why};
  if (counter) return std::nullopt;
  if (found.json->is_structured()) {
    return PathFault{check.place, name + in_quotes(check.path) + " is not one value"};
  }
  const auto comparable = compare(value_of(*found.json), check.op, check.value);
  if (comparable || found.json->is_null()) return std::nullopt;
  return PathFault{check.place, name + in_quotes(check.path) + " " + comparable.error()};
}

}  // namespace

std::vector<CheckVerdict> judge(const Scenario& scenario, StageKind stage, const Outcome& outcome) {
  std::vector<CheckVerdict> verdicts;
  const Json facts = facts_of(scenario, outcome);
  for (const CheckSpec& check : scenario.checks) {
    verdicts.push_back(is_trace_key(check.path) ? judge_trace(check, scenario, stage, outcome.trace)
                                                : judge_fact(check, stage, facts));
  }
  if (scenario.checks.empty()) verdicts.push_back(judge_completeness(outcome));
  judge_stage(outcome, verdicts);
  return verdicts;
}

bool passed(std::span<const CheckVerdict> checks) noexcept {
  return std::ranges::all_of(checks, &CheckVerdict::passed);
}

std::vector<PathFault> check_paths(const Scenario& scenario) {
  std::vector<PathFault> faults;
  const Json facts = facts_of(scenario, {.workloads = empty_results(scenario)});
  for (const CheckSpec& check : scenario.checks) {
    if (auto fault = fault_of(check, scenario, facts)) faults.push_back(std::move(*fault));
  }
  return faults;
}

}  // namespace smclab::scenario
