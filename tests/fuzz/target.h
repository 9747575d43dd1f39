// SPDX-License-Identifier: MIT
//
// What a fuzz target defines and its driver calls: libFuzzer under the preset `fuzz`, replay.cc
// with the kept inputs everywhere else. A target asserts with SMCLAB_CHECK and returns 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace smclab::fuzz {

/// The input as the decoders want it.
[[nodiscard]] inline std::span<const std::byte> bytes_of(const std::uint8_t* data,
                                                         std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

}  // namespace smclab::fuzz
