// SPDX-License-Identifier: MIT
#include "emu/scenario/load/assembly.h"

#include <algorithm>
#include <array>

namespace smclab::scenario {
namespace {

constexpr std::size_t kMostHosts = 1'024;
constexpr std::size_t kMostRnics = 8;
constexpr std::size_t kMostEntries = 4'096;  // of links, workloads, faults and checks each
constexpr std::uint64_t kMostConnections = 1'000'000;
constexpr std::uint16_t kFirstPort = 5'201;

Place place_of(const Node& node, std::string_view key) {
  const auto entry = std::ranges::find(node.entries, key, &Entry::key);
  return entry == node.entries.end() ? node.place : entry->place;
}

bool has(const Node& node, std::string_view key) {
  return std::ranges::find(node.entries, key, &Entry::key) != node.entries.end();
}

PnetId to_pnet(std::string_view name) {
  PnetId id;
  std::ranges::copy(name.substr(0, id.name.size()), id.name.begin());
  return id;
}

}  // namespace

void Assembly::check_company(const Node& node, std::string_view chosen,
                             std::span<const Belongs> table) {
  for (const Belongs& row : table) {
    std::string_view rest = row.choices;
    bool fits = false;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      fits = fits || rest.substr(0, end) == chosen;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (fits || !has(node, row.key)) continue;
    complain(place_of(node, row.key), "'" + std::string(row.key) + "' does not go with " +
                                          std::string(chosen) +
                                          ", only with: " + std::string(row.choices));
  }
}

void Assembly::add_node(const std::string& name, const NodeDraft& draft) {
  NodeSpec node{.name = name, .config = draft.smc.config, .echoes_option = draft.echoes_option};
  node.config.host_name = name;
  std::vector<RnicDraft> rnics = draft.rnics;
  // One RNIC is what a newcomer means by a host; no RNIC at all is written `rnics: []`.
  if (!draft.names_rnics) rnics.push_back({.spec = {.name = "r0"}, .place = draft.place});
  if (rnics.size() > kMostRnics) {
    complain(rnics[kMostRnics].place, "a node has at most 8 RNICs");
    rnics.resize(kMostRnics);
  }
  for (const RnicDraft& rnic : rnics) {
    node.rnics.push_back(rnic.spec);
    node.config.devices.push_back({.up = false});
  }
  scenario_.nodes.push_back(std::move(node));
  rnics_.push_back(std::move(rnics));
}

void Assembly::add_link(const LinkDraft& draft, const Node& node) {
  LinkSpec link = draft.spec;
  link.a = draft.endpoints[0];
  link.b = draft.endpoints[1];
  if (link.a.node == link.b.node) {
    return complain(place_of(node, "endpoints"), "a link joins two different nodes");
  }
  scenario_.links.push_back(link);
  if (draft.pnet.empty()) return;
  add_to_pnet(draft.pnet, link.a, place_of(node, "pnet"));
  add_to_pnet(draft.pnet, link.b, place_of(node, "pnet"));
}

void Assembly::add_to_pnet(const std::string& name, PortRef port, Place place) {
  const bool good = !name.empty() && name.size() <= 16 && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  if (!good) {
    return complain(
        place, "the PNET id " + in_quotes(name) + " must be 1 to 16 capital letters or digits");
  }
  PnetId& pnet = device(port).pnet;
  if (pnet != PnetId{} && pnet != to_pnet(name)) {
    const NodeSpec& owner = scenario_.nodes[port.node];
    return complain(place, owner.name + ":" + owner.rnics[port.rnic].name +
                               " is in two PNETs; an RNIC has one");
  }
  pnet = to_pnet(name);
}

void Assembly::add_workload(const WorkloadDraft& draft, const Node& node, bool good) {
  WorkloadSpec workload = draft.spec;
  workload.place = node.place;
  workload.to = draft.to.node;
  workload.port = draft.to.port != 0
                      ? draft.to.port
                      : static_cast<std::uint16_t>(kFirstPort + scenario_.workloads.size());
  const bool plain = workload.kind == WorkloadKind::Connections;
  if (plain && !has(node, "request")) workload.request = 64;
  if (plain && !has(node, "response")) workload.response = 64;
  if (good) check_workload(workload, node);
  scenario_.workloads.push_back(std::move(workload));
}

void Assembly::check_workload(const WorkloadSpec& workload, const Node& node) {
  static constexpr std::array<Belongs, 5> kTable = {{
      {"bytes", "stream"},
      {"request", "request_response connections"},
      {"response", "stream request_response connections"},
      {"rounds", "request_response connections"},
      {"file", "file"},
  }};
  const std::string_view type = describe(workload.kind);
  check_company(node, type, kTable);
  const auto need = [&](WorkloadKind kind, std::string_view key) {
    if (workload.kind != kind || has(node, key)) return;
    complain(node.place, "a workload of type " + std::string(type) + " needs the key '" +
                             std::string(key) + "'");
  };
  need(WorkloadKind::Stream, "bytes");
  need(WorkloadKind::RequestResponse, "request");
  need(WorkloadKind::RequestResponse, "response");
  need(WorkloadKind::Connections, "count");
  need(WorkloadKind::File, "file");
  if (workload.from == workload.to) {
    complain(place_of(node, "to"), "a workload runs between two different nodes");
  }
  for (const WorkloadSpec& other : scenario_.workloads) {
    if (other.to != workload.to || other.port != workload.port) continue;
    complain(place_of(node, "to"), "port " + std::to_string(workload.port) + " of node '" +
                                       scenario_.nodes[workload.to].name +
                                       "' serves another workload");
  }
}

void Assembly::add_check(const CheckDraft& draft, const Entry& entry) {
  static constexpr std::array<CheckOp, 8> kOps = {
      CheckOp::Equal,   CheckOp::NotEqual,     CheckOp::Less,     CheckOp::LessEqual,
      CheckOp::Greater, CheckOp::GreaterEqual, CheckOp::Happened, CheckOp::Never};
  CheckSpec check = draft.spec;
  check.name = entry.key;
  check.place = entry.place;
  check.path = draft.expect[0];
  std::vector<std::string_view> names;
  for (const CheckOp op : kOps) names.push_back(describe(op));
  const auto found = std::ranges::find(names, draft.expect[1]);
  if (found == names.end()) {
    return complain(place_of(entry.value, "expect"),
                    in_quotes(draft.expect[1]) + " is none of == != < <= > >= happened never" +
                        suggestion(draft.expect[1], names));
  }
  check.op = kOps[static_cast<std::size_t>(found - names.begin())];
  check.value = draft.expect[2];
  scenario_.checks.push_back(std::move(check));
}

void Assembly::finish() {
  if (scenario_.nodes.empty()) complain({1, 1}, "a scenario needs nodes");
  const auto bound = [&](std::size_t count, std::size_t most, const char* what) {
    if (count > most) complain({1, 1}, std::string("at most ") + std::to_string(most) + what);
  };
  bound(scenario_.nodes.size(), kMostHosts, " nodes");
  bound(scenario_.links.size(), kMostEntries, " links");
  bound(scenario_.workloads.size(), kMostEntries, " workloads");
  bound(scenario_.faults.size(), kMostEntries, " faults");
  std::uint64_t connections = 0;
  for (const WorkloadSpec& workload : scenario_.workloads) connections += workload.count;
  bound(connections, kMostConnections, " connections in all workloads together");
  for (NodeSpec& node : scenario_.nodes) node.config.trace_data = scenario_.outputs.trace_data;
  give_networks();
}

}  // namespace smclab::scenario
