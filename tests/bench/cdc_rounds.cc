// SPDX-License-Identifier: MIT
//
// cdc_rounds N: two cores that do N rounds of the data path – a write of 8 KiB and its CDC at one,
// the message, the read and, where it is due, the consumer update at the other. A program to be
// counted by callgrind: what two values of N differ by is the rounds and nothing else.
#include <cstdio>
#include <cstdlib>

#include "emu/cli/bench/instant_pair.h"

int main(int argc, char** argv) {
  constexpr std::uint32_t kBytes = 8'192;
  constexpr int kWarm = 1'000;
  const int rounds = argc == 2 ? std::atoi(argv[1]) : 0;
  if (rounds <= 0) return 2;
  smclab::bench::InstantPair pair;
  bool good = pair.connect();
  for (int i = 0; i < kWarm; ++i) good = good && pair.transfer(kBytes);
  const std::uint64_t before = pair.inputs();
  for (int i = 0; i < rounds; ++i) good = good && pair.transfer(kBytes);
  std::printf("%llu\n", static_cast<unsigned long long>(pair.inputs() - before));
  return good ? 0 : 1;
}
