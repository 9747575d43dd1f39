// SPDX-License-Identifier: MIT
#include "emu/world/stage/verdicts.h"

#include <string>
#include <string_view>
#include <vector>

#include "emu/staging/host_report.h"

namespace smclab::world {
namespace {

// A link group goes 610 s after its last connection; closing may take a minute before that, and
// TCP gives up after 15 s.
constexpr Duration kRest = std::chrono::seconds(900);

/// What is still there, or nothing.
std::string leftovers(const Host& host) {
  const stack::Census census = host.stack.census();
  std::string text;
  const auto list = [&text](std::uint32_t count, std::string_view what) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " " + std::string(what);
  };
  list(host.conns.size(), "connections");
  list(census.connections, "rings");
  list(census.link_groups, "link groups");
  list(census.queue_pairs, "queue pairs");
  list(census.memory_regions, "memory regions");
  list(census.memories, "buffers");
  list(host.tcp.size(), "TCP sockets");
  list(host.stack.deadline() || host.tcp.deadline() ? 1 : 0, "timers");
  return text;
}

}  // namespace

void describe_hosts(const scenario::Scenario& scenario, const World& world,
                    scenario::Outcome& outcome) {
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    const Host& host = world.hosts()[i];
    std::vector<scenario::Counter> counters = staging::host_counters(host.stack);
    counters.push_back({"dropped_icrc", host.dropped_icrc});
    counters.push_back({"dropped_foreign", host.dropped_foreign});
    outcome.hosts.push_back({scenario.nodes[i].name, std::move(counters)});
  }
}

void judge_bytes(const World& world, scenario::Outcome& outcome) {
  scenario::Verdict verdict{.name = "byte_exact"};
  const auto complaints = world.oracle().complaints();
  if (!complaints.empty()) {
    verdict.passed = false;
    verdict.detail = complaints.front();
    if (complaints.size() > 1) {
      verdict.detail += " (and " + std::to_string(complaints.size() - 1) + " more streams)";
    }
  }
  outcome.verdicts.push_back(verdict);
}

void judge_rest(World world, scenario::Outcome& outcome) {
  for (std::uint32_t host = 0; host < world.hosts().size(); ++host) {
    std::vector<ConnId> open;
    world.hosts()[host].conns.for_each([&](ConnId conn, const Conn&) { open.push_back(conn); });
    for (const ConnId conn : open) world.abort({host}, conn);
  }
  const Instant limit = world.instant() + kRest;
  for (auto next = world.next(); next && *next <= limit; next = world.next()) {
    world.step();
    world.happenings().clear();
  }
  scenario::Verdict quiescent{.name = "quiescent"};
  if (world.next()) {
    quiescent.passed = false;
    quiescent.detail = "something is still to happen 900 s after the last application was gone";
  }
  scenario::Verdict leaks{.name = "no_leak"};
  for (std::size_t i = 0; i < world.hosts().size(); ++i) {
    const std::string left = leftovers(world.hosts()[i]);
    if (left.empty()) continue;
    leaks.passed = false;
    if (!leaks.detail.empty()) leaks.detail += "; ";
    leaks.detail += outcome.hosts[i].name + ": " + left;
  }
  outcome.verdicts.push_back(quiescent);
  outcome.verdicts.push_back(leaks);
}

}  // namespace smclab::world
