// SPDX-License-Identifier: MIT
#include "protocol/wire/tcp_option.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/wire/decode.h"
#include "tests/wire/hex.h"

namespace smclab::wire {
namespace {

/// Where the option begins, or -1.
std::ptrdiff_t place(const Bytes& options) {
  const auto found = find_smcr_option(options);
  return found.empty() ? -1 : found.data() - options.data();
}

TEST(TcpOption, IsFoundAmongOthers) {
  EXPECT_EQ(place(from_hex("fe06e2d4c3d9")), 0);
  EXPECT_EQ(place(from_hex("0101fe06e2d4c3d9")), 2);
  EXPECT_EQ(place(from_hex("020405b40402080a0000000100000000 010303070101fe06e2d4c3d9")), 22);
  EXPECT_EQ(place(from_hex("fe06e2d4c3d9fe06e2d4c3d9")), 0);
}

TEST(TcpOption, OtherExperimentsAreNot) {
  EXPECT_EQ(place({}), -1);
  EXPECT_EQ(place(from_hex("fe06e2d4c3d8")), -1);
  EXPECT_EQ(place(from_hex("fd06e2d4c3d9")), -1);
  EXPECT_EQ(place(from_hex("fe04f989")), -1);
  EXPECT_EQ(place(from_hex("fe06f9890101fe06e2d4c3d9")), 6);
}

TEST(TcpOption, LengthsAreTakenAsTheKernelTakesThem) {
  EXPECT_EQ(place(from_hex("fe07e2d4c3d900")), -1);
  EXPECT_EQ(place(from_hex("fe08e2d4c3d90000")), 0);
  EXPECT_EQ(find_smcr_option(from_hex("fe08e2d4c3d9000001")).size(), 8U);
  EXPECT_EQ(place(from_hex("fe05e2d4c3d9")), -1);
}

TEST(TcpOption, GarbageEndsTheSearch) {
  EXPECT_EQ(place(from_hex("00fe06e2d4c3d9")), -1);        // end of list
  EXPECT_EQ(place(from_hex("fe")), -1);                    // no length
  EXPECT_EQ(place(from_hex("0200fe06e2d4c3d9")), -1);      // length 0 would never end
  EXPECT_EQ(place(from_hex("0201fe06e2d4c3d9")), -1);      // shorter than its own head
  EXPECT_EQ(place(from_hex("02ff05b4fe06e2d4c3d9")), -1);  // longer than what is there
  EXPECT_EQ(place(from_hex("fe06e2d4c3")), -1);            // cut
}

TEST(TcpOption, LongerOnesDecodeToo) {
  const Bytes longer = from_hex("fe08e2d4c3d90000");
  const auto option = decode<SmcrOption>(longer);
  ASSERT_TRUE(option);
  EXPECT_EQ(option->length, 8);
  EXPECT_FALSE(decode<SmcrOption>(from_hex("fe06e2d4c3d8")));
}

static_assert(find_smcr_option(kPaddedSmcrOption).size() == SmcrOption::kSize);

}  // namespace
}  // namespace smclab::wire
