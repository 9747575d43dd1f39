// SPDX-License-Identifier: MIT
#include "protocol/digest.h"

#include <gtest/gtest.h>

namespace smclab {
namespace {

struct Pair {
  std::uint32_t a = 0;
  std::optional<Psn> b;
  template <class V>
  constexpr void members(V& v) const {
    v(a, b);
  }
};

static_assert(digest_of(Pair{1, Psn{2}}) == digest_of(Pair{1, Psn{2}}));

TEST(Digest, TellsStatesApart) {
  EXPECT_NE(digest_of(Pair{1, Psn{2}}), digest_of(Pair{2, Psn{1}}));
  EXPECT_NE(digest_of(Pair{0, std::nullopt}), digest_of(Pair{0, Psn{0}}));
  EXPECT_NE(digest_of(std::vector<std::uint8_t>{1, 2}), digest_of(std::vector<std::uint8_t>{2, 1}));
}

TEST(Digest, SeesSlotsAndTheirNames) {
  Slots<std::uint32_t, ConnId> a;
  Slots<std::uint32_t, ConnId> b;
  const ConnId id = a.insert(5);
  a.erase(id);
  a.insert(5);
  b.insert(5);
  EXPECT_NE(digest_of(a), digest_of(b)) << "the generations differ";
}

}  // namespace
}  // namespace smclab
