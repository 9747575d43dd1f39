// SPDX-License-Identifier: MIT
//
// The protocol core and its codecs: a CDC there and back, and inputs of the data path.
#include <benchmark/benchmark.h>

#include <array>

#include "emu/cli/bench/allocations.h"
#include "emu/cli/bench/bench.h"
#include "emu/cli/bench/instant_pair.h"
#include "protocol/wire/cdc.h"
#include "protocol/wire/decode.h"
#include "protocol/wire/encode.h"

namespace smclab::bench {
namespace {

void cdc_encode_decode(benchmark::State& state) {
  wire::Cdc cdc{.sequence = 1, .token = {7}, .producer = {1, 0x10}, .consumer = {0, 0xF000}};
  std::array<std::byte, wire::Cdc::kSize> bytes{};
  for (auto _ : state) {
    ++cdc.sequence;
    benchmark::DoNotOptimize(cdc);
    wire::encode(cdc, bytes);
    benchmark::DoNotOptimize(bytes);
    auto decoded = wire::decode<wire::Cdc>(bytes);
    benchmark::DoNotOptimize(decoded);
  }
}

/// One write, its CDC, the read, and the cursor update when there is one.
void data_path(benchmark::State& state) {
  constexpr int kWarm = 10'000;
  const auto bytes = static_cast<std::uint32_t>(state.range(0));
  InstantPair pair;
  if (!pair.connect()) return state.SkipWithError("the two hosts did not connect over SMC-R");
  bool room = true;
  for (int i = 0; i < kWarm; ++i) room = room && pair.transfer(bytes);
  const std::uint64_t inputs = pair.inputs();
  const std::uint64_t heap = allocations();
  for (auto _ : state) room = room && pair.transfer(bytes);
  const std::uint64_t taken = allocations() - heap;
  if (!room) return state.SkipWithError("the ring filled up");
  const auto count = static_cast<double>(pair.inputs() - inputs);
  state.counters["inputs/s"] = benchmark::Counter(count, benchmark::Counter::kIsRate);
  state.counters["allocations"] = static_cast<double>(taken);
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

}  // namespace

void add_core_benchmarks() {
  benchmark::RegisterBenchmark("core/cdc_encode_decode", cdc_encode_decode);
  benchmark::RegisterBenchmark("core/data_path", data_path)->Arg(64)->Arg(8192);
}

}  // namespace smclab::bench
