// SPDX-License-Identifier: MIT
#include "emu/scenario/judge/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace smclab::scenario {
namespace {

using Json = nlohmann::ordered_json;

Json time_or_null(const std::optional<Instant>& when) {
  return when ? Json(when->time_since_epoch().count()) : Json(nullptr);
}

std::string hex(std::uint64_t value, int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "0x";
  for (int i = digits - 1; i >= 0; --i) text += kDigits[value >> (4 * i) & 0xF];
  return text;
}

Json flow_of(const FlowResult& flow) {
  return {{"transport", describe(flow.transport)},
          {"own", describe(flow.own)},
          {"peer", describe(flow.peer)},
          {"bytes_sent", flow.sent},
          {"bytes_received", flow.received},
          {"intact", flow.intact},
          {"complete", flow.complete},
          {"closed", flow.closed ? Json(describe(*flow.closed)) : Json(nullptr)},
          {"reset", flow.reset},
          {"connected_ns", time_or_null(flow.connected_at)},
          {"ended_ns", time_or_null(flow.ended_at)}};
}

// Sums over both sides of all connections.
struct Sums {
  std::uint64_t sent = 0, received = 0;
  std::uint64_t complete = 0, smc_r = 0, tcp = 0, resets = 0;
  bool intact = true;
  std::optional<Instant> connected, ended;

  void add(const FlowResult& flow) {
    sent += flow.sent;
    received += flow.received;
    intact = intact && flow.intact;
    resets += flow.reset ? 1 : 0;
    if (flow.connected_at && (!connected || *flow.connected_at < *connected)) {
      connected = flow.connected_at;
    }
    if (flow.ended_at && (!ended || *ended < *flow.ended_at)) ended = flow.ended_at;
  }
  void add(const ConnectionResult& connection) {
    add(connection.client);
    add(connection.server);
    complete += connection.client.complete && connection.server.complete ? 1 : 0;
    smc_r += connection.client.transport == Transport::SmcR ? 1 : 0;
    tcp += connection.client.transport == Transport::Tcp ? 1 : 0;
  }
};

// Received bits per second from the first connection to the last end; 0 if it never ended.
std::uint64_t goodput_of(const Sums& sums) {
  if (!sums.connected || !sums.ended || *sums.ended <= *sums.connected) return 0;
  const auto ns = static_cast<double>((*sums.ended - *sums.connected).count());
  return static_cast<std::uint64_t>(static_cast<double>(sums.received) * 8e9 / ns);
}

Json workload_of(const WorkloadResult& workload) {
  Sums sums;
  Json flows = Json::array();
  for (const ConnectionResult& connection : workload.connections) {
    sums.add(connection);
    if (flows.size() == kMostFlows) continue;
    flows.push_back(
        {{"client", flow_of(connection.client)}, {"server", flow_of(connection.server)}});
  }
  return {{"type", describe(workload.kind)},
          {"connections", workload.connections.size()},
          {"smc_r", sums.smc_r},
          {"tcp", sums.tcp},
          {"complete", sums.complete},
          {"resets", sums.resets},
          {"bytes_sent", sums.sent},
          {"bytes_received", sums.received},
          {"intact", sums.intact},
          {"ended_ns", time_or_null(sums.ended)},
          {"goodput_bps", goodput_of(sums)},
          {"flows", std::move(flows)}};
}

Json performance_of(const Performance& performance) {
  return {{"model_time_ns", performance.model_time.count()},
          {"wall_time_ns", performance.wall_time.count()},
          {"events", performance.events},
          {"frames", performance.frames},
          {"bytes", performance.bytes}};
}

Json checks_of(std::span<const CheckVerdict> checks) {
  Json list = Json::object();
  for (const CheckVerdict& check : checks) {
    list[check.name] = {
        {"passed", check.passed}, {"expected", check.expected}, {"found", check.found}};
  }
  return list;
}

Json run_of(const Scenario& scenario, const PlayedRun& run) {
  Json json = {{"stage", describe(run.stage)},
               {"seed", run.seed},
               {"passed", run.end == PlayEnd::Played && passed(run.checks)},
               {"interrupted", run.end == PlayEnd::Interrupted},
               {"capability", describe(run.outcome.capability)},
               {"checks", checks_of(run.checks)}};
  json.update(facts_of(scenario, run.outcome));
  json["trace_hash"] =
      run.outcome.trace_hash ? Json(hex(*run.outcome.trace_hash, 16)) : Json(nullptr);
  json["capture"] = run.capture.empty() ? Json(nullptr) : Json(run.capture);
  return json;
}

// Under repeat a check passed if it passed in every run, and figures are sums.
Json runs_of(const Scenario& scenario, std::span<const PlayedRun> runs) {
  Json json = {{"stage", describe(runs[0].stage)}, {"seed", runs[0].seed}};
  Performance sum;
  bool all = true;
  Json checks = Json::object();
  Json list = Json::array();
  for (const PlayedRun& run : runs) {
    all = all && run.end == PlayEnd::Played && passed(run.checks);
    for (const CheckVerdict& check : run.checks) {
      const bool before = !checks.contains(check.name) || checks[check.name]["passed"] == true;
      checks[check.name]["passed"] = before && check.passed;
    }
    sum.model_time += run.outcome.performance.model_time;
    sum.wall_time += run.outcome.performance.wall_time;
    sum.events += run.outcome.performance.events;
    sum.frames += run.outcome.performance.frames;
    sum.bytes += run.outcome.performance.bytes;
    list.push_back(run_of(scenario, run));
  }
  json["passed"] = all;
  json["checks"] = std::move(checks);
  json["performance"] = performance_of(sum);
  json["trace_hash"] = nullptr;
  json["capture"] = nullptr;
  json["runs"] = std::move(list);
  return json;
}

}  // namespace

Json facts_of(const Scenario& scenario, const Outcome& outcome) {
  Json workloads = Json::array();
  for (const WorkloadResult& workload : outcome.workloads) {
    workloads.push_back(workload_of(workload));
  }
  Json hosts = Json::object();
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    Json& host = hosts[scenario.nodes[i].name];
    host = Json::object();
    if (i >= outcome.hosts.size()) continue;
    for (const Counter& counter : outcome.hosts[i].counters) {
      host[std::string(counter.name)] = counter.value;
    }
  }
  return {{"workloads", std::move(workloads)},
          {"hosts", std::move(hosts)},
          {"performance", performance_of(outcome.performance)}};
}

Json report(const Scenario& scenario, std::span<const PlayedRun> runs) {
  Json json = {
      {"schema_version", kReportVersion}, {"scenario", scenario.name}, {"file", scenario.file}};
  json.update(runs.size() == 1 ? run_of(scenario, runs[0]) : runs_of(scenario, runs));
  return json;
}

std::string report_text(const Scenario& scenario, std::span<const PlayedRun> runs, bool indented) {
  return report(scenario, runs).dump(indented ? 2 : -1);
}

std::string trace_line(const Scenario& scenario, const HostRecord& host_record) {
  const TraceRecord& record = host_record.record;
  const bool known = host_record.host < scenario.nodes.size();
  const Json json = {{"time_ns", record.at.time_since_epoch().count()},
                     {"host", known ? scenario.nodes[host_record.host].name : ""},
                     {"event", describe(record.event)},
                     {"object", describe(record.object)},
                     {"index", record.index},
                     {"generation", record.generation},
                     {"from", record.from},
                     {"to", record.to},
                     {"cause", record.cause},
                     {"clause", record.clause},
                     {"value", record.value}};
  return json.dump();
}

}  // namespace smclab::scenario
