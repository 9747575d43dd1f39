// SPDX-License-Identifier: MIT
//
// From one ring into another: bytes of the send buffer go to the peer's RMBE as at most two RDMA
// writes, because the target wraps at most once, and each takes at most two slices of the source,
// because that wraps too (Linux: smc_tx_rdma_writes).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "protocol/check.h"

namespace smclab {

/// Where in a ring bytes begin.
struct RingPlace {
  std::uint32_t size = 0;
  std::uint32_t offset = 0;  ///< smaller than size
};

/// One contiguous write: `length` source bytes from `offset`, then `wrapped` more from the start of
/// the source; all go to `target`.
struct RingWrite {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t wrapped = 0;
  std::uint32_t target = 0;
  bool operator==(const RingWrite&) const = default;
};

struct RingWrites {
  std::array<RingWrite, 2> list{};
  std::uint8_t count = 0;
  [[nodiscard]] constexpr std::span<const RingWrite> writes() const noexcept {
    return std::span(list).first(count);
  }
};

/// How `bytes` go from one ring into the other; more than neither ring holds.
[[nodiscard]] constexpr RingWrites split(RingPlace source, RingPlace target, std::uint32_t bytes) {
  SMCLAB_CHECK(source.offset < source.size && target.offset < target.size);
  SMCLAB_CHECK(bytes <= source.size && bytes <= target.size);
  RingWrites result;
  while (bytes > 0) {
    const std::uint32_t run = std::min(bytes, target.size - target.offset);
    const std::uint32_t straight = std::min(run, source.size - source.offset);
    result.list[result.count++] = {source.offset, straight, run - straight, target.offset};
    source.offset = straight < run ? run - straight : (source.offset + run) % source.size;
    target.offset = 0;
    bytes -= run;
  }
  return result;
}

}  // namespace smclab
