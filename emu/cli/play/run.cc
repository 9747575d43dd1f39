// SPDX-License-Identifier: MIT
#include "emu/cli/play/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>

#include "emu/cli/exit_code.h"
#include "emu/cli/output_folder.h"
#include "emu/cli/play/progress.h"
#include "emu/cli/play/run_table.h"
#include "emu/cli/stages.h"
#include "emu/scenario/judge/judge.h"
#include "emu/scenario/judge/ladder.h"
#include "emu/scenario/judge/report.h"
#include "emu/scenario/load/document.h"
#include "emu/scenario/load/load.h"

namespace smclab::cli {
namespace {

using scenario::PlayEnd;
using scenario::Scenario;
using scenario::StageKind;

constexpr std::size_t kLargestPayloadFile = std::size_t{1} << 32;
constexpr std::size_t kLongestLadder = 400;  // records; more is no picture any more

// A file that can be played, and the bytes its File workloads send.
struct Piece {
  Scenario scenario;
  std::vector<std::string> contents;
  StageKind stage = StageKind::World;
};

int complain(int code, const std::string& message) {
  fmt::print(stderr, "smclab run: {}\n", message);
  return code;
}

void complain_at(const Scenario& scenario, scenario::Place place, const std::string& message) {
  fmt::print(stderr, "{}\n", show(scenario.file, scenario::Problem{place, message}));
}

bool read_contents(Piece& piece) {
  bool good = true;
  const auto folder = std::filesystem::path(piece.scenario.file).parent_path();
  for (const scenario::WorkloadSpec& workload : piece.scenario.workloads) {
    std::string& bytes = piece.contents.emplace_back();
    if (workload.kind != scenario::WorkloadKind::File) continue;
    const std::string error = read_file(folder / workload.file, kLargestPayloadFile, bytes);
    if (error.empty()) continue;
    complain_at(piece.scenario, workload.place,
                fmt::format("cannot read '{}': {}", workload.file, error));
    good = false;
  }
  return good;
}

StageKind stage_of(const RunArguments& arguments, const Scenario& scenario) {
  for (const StageKind kind :
       {StageKind::World, StageKind::Emu, StageKind::Verbs, StageKind::Ns3}) {
    if (describe(kind) == arguments.stage) return kind;
  }
  const bool world = std::ranges::find(scenario.stages, StageKind::World) != scenario.stages.end();
  return world ? StageKind::World : scenario.stages.front();
}

// Reads and checks one file; nothing after telling what is wrong with it.
std::optional<Piece> prepare(const std::string& file, const RunArguments& arguments) {
  std::string text;
  const std::string error = read_file(file, scenario::kLargestFile, text);
  if (!error.empty()) {
    complain(kUsage, fmt::format("cannot read '{}': {}", file, error));
    return std::nullopt;
  }
  auto loaded = scenario::load(file, text);
  if (!loaded) {
    for (const auto& problem : loaded.error()) fmt::print(stderr, "{}\n", show(file, problem));
    return std::nullopt;
  }
  Piece piece{.scenario = std::move(*loaded)};
  const auto faults = check_paths(piece.scenario);
  for (const auto& fault : faults) complain_at(piece.scenario, fault.place, fault.message);
  if (!faults.empty() || !read_contents(piece)) return std::nullopt;
  piece.stage = stage_of(arguments, piece.scenario);
  return piece;
}

// Of the codes of several runs the one that says most: bad input, then what stopped us, then
// failed checks.
int worse(int a, int b) {
  constexpr int kOrder[] = {kBug, kUsage, kInterrupted, kCannot, kCheckFailed, kFellBack, kOk};
  for (const int code : kOrder) {
    if (a == code || b == code) return code;
  }
  return std::max(a, b);
}

// Plays one file as often as it asks, and writes what is wanted.
class Performer {
 public:
  Performer(const RunArguments& arguments, const Piece& piece, std::filesystem::path out)
      : arguments_(arguments), piece_(piece), scenario_(piece.scenario), out_(std::move(out)) {}

  int play() {
    if (const int code = look_for_obstacles(); code != kOk) return code;
    const std::uint32_t repeats = arguments_.repeats.value_or(scenario_.repeat);
    const std::uint64_t seed = arguments_.seed.value_or(scenario_.seed);
    int code = kOk;
    for (std::uint32_t i = 0; i < repeats && (code == kOk || code == kCheckFailed); ++i) {
      const auto folder =
          repeats == 1 || out_.empty() ? out_ : out_ / fmt::format("seed-{}", seed + i);
      code = worse(code, play_once(seed + i, folder));
    }
    if (runs_.empty()) return code;
    if (arguments_.json) fmt::print("{}\n", report_text(scenario_, runs_, false));
    if (code != kOk) return code;
    return arguments_.require_smc && fell_back() ? kFellBack : kOk;
  }

 private:
  int look_for_obstacles() {
    const auto named = [&](const std::string& message) {
      return complain(kCannot, fmt::format("{}: {}", scenario_.file, message));
    };
    if (scenario_.sweeps) return named("sweeps are not played yet");
    if (std::ranges::find(scenario_.stages, piece_.stage) == scenario_.stages.end()) {
      return named(fmt::format("the file is not for the stage '{}' (see its key 'stages')",
                               describe(piece_.stage)));
    }
    std::string missing;
    stage_ = make_stage(piece_.stage, missing);
    return stage_ ? static_cast<int>(kOk) : named(missing);
  }

