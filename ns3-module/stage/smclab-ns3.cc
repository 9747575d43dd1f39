// SPDX-License-Identifier: MIT
//
// The program smclab-ns3: `smclab run` with the stage ns3. It is apart, because what links ns-3 is
// under the GPL as a whole.
#include <charconv>
#include <cstdio>
#include <exception>
#include <string_view>

#include "emu/cli/exit_code.h"
#include "emu/cli/run.h"
#include "emu/cli/stages.h"
#include "ns3-module/stage/smcr-stage.h"

namespace smclab::cli {

std::unique_ptr<scenario::Stage> make_stage(scenario::StageKind kind, std::string& missing) {
  if (kind == scenario::StageKind::Ns3) return std::make_unique<ns3::SmcrStage>();
  missing = "smclab-ns3 has the stage 'ns3' only; smclab run has the others";
  return nullptr;
}

namespace {

template <class Value>
bool Read(std::string_view text, std::optional<Value>& value) {
  Value number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  value = number;
  return error == std::errc{} && end == text.data() + text.size();
}

// The options of `smclab run`; false for what it does not know.
bool Read(int argc, char** argv, RunArguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool last = i + 1 == argc;
    if (word == "--json") {
      arguments.json = true;
    } else if (word == "--force") {
      arguments.force = true;
    } else if (word == "--require-smc") {
      arguments.require_smc = true;
    } else if (word == "-v" || word == "--verbose") {
      arguments.verbose = true;
    } else if (word == "--out" && !last) {
      arguments.out = argv[++i];
    } else if (word == "--seed" && !last) {
      if (!Read(argv[++i], arguments.seed)) return false;
    } else if (word == "--repeat" && !last) {
      if (!Read(argv[++i], arguments.repeats)) return false;
    } else if (word.starts_with("-")) {
      return false;
    } else {
      arguments.files.emplace_back(word);
    }
  }
  return !arguments.files.empty();
}

int Main(int argc, char** argv) {
  RunArguments arguments{.stage = "ns3"};
  if (Read(argc, argv, arguments)) return run(arguments);
  std::fprintf(stderr,
               "usage: smclab-ns3 FILE... [--seed N] [--repeat N] [--out DIR] [--force] [--json] "
               "[--require-smc] [-v]\n");
  return kUsage;
}

}  // namespace
}  // namespace smclab::cli

int main(int argc, char** argv) {
  try {
    return smclab::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "smclab-ns3: internal error: %s\nPlease report this.\n", error.what());
    return smclab::cli::kBug;
  }
}
