// SPDX-License-Identifier: MIT
#include "emu/cli/bench/bench.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string_view>

#include "emu/cli/exit_code.h"

namespace smclab::cli {
namespace {

/// The processor's name as the kernel gives it.
std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

#ifdef __clang__
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif

bool wanted(const BenchArguments& arguments, std::string_view part) {
  return arguments.parts.empty() || std::ranges::count(arguments.parts, part) > 0;
}

}  // namespace

int bench(const BenchArguments& arguments) {
  benchmark::AddCustomContext("schema_version", "1");
  benchmark::AddCustomContext("processor", processor());
  benchmark::AddCustomContext("compiler", std::string(kCompiler));
  if (wanted(arguments, "core")) smclab::bench::add_core_benchmarks();
  if (wanted(arguments, "world")) smclab::bench::add_world_benchmarks();
  std::size_t ran = 0;
  if (arguments.json) {
    benchmark::JSONReporter json;
    ran = benchmark::RunSpecifiedBenchmarks(&json);
  } else {
    benchmark::ConsoleReporter table(benchmark::ConsoleReporter::OO_Tabular);
    ran = benchmark::RunSpecifiedBenchmarks(&table);
  }
  return ran > 0 ? kOk : kUsage;
}

}  // namespace smclab::cli
