// SPDX-License-Identifier: MIT
#include "emu/world/chance.h"

#include <bit>

#include "protocol/check.h"

namespace smclab::world {
namespace {

/// SplitMix64, the seeding that the authors of xoshiro recommend.
std::uint64_t split_mix(std::uint64_t& state) noexcept {
  state += 0x9E37'79B9'7F4A'7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBULL;
  return z ^ (z >> 31);
}

}  // namespace

Dice::Dice(std::uint64_t seed, std::string_view name, std::uint64_t index) {
  std::uint64_t mixed = seed;
  mixed = split_mix(mixed);
  for (const char c : name) {
    mixed ^= static_cast<unsigned char>(c);
    mixed = split_mix(mixed);
  }
  mixed ^= index;
  mixed = split_mix(mixed);
  for (std::uint64_t& word : state_) word = split_mix(mixed);
}

std::uint64_t Dice::next() noexcept {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Dice::below(std::uint64_t bound) noexcept {
  SMCLAB_CHECK(bound != 0);
  if (std::has_single_bit(bound)) return next() & (bound - 1);
  // The largest multiple of bound is where the unbiased part of the range ends.
  const std::uint64_t end = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t drawn = next();
  while (drawn >= end) drawn = next();
  return drawn % bound;
}

bool Dice::happens(Probability probability) noexcept {
  if (probability.per_billion == 0) return false;
  if (probability.per_billion >= Probability::kAlways) return true;
  return below(Probability::kAlways) < probability.per_billion;
}

Duration Dice::up_to(Duration longest) noexcept {
  if (longest <= Duration{}) return Duration{};
  return Duration{
      static_cast<Duration::rep>(below(static_cast<std::uint64_t>(longest.count()) + 1))};
}

}  // namespace smclab::world
