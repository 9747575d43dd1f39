// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/tcp_order.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "tests/unit/capture/bytes.h"

namespace smclab::capture {
namespace {

using testing::Bytes;
using testing::text;

class Stream {
 public:
  explicit Stream(std::uint32_t first) { order.start(first); }
  void add(std::uint32_t sequence, std::string_view letters, std::uint64_t frame = 1) {
    order.add(sequence, text(letters), Stamp{frame, 0}, deliver());
  }
  TcpOrder::Deliver deliver() {
    return [this](std::span<const std::byte> bytes, const Stamp& at, bool after_hole) {
      if (after_hole) got.push_back('|');
      for (const std::byte b : bytes) got.push_back(static_cast<char>(b));
      last = at.frame;
    };
  }
  TcpOrder order;
  std::string got;
  std::uint64_t last = 0;
};

TEST(TcpOrder, DeliversInOrderWhatCameLateTwiceAndOverlapping) {
  Stream s(100);
  s.add(103, "def", 1);
  s.add(108, "ij", 2);
  EXPECT_EQ(s.got, "");
  s.add(100, "abcd", 3);
  EXPECT_EQ(s.got, "abcdef");
  EXPECT_EQ(s.last, 3U);
  s.add(100, "abcdefg", 4);
  EXPECT_EQ(s.got, "abcdefg");
  s.add(107, "hi", 5);
  EXPECT_EQ(s.got, "abcdefghij");
  s.add(104, "ef", 6);
  EXPECT_EQ(s.got, "abcdefghij");
}

TEST(TcpOrder, CrossesTheEndOfTheSequenceSpace) {
  Stream s(0xFFFF'FFFE);
  s.add(1, "def");
  s.add(0xFFFF'FFFE, "abc");
  EXPECT_EQ(s.got, "abcdef");
  EXPECT_EQ(s.order.next(), 4U);
}

TEST(TcpOrder, SkipsAHoleThatThePeerAcknowledged) {
  Stream s(0);
  s.add(5, "late");
  s.order.acknowledged(9);
  EXPECT_EQ(s.got, "");
  s.add(20, "more");
  EXPECT_EQ(s.got, "|late");
  s.order.acknowledged(24);
  s.add(24, "end");
  EXPECT_EQ(s.got, "|late|moreend");
}

TEST(TcpOrder, WaitsForAnAcknowledgedSegmentThatWasCapturedLate) {
  Stream s(0);
  s.add(3, "def");
  s.order.acknowledged(6);
  s.add(0, "abc");
  EXPECT_EQ(s.got, "abcdef");
}

TEST(TcpOrder, HoldsNoMoreThanItsBound) {
  Stream s(0);
  const std::string big(TcpOrder::kMaxHeld, 'x');
  s.add(10, big);
  EXPECT_EQ(s.got, "");
  s.add(10 + TcpOrder::kMaxHeld, "y");
  EXPECT_EQ(s.got, "|" + big + "y");
}

TEST(TcpOrder, HoldsNoMoreSegmentsThanItsBound) {
  Stream s(0);
  for (std::uint32_t i = 0; i <= TcpOrder::kMaxHeldSegments; ++i) s.add(1 + 2 * i, "z");
  EXPECT_EQ(s.got.size(), 2 * (TcpOrder::kMaxHeldSegments + 1));
}

TEST(TcpOrder, DeliversWhatWaitsAtTheEndWithItsOwnStamp) {
  Stream s(0);
  s.add(5, "tail", 7);
  s.order.finish(s.deliver());
  EXPECT_EQ(s.got, "|tail");
  EXPECT_EQ(s.last, 7U);
}

// Whatever the pieces and their order, as long as each byte comes at least once.
RC_GTEST_PROP(TcpOrder, PutsAnyShuffleTogether, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 200);
  std::string all;
  for (std::size_t i = 0; i < size; ++i) all.push_back(static_cast<char>('a' + i % 26));
  struct Piece {
    std::size_t at, length;
  };
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < size;) {
    const auto length = *rc::gen::inRange<std::size_t>(1, 20);
    const auto back = *rc::gen::inRange<std::size_t>(0, 10);
    const std::size_t from = at - std::min(at, back);
    const std::size_t to = std::min(size, at + length);
    pieces.push_back({from, to - from});
    at = to;
  }
  const auto order = *rc::gen::arbitrary<std::uint32_t>();
  for (std::size_t i = pieces.size(); i > 1; --i) {
    std::swap(pieces[i - 1], pieces[(order >> (i % 16)) % i]);
  }
  const auto first = *rc::gen::arbitrary<std::uint32_t>();
  Stream s(first);
  for (const Piece& piece : pieces) {
    s.add(first + static_cast<std::uint32_t>(piece.at), all.substr(piece.at, piece.length));
  }
  RC_ASSERT(s.got == all);
}

}  // namespace
}  // namespace smclab::capture
