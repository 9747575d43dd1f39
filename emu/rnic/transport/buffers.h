// SPDX-License-Identifier: MIT
//
// The local buffers of a request as memory: every key and range is checked when it is used, so
// for every packet.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "emu/rnic/input.h"
#include "emu/rnic/resources/memory_regions.h"

namespace smclab::rnic {

/// Up to two ranges of memory, read or written one behind the other.
struct BufferList {
  std::array<MemorySlice, 2> slices{};
  std::uint8_t count = 0;

  /// The `length` bytes that begin `offset` bytes into the list; they lie inside it.
  [[nodiscard]] BufferList cut(std::uint32_t offset, std::uint32_t length) const noexcept;
};

/// All buffers of a request, if every byte of them may be used so.
[[nodiscard]] std::optional<BufferList> resolve(const MemoryRegions& regions, PdId pd,
                                                const SendRequest& request, Right right) noexcept;

}  // namespace smclab::rnic
