// SPDX-License-Identifier: MIT
//
// A decoder with a bug on purpose: it believes the length that a CDC message claims. The fuzzer
// must find it within seconds; see CMakeLists.txt.
#include "protocol/check.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint8_t kCdc = 0xFE;
  if (size < 2 || data[0] != kCdc) return 0;
  unsigned sum = 0;
  for (std::size_t i = 0; i < data[1]; ++i) sum += data[i];
  SMCLAB_CHECK(sum != 1);
  return 0;
}
