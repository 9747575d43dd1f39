// SPDX-License-Identifier: MIT
//
// What two RNICs do when nothing goes wrong.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

using roce::Opcode;

bool same_bytes(Pair& pair, std::uint32_t offset, std::uint32_t length) {
  const auto x = pair.a.bytes(offset, length);
  const auto y = pair.b.bytes(offset, length);
  return std::equal(x.begin(), x.end(), y.begin());
}

// Whether B's memory is as fill() left it, but for this range.
bool untouched_but(Pair& pair, std::uint32_t offset, std::uint32_t length) {
  Pair fresh;
  fresh.fill();
  const auto same = [&](std::uint32_t from, std::uint32_t size) {
    const auto x = pair.b.bytes(from, size);
    const auto y = fresh.b.bytes(from, size);
    return std::equal(x.begin(), x.end(), y.begin());
  };
  return same(0, offset) && same(offset + length, kMemorySize - offset - length);
}

std::vector<Opcode> opcodes_from(const Pair& pair, Side side) {
  std::vector<Opcode> opcodes;
  for (const WireFrame& frame : pair.history) {
    if (frame.from == side) opcodes.push_back(static_cast<Opcode>(frame.headers.bth.opcode));
  }
  return opcodes;
}

// Sizes around the borders of one, two and three packets.
std::vector<std::uint32_t> sizes_around(std::uint32_t mtu) {
  return {0, 1, 3, 4, mtu - 1, mtu, mtu + 1, 2 * mtu, 3 * mtu - 2, 3 * mtu};
}

class Transfer : public testing::TestWithParam<MtuCode> {
 protected:
  static PairSettings settings() {
    PairSettings s;
    s.attributes.path_mtu = GetParam();
    return s;
  }
  static std::uint32_t mtu() { return mtu_bytes(GetParam()); }
};

TEST_P(Transfer, WritesEverySize) {
  for (const std::uint32_t size : sizes_around(mtu())) {
    Pair pair(settings());
    pair.fill();
    EXPECT_EQ(pair.post(Side::A, pair.write(7, 100, size)), VerbStatus::Success);
    pair.settle();
    EXPECT_TRUE(same_bytes(pair, 100, size)) << size;
    EXPECT_TRUE(untouched_but(pair, 100, size)) << size;
    const auto done = pair.a.completions();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(
        done[0],
        (Completion{.work = 7, .qp = pair.a.qp, .kind = CompletionKind::Write, .length = size}));
    EXPECT_TRUE(pair.b.completions().empty()) << "a write is silent at the other end";
  }
}

TEST_P(Transfer, SendsEverySize) {
  for (const std::uint32_t size : sizes_around(mtu())) {
    Pair pair(settings());
    pair.fill();
    EXPECT_EQ(pair.receive(Side::B, 3, 100, size), VerbStatus::Success);
    pair.post(Side::A, pair.send(7, 100, size));
    pair.settle();
    EXPECT_TRUE(same_bytes(pair, 100, size)) << size;
    EXPECT_TRUE(untouched_but(pair, 100, size)) << size;
    const auto done = pair.b.completions();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(
        done[0],
        (Completion{.work = 3, .qp = pair.b.qp, .kind = CompletionKind::Receive, .length = size}));
    EXPECT_EQ(pair.a.completions().size(), 1U);
  }
}

TEST_P(Transfer, ReadsEverySize) {
  for (const std::uint32_t size : sizes_around(mtu())) {
    Pair pair(settings());
    pair.fill();
    const auto before = pair.b.memory;
    pair.post(Side::A, pair.read(7, 100, size));
    pair.settle();
    EXPECT_TRUE(same_bytes(pair, 100, size)) << size;
    EXPECT_EQ(pair.b.memory, before) << "a read changes nothing at the other end";
    const auto done = pair.a.completions();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].kind, CompletionKind::Read);
    EXPECT_EQ(done[0].status, CompletionStatus::Success);
    EXPECT_EQ(done[0].length, size);
  }
}

