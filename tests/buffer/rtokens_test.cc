// SPDX-License-Identifier: MIT
#include "protocol/buffer/rtokens.h"

#include <gtest/gtest.h>

#include "protocol/digest.h"

namespace smclab {
namespace {

constexpr LinkId kFirst{1, 0};
constexpr LinkId kSecond{2, 0};

Rtoken token(std::uint32_t key) {
  return {{key}, {0x1'0000ULL * key}};
}

TEST(Rtokens, ThePairToldTwiceIsOneRtoken) {
  Rtokens rtokens(3);
  const auto rmb = rtokens.add(kFirst, token(7));
  ASSERT_TRUE(rmb);
  EXPECT_EQ(rtokens.add(kFirst, token(7)), rmb);
  EXPECT_EQ(rtokens.size(), 1U);
  EXPECT_NE(rtokens.add(kFirst, {{7}, {0x1234}}), rmb) << "another address is another RMB";
  EXPECT_NE(rtokens.add(kSecond, token(7)), rmb) << "a key means something on one link only";
}

TEST(Rtokens, RemembersNoMoreThanItsLimit) {
  Rtokens rtokens(255);
  for (std::uint32_t key = 0; key < 255; ++key) ASSERT_TRUE(rtokens.add(kFirst, token(key)));
  EXPECT_TRUE(rtokens.full());
  EXPECT_EQ(rtokens.add(kFirst, token(255)), std::nullopt);
  EXPECT_TRUE(rtokens.add(kFirst, token(13))) << "what is known stays known";
  EXPECT_TRUE(rtokens.erase(kFirst, {100}));
  EXPECT_EQ(rtokens.add(kFirst, token(255)), PeerRmb{100}) << "the free number is given again";
}

TEST(Rtokens, HoldsOneTokenALinkForEachRmb) {
  Rtokens rtokens(255);
  const PeerRmb a = *rtokens.add(kFirst, token(1));
  const PeerRmb b = *rtokens.add(kFirst, token(2));
  rtokens.add_link(a, kSecond, token(11));
  rtokens.add_link(b, kSecond, token(12));
  rtokens.add_link(b, kSecond, token(13));
  EXPECT_EQ(rtokens.size(), 2U);
  EXPECT_EQ(rtokens.find(a, kSecond), token(11));
  EXPECT_EQ(rtokens.find(b, kSecond), token(13)) << "the later one counts";
  EXPECT_EQ(rtokens.find(kSecond, Rkey{11}), a);
  EXPECT_EQ(rtokens.find(kFirst, Rkey{11}), std::nullopt);
  EXPECT_TRUE(rtokens.erase(kSecond, {11}));
  EXPECT_EQ(rtokens.find(a, kFirst), std::nullopt) << "deleted on all links";
  EXPECT_FALSE(rtokens.erase(kFirst, {99}));
}

TEST(Rtokens, ForgetsALink) {
  Rtokens rtokens(255);
  const PeerRmb a = *rtokens.add(kFirst, token(1));
  rtokens.add_link(a, kSecond, token(2));
  const std::uint64_t before = digest_of(rtokens);
  rtokens.erase_link(kFirst);
  EXPECT_NE(digest_of(rtokens), before);
  EXPECT_EQ(rtokens.find(a, kSecond), token(2));
  rtokens.erase_link(kSecond);
  EXPECT_EQ(rtokens.size(), 0U);
}

TEST(RtokensDeathTest, AnUnknownRmbIsOurBug) {
  Rtokens rtokens(255);
  EXPECT_DEATH(rtokens.add_link({3}, kFirst, token(1)), "does not hold");
}

}  // namespace
}  // namespace smclab
