// SPDX-License-Identifier: MIT
#include "emu/cli/tour/demo.h"

#include <fmt/core.h>

#include <filesystem>

#include "emu/cli/exit_code.h"
#include "emu/cli/output_folder.h"
#include "emu/cli/play/progress.h"
#include "emu/cli/play/run_table.h"
#include "emu/cli/tour/sha256.h"
#include "emu/runtime/stage/emu_stage.h"
#include "emu/scenario/judge/ladder.h"
#include "emu/scenario/judge/report.h"
#include "emu/scenario/load/load.h"

namespace smclab::cli {
namespace {

namespace fs = std::filesystem;

// The demo is a scenario like any other; this is all of it.
constexpr std::string_view kScenario = R"(version: 1
name: demo
duration: 10min
nodes:
  client: {rnics: {r0: {address: 10.0.0.2/24}}}
  server: {rnics: {r0: {address: 10.0.0.3/24}}}
links:
  - {endpoints: [client:r0, server:r0]}
workloads:
  - {type: file, from: client, to: server, file: demo}
outputs: {trace_data: true}
)";

constexpr std::size_t kLargestFile = std::size_t{1} << 32;

// What the transfer leaves on disk.
struct Files {
  OutputFile capture;
  OutputFile trace;
  OutputFile received;

  explicit Files(const fs::path& folder)
      : capture(folder / "run.pcapng"),
        trace(folder / "trace.jsonl"),
        received(folder / "received") {}
  /// The first that the disk did not take, in words; empty if it took all.
  [[nodiscard]] std::string close() {
    std::string error;
    for (OutputFile* file : {&capture, &trace, &received}) {
      if (!file->close() && error.empty()) error = file->error();
    }
    return error;
  }
};

int complain(int code, std::string_view what) {
  fmt::print(stderr, "smclab demo: {}\n", what);
  return code;
}

void introduce(std::string_view file, std::size_t size) {
  fmt::print(
      "SMC-R carries a TCP application's bytes over RDMA (RFC 7609). Here both hosts live in this\n"
      "process, client on 127.0.0.2 and server on 127.0.0.3, each with a software RNIC of its "
      "own:\n"
      "the handshake (CLC) goes over a real TCP connection, everything else as RoCEv2 frames over\n"
      "real UDP sockets on port 4791. The client sends {} ({} bytes).\n\n",
      file, size);
  std::fflush(stdout);
}

// One transfer, from the first SYN to the files on disk.
class Tour {
 public:
  Tour(std::string_view content, const fs::path& folder) : content_(content), files_(folder) {}

  int go() {
    const auto scenario = scenario::load("demo.smc.yml", kScenario);
    if (!scenario) return complain(kBug, scenario::show("demo", scenario.error().front()));
    const scenario::PlayEnd end = play(*scenario);
    if (end == scenario::PlayEnd::Cannot) return complain(kCannot, outcome_.missing);
    write_trace(*scenario);
    if (const std::string error = files_.close(); !error.empty()) return complain(kCannot, error);
    if (end == scenario::PlayEnd::Interrupted) return complain(kInterrupted, "interrupted");
    return tell(*scenario);
  }

 private:
  scenario::PlayEnd play(const scenario::Scenario& scenario) {
    const InterruptGuard guard;
    ProgressLine line(scenario.name);
    const scenario::PlayOptions options{
        .files = {std::as_bytes(std::span(content_))},
        .file_received =
            [this](std::uint32_t, std::span<const std::byte> bytes) {
              arrived_.add(bytes);
              files_.received.write(bytes);
            },
        .capture = [this](std::span<const std::byte> bytes) { files_.capture.write(bytes); },
        .progress =
            [&line](const scenario::Progress& progress) {
              line.show(progress);
              return !InterruptGuard::interrupted();
            }};
    return runtime::EmuStage().play(scenario, options, outcome_);
  }

  void write_trace(const scenario::Scenario& scenario) {
    for (const scenario::HostRecord& record : outcome_.trace) {
      files_.trace.write(trace_line(scenario, record));
      files_.trace.write("\n");
    }
  }

  int tell(const scenario::Scenario& scenario) {
    const TableStyle style = table_style();
    fmt::print("{}\n",
               scenario::ladder(scenario, outcome_.trace,
                                {.unicode = style.unicode, .color = style.color, .states = false}));
    const std::string sent = sha256_of(std::as_bytes(std::span(content_)));
    const std::string received = arrived_.hex();
    const scenario::FlowResult& server = outcome_.workloads[0].connections[0].server;
    const bool over_rdma = server.transport == scenario::Transport::SmcR;
    fmt::print("sent      {}\nreceived  {}  {}\n", sent, received,
               sent == received ? "the same SHA-256" : "NOT the same");
    fmt::print("carried   {} bytes by {} in {} RoCE frames\n", server.received,
               over_rdma ? "SMC-R" : "TCP: it fell back", outcome_.performance.frames);
    fmt::print("capture   {0}  (Wireshark opens it; or: smclab decode {0})\n",
               files_.capture.path().string());
    return sent == received && over_rdma ? kOk : kCheckFailed;
  }

  std::string_view content_;
  Files files_;
  Sha256 arrived_;
  scenario::Outcome outcome_;
};

}  // namespace

int demo(const DemoArguments& arguments) {
  const bool own = arguments.file.empty();
  std::string content;
  if (const auto why = read_file(own ? "/proc/self/exe" : arguments.file, kLargestFile, content);
      !why.empty()) {
    return complain(kUsage, fmt::format("cannot read '{}': {}", arguments.file, why));
  }
  // The folder is the demo's own: what an earlier one left there is written over.
  constexpr bool kForce = true;
  if (const auto obstacle = prepare_folder(arguments.out, kForce); !obstacle.empty()) {
    return complain(kUsage, obstacle);
  }
  introduce(own ? "its own program" : arguments.file, content.size());
  return Tour(content, arguments.out).go();
}

}  // namespace smclab::cli
