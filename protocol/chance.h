// SPDX-License-Identifier: MIT
//
// Where keys, tokens and PSNs come from: a generator that makes what it was given last longer and
// has no source of its own. In a world the seed is the scenario's, so a run can be repeated; on a
// real stage it is the operating system's, so a peer cannot guess the next token.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "protocol/check.h"

namespace smclab {

namespace detail {

/// SipHash-2-4 (Aumasson and Bernstein, 2012) over whole words.
class SipHash {
 public:
  constexpr SipHash(std::uint64_t key0, std::uint64_t key1) noexcept
      : v0_(key0 ^ 0x736F'6D65'7073'6575),
        v1_(key1 ^ 0x646F'7261'6E64'6F6D),
        v2_(key0 ^ 0x6C79'6765'6E65'7261),
        v3_(key1 ^ 0x7465'6462'7974'6573) {}
  constexpr void add(std::uint64_t word) noexcept {
    v3_ ^= word;
    rounds(2);
    v0_ ^= word;
    bytes_ += 8;
  }
  [[nodiscard]] constexpr std::uint64_t finish() noexcept {
    add(bytes_ << 56);
    v2_ ^= 0xFF;
    rounds(4);
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  constexpr void rounds(int count) noexcept {
    for (int i = 0; i < count; ++i) {
      v0_ += v1_;
      v1_ = std::rotl(v1_, 13) ^ v0_;
      v0_ = std::rotl(v0_, 32);
      v2_ += v3_;
      v3_ = std::rotl(v3_, 16) ^ v2_;
      v0_ += v3_;
      v3_ = std::rotl(v3_, 21) ^ v0_;
      v2_ += v1_;
      v1_ = std::rotl(v1_, 17) ^ v2_;
      v2_ = std::rotl(v2_, 32);
    }
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
  std::uint64_t bytes_ = 0;
};

}  // namespace detail

/// A keyed pseudo-random function over a counter. A plain generator would not do: its next
/// numbers follow from a few that were seen, and peers are shown keys and tokens.
class Chance {
 public:
  /// Mixes 256 bits in. The first call makes the generator usable.
  constexpr void stir(const std::array<std::uint64_t, 4>& words) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) key_[i] ^= words[i];
    seeded_ = true;
  }
  [[nodiscard]] constexpr bool seeded() const noexcept { return seeded_; }

  /// The next `bits` bits, 1…64.
  constexpr std::uint64_t draw(unsigned bits) noexcept {
    SMCLAB_CHECK(seeded_ && bits >= 1 && bits <= 64);
    detail::SipHash hash(key_[0], key_[1]);
    hash.add(key_[2]);
    hash.add(key_[3]);
    hash.add(drawn_++);
    return hash.finish() >> (64 - bits);
  }

  bool operator==(const Chance&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(key_, drawn_, seeded_);
  }

 private:
  std::array<std::uint64_t, 4> key_{};  // two words of key, two that begin every message
  std::uint64_t drawn_ = 0;
  bool seeded_ = false;
};

}  // namespace smclab
