// SPDX-License-Identifier: MIT
//
// Any bytes as a scenario file: it loads, or is refused with problems that a reader can find.
#include <string>

#include "emu/scenario/load/load.h"
#include "protocol/check.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto scenario = smclab::scenario::load("input.smc.yml", text);
  SMCLAB_CHECK(scenario || !scenario.error().empty());
  return 0;
}
