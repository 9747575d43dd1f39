// SPDX-License-Identifier: MIT
//
// `smclab run`: plays scenario files and judges their checks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smclab::cli {

struct RunArguments {
  std::vector<std::string> files;
  std::string stage;                     ///< empty: world, or the first the file names
  std::optional<std::uint64_t> seed;     ///< instead of the file's
  std::optional<std::uint32_t> repeats;  ///< instead of the file's
  std::string out;                       ///< directory for trace.jsonl, run.json, run.pcapng
  bool json = false;
  bool force = false;        ///< write into an output directory that is not empty
  bool require_smc = false;  ///< exit 4 if a connection fell back to TCP
  bool verbose = false;      ///< show the messages of each run as a ladder
};

/// Returns an ExitCode.
[[nodiscard]] int run(const RunArguments& arguments);

}  // namespace smclab::cli
