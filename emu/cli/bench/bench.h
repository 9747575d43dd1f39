// SPDX-License-Identifier: MIT
//
// `smclab bench`: what the core and the world cost on this machine, as a table or as JSON. The
// figures depend on the machine and the day; the count of allocations does not.
#pragma once

#include <string>
#include <vector>

namespace smclab::cli {

struct BenchArguments {
  std::vector<std::string> parts;  ///< core, world; none means both
  bool json = false;
};

/// Runs the benchmarks and returns the exit code.
int bench(const BenchArguments& arguments);

}  // namespace smclab::cli

namespace smclab::bench {

/// Tell Google Benchmark of the benchmarks of each part.
void add_core_benchmarks();
void add_world_benchmarks();

}  // namespace smclab::bench
