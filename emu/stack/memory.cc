// SPDX-License-Identifier: MIT
#include "emu/stack/memory.h"

#include <algorithm>
#include <utility>

#include "protocol/check.h"

namespace smclab::stack {

rnic::MemoryId Memory::allocate(std::uint32_t size, Backing backing) {
  SMCLAB_CHECK(size > 0);
  std::uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(pieces_.size());
    pieces_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Piece& piece = pieces_[index];
  piece.size = size;
  if (backing == Backing::Bytes) piece.bytes.resize(size);
  ++live_;
  return {index};
}

void Memory::release(rnic::MemoryId id) {
  SMCLAB_CHECK(id.value < pieces_.size() && pieces_[id.value].size > 0);
  pieces_[id.value] = Piece{};
  free_.push_back(id.value);
  --live_;
}

void Memory::zero(rnic::MemoryId id) {
  SMCLAB_CHECK(id.value < pieces_.size());
  std::fill(pieces_[id.value].bytes.begin(), pieces_[id.value].bytes.end(), std::byte{0});
}

std::span<const std::byte> Memory::bytes(const rnic::MemorySlice& slice) const {
  SMCLAB_CHECK(slice.memory.value < pieces_.size());
  const Piece& piece = pieces_[slice.memory.value];
  SMCLAB_CHECK(slice.offset <= piece.size && slice.length <= piece.size - slice.offset);
  if (piece.bytes.empty()) return {};
  return std::span(piece.bytes).subspan(slice.offset, slice.length);
}

std::span<std::byte> Memory::bytes(const rnic::MemorySlice& slice) {
  const auto found = std::as_const(*this).bytes(slice);
  if (found.empty()) return {};
  return std::span(pieces_[slice.memory.value].bytes).subspan(slice.offset, slice.length);
}

void Memory::add_bytes(Digest& digest, std::span<const std::byte> bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * (i % 8));
    if (i % 8 == 7) {
      digest.word(word);
      word = 0;
    }
  }
  if (bytes.size() % 8 != 0) digest.word(word);
}

}  // namespace smclab::stack
