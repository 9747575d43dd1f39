// SPDX-License-Identifier: MIT
#include "protocol/wire/cdc.h"

#include <gtest/gtest.h>

#include <array>

#include "protocol/wire/decode.h"
#include "protocol/wire/dissect.h"
#include "protocol/wire/encode.h"

namespace smclab::wire {
namespace {

static_assert(encoded_size(Cdc{}) == Cdc::kSize);

constexpr Cdc round_trip(const Cdc& cdc) {
  std::array<std::byte, Cdc::kSize> bytes{};
  encode(cdc, bytes);
  return *decode<Cdc>(bytes);
}
static_assert(round_trip({.sequence = 7, .producer = {3, 9}, .abnormal_close = true}) ==
              Cdc{.sequence = 7, .producer = {3, 9}, .abnormal_close = true});

// "CDC: prod wrap 1/0x10, cons 0/0xf000, write-blocked" of the protocol notes' vectors.
TEST(Cdc, DecodesAWriteBlockedUpdate) {
  std::array<std::byte, Cdc::kSize> bytes{};
  const std::array<unsigned char, 26> head = {0xfe, 0x2c, 0,    2, 0, 0, 0, 9, 0, 0,    0, 1,    0,
                                              0,    0,    0x10, 0, 0, 0, 0, 0, 0, 0xf0, 0, 0x80, 0};
  for (std::size_t i = 0; i < head.size(); ++i) bytes[i] = std::byte{head[i]};
  const auto cdc = decode<Cdc>(bytes);
  ASSERT_TRUE(cdc);
  EXPECT_EQ(cdc->sequence, 2);
  EXPECT_EQ(cdc->token.value, 9U);
  EXPECT_EQ(cdc->producer, (CdcCursor{1, 0x10}));
  EXPECT_EQ(cdc->consumer, (CdcCursor{0, 0xf000}));
  EXPECT_TRUE(cdc->write_blocked);
  EXPECT_FALSE(cdc->sending_done);
  std::array<std::byte, Cdc::kSize> again{};
  EXPECT_EQ(encode(*cdc, again), Cdc::kSize);
  EXPECT_EQ(again, bytes);
}

TEST(Cdc, RefusesEveryShorterInputWithTheFieldAndOffset) {
  std::array<std::byte, Cdc::kSize> bytes{};
  encode(Cdc{.sequence = 1}, bytes);
  for (std::size_t size = 0; size < Cdc::kSize; ++size) {
    const auto cdc = decode<Cdc>(std::span(bytes).first(size));
    ASSERT_FALSE(cdc) << size;
    EXPECT_LE(cdc.error().offset, size);
  }
}

TEST(Cdc, RefusesALengthThatDisagrees) {
  std::array<std::byte, Cdc::kSize> bytes{};
  encode(Cdc{}, bytes);
  bytes[1] = std::byte{43};
  const auto cdc = decode<Cdc>(bytes);
  ASSERT_FALSE(cdc);
  EXPECT_EQ(cdc.error(), (DecodeError{"length", 1, Fault::BadLength}));
}

}  // namespace
}  // namespace smclab::wire
