// SPDX-License-Identifier: MIT
//
// Places in a ring (RFC 7609 A.4): how often it wrapped, and the offset of a byte. Two cursors
// tell everything about a ring: equal ones mean empty, the same offset one wrap ahead means full.
// Widths and sizes are parameters so that a checker can let wrap counts overflow after a few
// bytes. Cursors start at 0 and wrap to 0: Linux has no eye catcher in an RMBE, and says so in
// CONFIRM LINK.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/check.h"
#include "protocol/limits.h"
#include "protocol/wire/cdc.h"

namespace smclab {

struct Cursor {
  std::uint16_t wrap = 0;
  std::uint32_t offset = 0;
  bool operator==(const Cursor&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(wrap, offset);
  }
};

[[nodiscard]] constexpr wire::CdcCursor to_wire(Cursor cursor) noexcept {
  return {cursor.wrap, cursor.offset};
}
[[nodiscard]] constexpr Cursor from_wire(const wire::CdcCursor& cursor) noexcept {
  return {cursor.wrap, cursor.offset};
}

/// How a cursor that a peer sent relates to the one it sent before.
enum class Motion : std::uint8_t {
  Still,
  Forward,
  Regress,    ///< it went back; Linux keeps the old one and so do we
  BadOffset,  ///< not inside the ring
  BadWrap,    ///< more than one wrap away
  TooFar,     ///< beyond what the other cursor of the ring allows
};
[[nodiscard]] constexpr std::string_view describe(Motion motion) noexcept {
  switch (motion) {
    case Motion::Still:
      return "still";
    case Motion::Forward:
      return "forward";
    case Motion::Regress:
      return "cursor went back";
    case Motion::BadOffset:
      return "cursor outside the ring";
    case Motion::BadWrap:
      return "cursor skips a wrap";
    case Motion::TooFar:
      return "cursor passes the other one";
  }
  return "?";
}
/// Whether an honest peer cannot have sent it.
[[nodiscard]] constexpr bool is_violation(Motion motion) noexcept {
  return motion == Motion::BadOffset || motion == Motion::BadWrap || motion == Motion::TooFar;
}

/// The arithmetic of one ring. Cursors given to it lie inside, except the one judge() looks at.
class Ring {
 public:
  constexpr Ring() = default;
  /// `wrap_bits` 2…16: with one bit, forward and back could not be told apart.
  constexpr explicit Ring(std::uint32_t size, unsigned wrap_bits = 16) noexcept
      : size_(size), wrap_mask_(static_cast<std::uint16_t>((1U << wrap_bits) - 1)) {
    SMCLAB_CHECK(size > 0 && wrap_bits >= 2 && wrap_bits <= 16);
  }

  [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }

  /// The cursor `bytes` further on; at most one ring's worth.
  [[nodiscard]] constexpr Cursor advance(Cursor from, std::uint32_t bytes) const noexcept {
    SMCLAB_CHECK(from.offset < size_ && bytes <= size_);
    const std::uint64_t end = std::uint64_t{from.offset} + bytes;
    if (end < size_) return {from.wrap, static_cast<std::uint32_t>(end)};
    return {next_wrap(from.wrap), static_cast<std::uint32_t>(end - size_)};
  }

  /// Bytes from `from` to `to`, which is at most one ring ahead.
  [[nodiscard]] constexpr std::uint32_t distance(Cursor from, Cursor to) const noexcept {
    const std::uint32_t bytes =
        from.wrap == to.wrap ? to.offset - from.offset : size_ - from.offset + to.offset;
    SMCLAB_CHECK(bytes <= size_);
    return bytes;
  }

  /// Bytes that may be written at `producer` while the reader is at `consumer`.
  [[nodiscard]] constexpr std::uint32_t space(Cursor consumer, Cursor producer) const noexcept {
    return size_ - distance(consumer, producer);
  }

  /// Judges a peer's cursor: `old` was its last one and it may move on by `room` bytes at most.
  /// A producer's room is the ring's space; a consumer's is the distance to the producer.
  [[nodiscard]] constexpr Motion judge(Cursor old, Cursor next, std::uint32_t room) const noexcept {
    if (next == old) return Motion::Still;
    if (next.offset >= size_) return Motion::BadOffset;
    if (next.wrap == old.wrap) {
      if (next.offset < old.offset) return Motion::Regress;
      return next.offset - old.offset <= room ? Motion::Forward : Motion::TooFar;
    }
    if (next.wrap == next_wrap(old.wrap)) {
      const std::uint64_t bytes = std::uint64_t{size_} - old.offset + next.offset;
      return bytes <= room ? Motion::Forward : Motion::TooFar;
    }
    return next_wrap(next.wrap) == old.wrap ? Motion::Regress : Motion::BadWrap;
  }

  bool operator==(const Ring&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(size_, wrap_mask_);
  }

 private:
  [[nodiscard]] constexpr std::uint16_t next_wrap(std::uint16_t wrap) const noexcept {
    return static_cast<std::uint16_t>((wrap + 1U) & wrap_mask_);
  }

  std::uint32_t size_ = 0;
  std::uint16_t wrap_mask_ = 0xFFFF;
};

}  // namespace smclab
