// SPDX-License-Identifier: MIT
#include "protocol/chance.h"

#include <gtest/gtest.h>

#include <set>

namespace smclab {
namespace {

constexpr std::array<std::uint64_t, 4> kSeed = {1, 2, 3, 4};

// Input 00 01 … 07 under the key 00 01 … 0f, from the authors' list of vectors.
constexpr std::uint64_t hash_of_eight_bytes() {
  detail::SipHash hash(0x0706'0504'0302'0100, 0x0F0E'0D0C'0B0A'0908);
  hash.add(0x0706'0504'0302'0100);
  return hash.finish();
}
static_assert(hash_of_eight_bytes() == 0x93F5'F579'9A93'2462);

TEST(Chance, RepeatsItselfForOneSeedAndDiffersForAnother) {
  Chance a;
  Chance b;
  Chance c;
  a.stir(kSeed);
  b.stir(kSeed);
  c.stir({1, 2, 3, 5});
  EXPECT_EQ(a, b);
  const std::uint64_t first = a.draw(64);
  EXPECT_EQ(first, b.draw(64));
  EXPECT_NE(first, c.draw(64));
  EXPECT_EQ(a, b);
}

TEST(Chance, NeverRepeatsWhatItDrewWhenMoreEntropyComes) {
  Chance chance;
  chance.stir(kSeed);
  std::set<std::uint64_t> drawn;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(drawn.insert(chance.draw(64)).second);
  chance.stir({});
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(drawn.insert(chance.draw(64)).second);
}

TEST(Chance, DrawsAsManyBitsAsAreAskedFor) {
  Chance chance;
  chance.stir({});
  EXPECT_TRUE(chance.seeded());
  for (unsigned bits = 1; bits < 64; ++bits) {
    for (int i = 0; i < 10; ++i) EXPECT_EQ(chance.draw(bits) >> bits, 0U);
  }
}

TEST(ChanceDeathTest, HasNoSourceOfItsOwn) {
  Chance chance;
  EXPECT_FALSE(chance.seeded());
  EXPECT_DEATH((void)chance.draw(8), "seeded_");
}

}  // namespace
}  // namespace smclab
