// SPDX-License-Identifier: MIT
//
// The bytes that synthetic workloads send: a function of (key, offset), so that a receiver can
// verify any piece of a stream of any length without storing it. A byte that is lost, repeated,
// moved or taken from another stream is found with near certainty within eight bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace smclab::scenario {

/// One stream's bytes.
class Pattern {
 public:
  constexpr explicit Pattern(std::uint64_t key) noexcept : key_(key) {}

  /// Writes the bytes from `offset` of the stream on.
  void fill(std::uint64_t offset, std::span<std::byte> out) const noexcept;
  /// The index in `bytes` of the first one that is not what the stream has from `offset` on.
  [[nodiscard]] std::optional<std::size_t> mismatch(
      std::uint64_t offset, std::span<const std::byte> bytes) const noexcept;
  bool operator==(const Pattern&) const = default;

 private:
  [[nodiscard]] constexpr std::uint64_t word(std::uint64_t index) const noexcept {
    std::uint64_t x = key_ + index * 0x9E37'79B9'7F4A'7C15ULL;
    x = (x ^ (x >> 32)) * 0xD6E8'FEB8'6659'FD93ULL;
    return x ^ (x >> 29);
  }
  std::uint64_t key_;
};

}  // namespace smclab::scenario
