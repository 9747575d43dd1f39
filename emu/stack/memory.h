// SPDX-License-Identifier: MIT
//
// The bytes of one host: message slots, send buffers and RMBs, named by MemoryId. A piece may be
// unbacked, a length without bytes, so that large worlds cost nothing for payload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "emu/rnic/memory.h"
#include "protocol/digest.h"

namespace smclab::stack {

/// How a piece of memory is kept.
enum class Backing : std::uint8_t { Bytes, Lengths };

class Memory {
 public:
  /// Zeroed memory.
  rnic::MemoryId allocate(std::uint32_t size, Backing backing);
  void release(rnic::MemoryId id);
  void zero(rnic::MemoryId id);

  /// The bytes of a slice, which must lie within its piece; empty where it is unbacked. Valid
  /// until the piece is released.
  [[nodiscard]] std::span<std::byte> bytes(const rnic::MemorySlice& slice);
  [[nodiscard]] std::span<const std::byte> bytes(const rnic::MemorySlice& slice) const;

  /// How many pieces live.
  [[nodiscard]] std::uint32_t size() const noexcept { return live_; }

  bool operator==(const Memory&) const = default;
  template <class V>
  void members(V& v) const {
    v(live_);
    for (const Piece& piece : pieces_) {
      v(piece.size);
      add_bytes(v, piece.bytes);
    }
  }

 private:
  struct Piece {
    std::vector<std::byte> bytes;
    std::uint32_t size = 0;  // 0: free
    bool operator==(const Piece&) const = default;
  };
  // Eight bytes a word: a ring has half a million.
  static void add_bytes(Digest& digest, std::span<const std::byte> bytes);

  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> free_;
  std::uint32_t live_ = 0;
};

}  // namespace smclab::stack
