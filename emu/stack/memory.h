// SPDX-License-Identifier: MIT
//
// The bytes of one host: message slots, send buffers and RMBs, named by MemoryId. A piece may be
// unbacked, a length without bytes, so that large worlds cost nothing for payload. Pieces begin on
// pages: an operating system lets a device see memory under another address only by whole pages,
// and the neighbours on a shared page are nobody's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "emu/rnic/memory.h"
#include "protocol/digest.h"

namespace smclab::stack {

/// How a piece of memory is kept.
enum class Backing : std::uint8_t { Bytes, Lengths };

inline constexpr std::size_t kPage = 4'096;

/// The size rounded up to whole pages: how far apart the addresses of two pieces are.
[[nodiscard]] constexpr std::uint64_t whole_pages(std::uint32_t size) noexcept {
  return (size + kPage - 1) / kPage * kPage;
}

/// Takes memory that begins on a page.
template <class T>
struct PageAllocator {
  using value_type = T;
  PageAllocator() = default;
  template <class U>
  explicit PageAllocator(const PageAllocator<U>&) noexcept {}
  [[nodiscard]] T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{kPage}));
  }
  void deallocate(T* place, std::size_t) noexcept {
    ::operator delete (place, std::align_val_t{kPage});
  }
  bool operator==(const PageAllocator&) const = default;
};

class Memory {
 public:
  /// Zeroed memory.
  rnic::MemoryId allocate(std::uint32_t size, Backing backing);
  void release(rnic::MemoryId id);
  void zero(rnic::MemoryId id);

  /// The bytes of a slice, which must lie within its piece; empty where it is unbacked. Valid
  /// until the piece is released; they never move before.
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
    std::vector<std::byte, PageAllocator<std::byte>> bytes;
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
