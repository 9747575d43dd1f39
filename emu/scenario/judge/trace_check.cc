// SPDX-License-Identifier: MIT
#include "emu/scenario/judge/trace_check.h"

#include <algorithm>
#include <array>

#include "emu/scenario/load/problems.h"
#include "emu/scenario/load/units.h"

namespace smclab::scenario {
namespace {

constexpr std::array<std::string_view, 11> kKeys = {"time_ns", "host",       "event", "object",
                                                    "index",   "generation", "from",  "to",
                                                    "cause",   "clause",     "value"};

constexpr std::array kEvents = {TraceEvent::State,   TraceEvent::Sends, TraceEvent::Receives,
                                TraceEvent::Refuses, TraceEvent::Fires, TraceEvent::Notes};
constexpr std::array kObjects = {
    TraceObject::Host,    TraceObject::Connection, TraceObject::LinkGroup,
    TraceObject::Link,    TraceObject::Buffer,     TraceObject::Handshake,
    TraceObject::LlcFlow, TraceObject::QueuePair,  TraceObject::CompletionQueue,
    TraceObject::Network};

// The words that a key can hold; empty where any will do.
std::vector<std::string_view> words_of(std::string_view key, const Scenario& scenario) {
  std::vector<std::string_view> words;
  if (key == "host") {
    for (const NodeSpec& node : scenario.nodes) words.push_back(node.name);
  }
  if (key == "event") {
    for (const TraceEvent event : kEvents) words.push_back(describe(event));
  }
  if (key == "object") {
    for (const TraceObject object : kObjects) words.push_back(describe(object));
  }
  return words;
}

std::string word_fault(std::string_view key, std::string_view value, const Scenario& scenario) {
  const auto words = words_of(key, scenario);
  if (words.empty() || std::ranges::find(words, value) != words.end()) return {};
  return in_quotes(value) + " is no " + std::string(key) + suggestion(value, words);
}

bool equals(const Scenario& scenario, const HostRecord& record, std::string_view key,
            std::string_view written) {
  const auto same = compare(trace_value(scenario, record, key), CheckOp::Equal, written);
  return same && *same;
}

bool matches(const CheckSpec& check, const Scenario& scenario, const HostRecord& record) {
  return std::ranges::all_of(check.where, [&](const auto& pair) {
    return equals(scenario, record, pair.first, pair.second);
  });
}

std::string moment(const HostRecord& record) {
  return "at " + show_duration(record.record.at.time_since_epoch());
}

// What the records that were looked at came to.
struct Tally {
  std::size_t matching = 0;
  std::size_t late = 0;               ///< would match, but came after the limit
  const HostRecord* first = nullptr;  ///< of those that hold
  const HostRecord* wrong = nullptr;  ///< the first that does not hold
};

Tally tally(const CheckSpec& check, const Scenario& scenario, std::optional<Instant> limit,
            std::span<const HostRecord> trace) {
  Tally counts;
  for (const HostRecord& record : trace) {
    if (!matches(check, scenario, record)) continue;
    const auto held = compare(trace_value(scenario, record, check.path), check.op, check.value);
    if (limit && record.record.at > *limit) {
      counts.late += held && *held ? 1 : 0;
      continue;
    }
    ++counts.matching;
    if (held && *held) {
      if (counts.first == nullptr) counts.first = &record;
    } else if (counts.wrong == nullptr) {
      counts.wrong = &record;
    }
  }
  return counts;
}

std::string absence(const Tally& counts) {
  if (counts.late > 0) return "only later than that";
  if (counts.matching == 0) return "no such record at all";
  return "never, in " + std::to_string(counts.matching) + " records looked at";
}

}  // namespace

bool is_trace_key(std::string_view key) noexcept {
  return std::ranges::find(kKeys, key) != kKeys.end();
}

std::string trace_key_hint(std::string_view key) {
  return suggestion(key, kKeys);
}

Value trace_value(const Scenario& scenario, const HostRecord& record, std::string_view key) {
  const TraceRecord& r = record.record;
  if (key == "time_ns") return static_cast<std::uint64_t>(r.at.time_since_epoch().count());
  if (key == "host") {
    return record.host < scenario.nodes.size() ? scenario.nodes[record.host].name : std::string();
  }
  if (key == "event") return std::string(describe(r.event));
  if (key == "object") return std::string(describe(r.object));
  if (key == "index") return std::uint64_t{r.index};
  if (key == "generation") return std::uint64_t{r.generation};
  if (key == "from") return std::string(r.from);
  if (key == "to") return std::string(r.to);
  if (key == "cause") return std::string(r.cause);
  if (key == "clause") return std::string(r.clause);
  return r.value;
}

std::string trace_fault(const CheckSpec& check, const Scenario& scenario) {
  for (const auto& [key, value] : check.where) {
    if (!is_trace_key(key)) {
      return in_quotes(key) + " is no key of a trace record" + trace_key_hint(key);
    }
    std::string wrong = word_fault(key, value, scenario);
    if (!wrong.empty()) return wrong;
  }
  std::string wrong = word_fault(check.path, check.value, scenario);
  if (!wrong.empty()) return wrong;
  const auto comparable = compare(trace_value(scenario, {}, check.path), check.op, check.value);
  return comparable ? std::string() : in_quotes(check.path) + " " + comparable.error();
}

CheckVerdict judge_trace(const CheckSpec& check, const Scenario& scenario, StageKind stage,
                         std::span<const HostRecord> trace) {
  CheckVerdict verdict{.name = check.name, .place = check.place, .expected = expectation(check)};
  std::optional<Instant> limit;
  if (check.by) limit = Instant(*check.by * stretch(stage));
  const Tally counts = tally(check, scenario, limit, trace);
  if (check.op == CheckOp::Happened) {
    verdict.passed = counts.first != nullptr;
    verdict.found = verdict.passed ? moment(*counts.first) : absence(counts);
  } else if (check.op == CheckOp::Never) {
    verdict.passed = counts.first == nullptr;
    verdict.found = verdict.passed ? "never" : moment(*counts.first);
  } else {
    verdict.passed = counts.matching > 0 && counts.wrong == nullptr;
    verdict.found = "in all " + std::to_string(counts.matching) + " records";
    if (counts.matching == 0) verdict.found = absence(counts);
    if (counts.wrong != nullptr) {
      verdict.found = show(trace_value(scenario, *counts.wrong, check.path), check.path) + " " +
                      moment(*counts.wrong);
    }
  }
  return verdict;
}

}  // namespace smclab::scenario
