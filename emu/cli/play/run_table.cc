// SPDX-License-Identifier: MIT
#include "emu/cli/play/run_table.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#include "emu/scenario/judge/ladder.h"

namespace smclab::cli {
namespace {

using scenario::ConnectionResult;
using scenario::FlowResult;
using scenario::PlayedRun;
using scenario::Scenario;
using scenario::Transport;
using scenario::WorkloadResult;
using scenario::WorkloadSpec;

constexpr const char* kGood = "\x1b[32m";
constexpr const char* kBad = "\x1b[31m";

std::string painted(const std::string& text, const char* color, const TableStyle& style) {
  return style.color ? color + text + "\x1b[0m" : text;
}

std::string bytes_text(std::uint64_t bytes) {
  const auto count = static_cast<double>(bytes);
  if (bytes < 10'240) return fmt::format("{} B", bytes);
  if (bytes < 10'485'760) return fmt::format("{:.1f} KiB", count / 1'024);
  return fmt::format("{:.1f} MiB", count / 1'048'576);
}

std::string time_text(Duration duration) {
  const auto ns = static_cast<double>(duration.count());
  if (duration < std::chrono::microseconds(10)) return fmt::format("{} ns", duration.count());
  if (duration < std::chrono::milliseconds(10)) return fmt::format("{:.1f} us", ns / 1e3);
  if (duration < std::chrono::seconds(10)) return fmt::format("{:.1f} ms", ns / 1e6);
  return fmt::format("{:.1f} s", ns / 1e9);
}

// What carried the connections, and why not SMC-R where it was not.
std::string carried(const WorkloadResult& workload) {
  std::size_t smc = 0;
  std::size_t tcp = 0;
  std::string why;
  for (const ConnectionResult& connection : workload.connections) {
    smc += connection.client.transport == Transport::SmcR ? 1 : 0;
    if (connection.client.transport != Transport::Tcp) continue;
    ++tcp;
    const FlowResult& flow = connection.client;
    const Diagnosis peer = flow.peer != Diagnosis::None ? flow.peer : flow.own;
    const Diagnosis told = flow.own == Diagnosis::PeerDeclined ? peer : flow.own;
    if (why.empty()) why = std::string(describe(told));
  }
  std::string text;
  if (smc > 0) text = fmt::format("{} over SMC-R", smc);
  if (tcp > 0) text += fmt::format("{}{} over TCP ({})", text.empty() ? "" : ", ", tcp, why);
  const std::size_t rest = workload.connections.size() - smc - tcp;
  if (rest > 0) text += fmt::format("{}{} never up", text.empty() ? "" : ", ", rest);
  return text;
}

std::string workload_line(const Scenario& scenario, const WorkloadSpec& spec,
                          const WorkloadResult& result, const TableStyle& style) {
  std::uint64_t bytes = 0;
  std::size_t complete = 0;
  bool intact = true;
  for (const ConnectionResult& connection : result.connections) {
    bytes += connection.client.received + connection.server.received;
    complete += connection.client.complete && connection.server.complete ? 1 : 0;
    intact = intact && connection.client.intact && connection.server.intact;
  }
  const std::string state =
      !intact ? painted("WRONG BYTES", kBad, style)
              : fmt::format("{} of {} complete", complete, result.connections.size());
  return fmt::format("  {} {} {}  {:<16}  {:>10}  {}, {}\n", scenario.nodes[spec.from].name,
                     style.unicode ? "→" : "->", scenario.nodes[spec.to].name, describe(spec.kind),
                     bytes_text(bytes), carried(result), state);
}

std::string check_line(const scenario::CheckVerdict& check, const TableStyle& style) {
  const std::string mark =
      check.passed ? painted("passed", kGood, style) : painted("FAILED", kBad, style);
  std::string line = fmt::format("  {}  {:<20} {}", mark, check.name, check.expected);
  if (!check.passed) line += fmt::format("\n          {:<20} found: {}", "", check.found);
  return line + "\n";
}

}  // namespace

TableStyle table_style() {
  const char* no_color = std::getenv("NO_COLOR");
  const bool wants_plain = no_color != nullptr && *no_color != '\0';
  return {.color = isatty(STDOUT_FILENO) == 1 && !wants_plain,
          .unicode = scenario::shows_unicode(std::getenv("LC_ALL"), std::getenv("LC_CTYPE"),
                                             std::getenv("LANG"))};
}

std::string run_table(const Scenario& scenario, const PlayedRun& run, const TableStyle& style) {
  std::string text =
      fmt::format("{} on {}, seed {}\n", scenario.name, describe(run.stage), run.seed);
  for (std::size_t i = 0; i < run.outcome.workloads.size(); ++i) {
    text += workload_line(scenario, scenario.workloads[i], run.outcome.workloads[i], style);
  }
  if (run.outcome.capability == scenario::Capability::OutOfBand) {
    text += "  SMC-R agreed on out of band: no option in the SYNs (see smclab setup synopt)\n";
  }
  std::size_t failed = 0;
  for (const scenario::CheckVerdict& check : run.checks) {
    failed += check.passed ? 0 : 1;
    // The stage's own verdicts hold nearly always; they speak up when they do not.
    if (!check.passed || !check.name.starts_with("stage.")) text += check_line(check, style);
  }
  const scenario::Performance& performance = run.outcome.performance;
  const bool good = failed == 0 && run.end == scenario::PlayEnd::Played;
  const std::string verdict = run.end == scenario::PlayEnd::Interrupted ? "interrupted"
                              : good                                    ? "passed"
                                                                        : "FAILED";
  text += fmt::format("{}: {} checks, {} failed; {} of model time in {}, {} frames\n",
                      painted(verdict, good ? kGood : kBad, style), run.checks.size(), failed,
                      time_text(performance.model_time), time_text(performance.wall_time),
                      performance.frames);
  if (run.outcome.trace_hash) text += fmt::format("trace hash {:#018x}\n", *run.outcome.trace_hash);
  if (!run.capture.empty()) text += fmt::format("capture {}\n", run.capture);
  return text;
}

}  // namespace smclab::cli