TEST_P(Transfer, WritesEverySizeWithImmediate) {
  for (const std::uint32_t size : sizes_around(mtu())) {
    Pair pair(settings());
    pair.fill();
    pair.receive(Side::B, 3, 60'000, 0);
    SendRequest request = pair.write(7, 100, size);
    request.operation = Operation::WriteWithImmediate;
    request.immediate = 0xFEED'0000 + size;
    pair.post(Side::A, request);
    pair.settle();
    EXPECT_TRUE(same_bytes(pair, 100, size)) << size;
    const auto done = pair.b.completions();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0], (Completion{.work = 3,
                                   .qp = pair.b.qp,
                                   .kind = CompletionKind::ReceiveWithImmediate,
                                   .length = size,
                                   .immediate = 0xFEED'0000 + size}));
  }
}

TEST_P(Transfer, CutsMessagesByThePathMtu) {
  Pair pair(settings());
  pair.post(Side::A, pair.write(7, 0, 3 * mtu() - 2));
  pair.settle();
  EXPECT_EQ(opcodes_from(pair, Side::A),
            (std::vector{Opcode::WriteFirst, Opcode::WriteMiddle, Opcode::WriteLast}));
  EXPECT_EQ(pair.history[0].headers.reth->length, 3 * mtu() - 2);
  EXPECT_EQ(pair.history[2].headers.bth.pad, 2);
  EXPECT_TRUE(pair.history[0].headers.bth.migrated);
}

INSTANTIATE_TEST_SUITE_P(AllMtus, Transfer,
                         testing::Values(MtuCode::Mtu256, MtuCode::Mtu512, MtuCode::Mtu1024,
                                         MtuCode::Mtu2048, MtuCode::Mtu4096));

TEST(Transfers, GatherTwoBuffersAcrossPacketBorders) {
  for (const std::uint32_t first : {1U, 255U, 256U, 257U, 512U, 700U}) {
    PairSettings settings;
    settings.attributes.path_mtu = MtuCode::Mtu256;
    Pair pair(settings);
    pair.fill();
    SendRequest request = pair.write(1, 0, 0);
    request.sge_count = 2;
    request.sges = {pair.a.sge(10'000, first), pair.a.sge(20'000, 768 - first)};
    pair.post(Side::A, request);
    pair.settle();
    const auto x = pair.b.bytes(0, 768);
    const auto y = pair.a.bytes(10'000, first);
    const auto z = pair.a.bytes(20'000, 768 - first);
    EXPECT_TRUE(std::equal(y.begin(), y.end(), x.begin())) << first;
    EXPECT_TRUE(std::equal(z.begin(), z.end(), x.begin() + first)) << first;
  }
}

TEST(Transfers, ScatterAReadIntoTwoBuffers) {
  PairSettings settings;
  settings.attributes.path_mtu = MtuCode::Mtu256;
  Pair pair(settings);
  pair.fill();
  SendRequest request = pair.read(1, 5000, 0);
  request.sge_count = 2;
  request.sges = {pair.a.sge(10'000, 300), pair.a.sge(20'000, 501)};
  pair.post(Side::A, request);
  pair.settle();
  const auto source = pair.b.bytes(5000, 801);
  const auto y = pair.a.bytes(10'000, 300);
  const auto z = pair.a.bytes(20'000, 501);
  EXPECT_TRUE(std::equal(y.begin(), y.end(), source.begin()));
  EXPECT_TRUE(std::equal(z.begin(), z.end(), source.begin() + 300));
}

TEST(Transfers, UnbackedMemoryMovesLengthsOnly) {
  PairSettings settings;
  settings.backed = false;
  Pair pair(settings);
  pair.receive(Side::B, 3, 0, 2000);
  pair.post(Side::A, pair.write(1, 0, 5000));
  pair.post(Side::A, pair.send(2, 0, 1501));
  pair.post(Side::A, pair.read(4, 0, 3001));
  pair.settle();
  EXPECT_EQ(pair.a.completions().size(), 3U);
  const auto done = pair.b.completions();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].length, 1501U);
  std::uint32_t placed = 0;
  for (const output::Place& place : pair.b.placed) placed += place.target.length;
  EXPECT_EQ(placed, 5000U + 1501U);
}

TEST(Transfers, OverRoceV1AsWell) {
  PairSettings settings;
  settings.version = roce::Version::V1;
  Pair pair(settings);
  pair.fill();
  pair.post(Side::A, pair.write(1, 0, 5000));
  pair.settle();
  EXPECT_TRUE(same_bytes(pair, 0, 5000));
}

TEST(Transfers, BothDirectionsAtOnce) {
  Pair pair;
  pair.fill();
  SendRequest back = pair.write(2, 30'000, 20'000);
  back.sges[0].lkey = pair.b.key;
  back.rkey = pair.a.key;
  pair.post(Side::A, pair.write(1, 0, 20'000));
  pair.post(Side::B, back);
  pair.settle();
  EXPECT_TRUE(same_bytes(pair, 0, 20'000));
  EXPECT_TRUE(same_bytes(pair, 30'000, 20'000));
}

TEST(Transfers, UnsignaledRequestsCompleteSilently) {
  Pair pair;
  SendRequest quiet = pair.write(1, 0, 100);
  quiet.signaled = false;
  pair.post(Side::A, quiet);
  pair.post(Side::A, pair.write(2, 0, 100));
  pair.settle();
  const auto done = pair.a.completions();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].work, 2U);
}

TEST(Transfers, PsnsWrap) {
  for (std::uint32_t before = 0; before < 12; ++before) {
    PairSettings settings;
    settings.attributes.path_mtu = MtuCode::Mtu256;
    settings.psn_a = {0xFF'FFFF - before};
    settings.psn_b = {0xFF'FFFF};
    Pair pair(settings);
    pair.fill();
    pair.receive(Side::B, 3, 40'000, 300);
    pair.post(Side::A, pair.write(1, 0, 1000));
    pair.post(Side::A, pair.read(2, 2000, 1000));
    pair.post(Side::A, pair.send(3, 40'000, 300));
    pair.settle();
    EXPECT_TRUE(same_bytes(pair, 0, 1000)) << before;
    EXPECT_TRUE(same_bytes(pair, 2000, 1000)) << before;
    EXPECT_TRUE(same_bytes(pair, 40'000, 300)) << before;
    EXPECT_EQ(pair.a.completions().size(), 3U);
    EXPECT_EQ(pair.a.rnic.counters().retransmissions, 0U);
  }
}

TEST(Transfers, NarrowPsnsWrapOften) {
  PairSettings settings;
  settings.config.psn_bits = 8;
  settings.attributes.path_mtu = MtuCode::Mtu256;
  settings.psn_a = {250};
  settings.psn_b = {3};
  Pair pair(settings);
  pair.fill();
  pair.post(Side::A, pair.write(1, 0, 60'000));
  EXPECT_EQ(pair.post(Side::A, pair.read(2, 0, 65 * 256)), VerbStatus::BadArgument)
      << "more responses than can be told apart";
  pair.settle();
  EXPECT_TRUE(same_bytes(pair, 0, 60'000));
}

TEST(Transfers, SettleWithNothingArmed) {
  Pair pair;
  pair.post(Side::A, pair.write(1, 0, 100));
  pair.settle();
  EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt);
  EXPECT_EQ(pair.a.rnic.next_transmit(), std::nullopt);
  EXPECT_LT(pair.now.time_since_epoch(), std::chrono::milliseconds(1)) << "no timer was waited for";
}

}  // namespace
}  // namespace smclab::rnic
