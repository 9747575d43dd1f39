// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/buffers.h"

#include <algorithm>

#include "protocol/check.h"

namespace smclab::rnic {

BufferList BufferList::cut(std::uint32_t offset, std::uint32_t length) const noexcept {
  BufferList part;
  for (std::uint8_t i = 0; i < count && length > 0; ++i) {
    const MemorySlice& slice = slices[i];
    const std::uint32_t skipped = std::min(offset, slice.length);
    const std::uint32_t taken = std::min(length, slice.length - skipped);
    offset -= skipped;
    length -= taken;
    if (taken > 0) part.slices[part.count++] = {slice.memory, slice.offset + skipped, taken};
  }
  SMCLAB_CHECK(length == 0);
  return part;
}

std::optional<BufferList> resolve(const MemoryRegions& regions, PdId pd, const SendRequest& request,
                                  Right right) noexcept {
  BufferList list;
  for (std::uint8_t i = 0; i < request.sge_count; ++i) {
    const Sge& sge = request.sges[i];
    if (sge.length == 0) continue;
    const auto memory = regions.check({pd, sge.lkey, sge.address, sge.length, right});
    if (!memory) return std::nullopt;
    list.slices[list.count++] = *memory;
  }
  return list;
}

}  // namespace smclab::rnic
