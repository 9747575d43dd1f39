// SPDX-License-Identifier: MIT
//
// Plays fixed runs of the world and prints, a line a run, the hash of its trace and the digest of
// its end. same_trace_hash.sh builds this with both compilers, unoptimised and optimised, and
// every line must be the same: a seed is a complete description of a run.
#include <cinttypes>
#include <cstdio>

#include "tests/world/two_hosts.h"

namespace smclab::world {
namespace {

/// Parts per thousand of what goes wrong.
constexpr Probability permille(std::uint32_t n) {
  return {n * 1'000'000};
}

void play(const char* name, std::uint64_t seed, const Weather& weather, int connections) {
  constexpr std::uint64_t kBytes = 300'000;
  testing::Bench bench(testing::two_hosts(seed, weather));
  for (int i = 0; i < connections; ++i) {
    const bool forth = i % 2 == 0;
    bench.open(forth ? testing::kA : testing::kB, forth ? testing::kB : testing::kA, kBytes,
               kBytes / 3);
  }
  bench.run();
  std::printf("%-6s seed %" PRIu64 " %016" PRIx64 " %016" PRIx64 "%s\n", name, seed,
              bench.world.trace_hash(), bench.world.digest(),
              bench.done() ? "" : " did not finish");
}

}  // namespace
}  // namespace smclab::world

int main() {
  using smclab::world::permille;
  using smclab::world::play;
  const smclab::world::Weather storm{.loss = permille(20),
                                     .duplicate = permille(10),
                                     .corrupt = permille(10),
                                     .reorder = permille(20)};
  for (const std::uint64_t seed : {1U, 2U, 0xFFFF'FFFFU}) {
    play("clean", seed, {}, 1);
    play("storm", seed, storm, 1);
    play("many", seed, storm, 12);
  }
  return 0;
}