  int play_once(std::uint64_t seed, const std::filesystem::path& folder) {
    if (!folder.empty()) {
      const std::string obstacle = prepare_folder(folder, arguments_.force);
      if (!obstacle.empty()) return complain(kUsage, obstacle);
    }
    scenario::PlayedRun run{.stage = piece_.stage, .seed = seed};
    std::optional<OutputFile> capture;
    if (!folder.empty() && scenario_.outputs.capture) capture.emplace(folder / "run.pcapng");
    perform(seed, run, capture);
    if (run.end == PlayEnd::Cannot) {
      return complain(kCannot, fmt::format("{}: {}", scenario_.file, run.outcome.missing));
    }
    run.checks = judge(scenario_, run.stage, run.outcome);
    if (capture) run.capture = capture->path().string();
    if (!arguments_.json) show(run);
    const bool written = write(run, folder, capture);
    const bool good = passed(run.checks);
    const bool whole = run.end == PlayEnd::Played;
    // Many runs of a large world would not fit: what is told already is forgotten.
    if (repeated()) run.outcome.trace.clear();
    runs_.push_back(std::move(run));
    if (!whole) return kInterrupted;
    if (!written) return kCannot;
    return good ? kOk : kCheckFailed;
  }

  void perform(std::uint64_t seed, scenario::PlayedRun& run, std::optional<OutputFile>& capture) {
    ProgressLine line(scenario_.name);
    scenario::PlayOptions options{.seed = seed};
    for (const std::string& bytes : piece_.contents) {
      options.files.push_back(std::as_bytes(std::span(bytes)));
    }
    options.progress = [&line](const scenario::Progress& progress) {
      line.show(progress);
      return !InterruptGuard::interrupted();
    };
    if (capture) {
      options.capture = [&capture](std::span<const std::byte> bytes) { capture->write(bytes); };
    }
    const auto start = std::chrono::steady_clock::now();
    run.end = stage_->play(scenario_, options, run.outcome);
    run.outcome.performance.wall_time = std::chrono::steady_clock::now() - start;
  }

  void show(const scenario::PlayedRun& run) const {
    const TableStyle style = table_style();
    if (arguments_.verbose && scenario_.nodes.size() >= 2) {
      scenario::LadderStyle ladder_style{.unicode = style.unicode, .color = style.color};
      if (!scenario_.workloads.empty()) {
        ladder_style.left = scenario_.workloads[0].from;
        ladder_style.right = scenario_.workloads[0].to;
      }
      const std::span trace(run.outcome.trace);
      fmt::print("{}", ladder(scenario_, trace.first(std::min(trace.size(), kLongestLadder)),
                              ladder_style));
      if (trace.size() > kLongestLadder) {
        fmt::print("  … {} more records; --out DIR writes them all\n",
                   trace.size() - kLongestLadder);
      }
    }
    fmt::print("{}", run_table(scenario_, run, style));
    std::fflush(stdout);
  }

  // False after telling what could not be written.
  bool write(const scenario::PlayedRun& run, const std::filesystem::path& folder,
             std::optional<OutputFile>& capture) {
    if (folder.empty()) return true;
    std::string error;
    if (capture && !capture->close()) error = capture->error();
    if (scenario_.outputs.trace) {
      OutputFile trace(folder / "trace.jsonl");
      for (const auto& record : run.outcome.trace) {
        trace.write(trace_line(scenario_, record));
        trace.write("\n");
      }
      if (!trace.close() && error.empty()) error = trace.error();
    }
    OutputFile json(folder / "run.json");
    json.write(report_text(scenario_, std::span(&run, 1), true));
    json.write("\n");
    if (!json.close() && error.empty()) error = json.error();
    if (!error.empty()) complain(kCannot, error);
    return error.empty();
  }

  [[nodiscard]] bool repeated() const { return arguments_.repeats.value_or(scenario_.repeat) > 1; }
  [[nodiscard]] bool fell_back() const {
    for (const scenario::PlayedRun& run : runs_) {
      for (const auto& workload : run.outcome.workloads) {
        for (const auto& connection : workload.connections) {
          if (connection.client.transport == scenario::Transport::Tcp) return true;
        }
      }
    }
    return false;
  }

  const RunArguments& arguments_;
  const Piece& piece_;
  const Scenario& scenario_;
  std::filesystem::path out_;
  std::unique_ptr<scenario::Stage> stage_;
  std::vector<scenario::PlayedRun> runs_;
};

}  // namespace

int run(const RunArguments& arguments) {
  std::vector<Piece> pieces;
  std::map<std::string, std::string> names;
  for (const std::string& file : arguments.files) {
    auto piece = prepare(file, arguments);
    if (!piece) continue;
    const auto [same, fresh] = names.emplace(piece->scenario.name, file);
    if (!fresh && !arguments.out.empty()) {
      return complain(kUsage, fmt::format("'{}' and '{}' have the same name, so --out has one "
                                          "folder for both",
                                          same->second, file));
    }
    pieces.push_back(std::move(*piece));
  }
  if (pieces.size() < arguments.files.size()) return kUsage;
  const InterruptGuard guard;
  int code = kOk;
  for (const Piece& piece : pieces) {
    std::filesystem::path out = arguments.out;
    if (!out.empty() && pieces.size() > 1) out /= piece.scenario.name;
    code = worse(code, Performer(arguments, piece, std::move(out)).play());
    if (InterruptGuard::interrupted()) return kInterrupted;
  }
  return code;
}

}  // namespace smclab::cli
