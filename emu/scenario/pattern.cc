// SPDX-License-Identifier: MIT
#include "emu/scenario/pattern.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace smclab::scenario {
namespace {

constexpr std::size_t kWord = 8;

// Little endian whatever the machine, so that a stream is the same everywhere. Compilers make
// one store of it.
void put_word(std::uint64_t word, std::byte* out) noexcept {
  for (std::size_t i = 0; i < kWord; ++i) out[i] = static_cast<std::byte>(word >> (8 * i));
}

}  // namespace

void Pattern::fill(std::uint64_t offset, std::span<std::byte> out) const noexcept {
  std::array<std::byte, kWord> whole{};
  while (!out.empty()) {
    const std::size_t skip = offset % kWord;
    if (skip == 0 && out.size() >= kWord) {
      put_word(word(offset / kWord), out.data());
      offset += kWord;
      out = out.subspan(kWord);
      continue;
    }
    put_word(word(offset / kWord), whole.data());
    const std::size_t part = std::min(kWord - skip, out.size());
    std::memcpy(out.data(), whole.data() + skip, part);
    offset += part;
    out = out.subspan(part);
  }
}

std::optional<std::size_t> Pattern::mismatch(std::uint64_t offset,
                                             std::span<const std::byte> bytes) const noexcept {
  std::array<std::byte, 256> expected{};
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t part = std::min(expected.size(), bytes.size() - done);
    fill(offset + done, std::span(expected).first(part));
    const auto piece = bytes.subspan(done, part);
    const auto [want, got] =
        std::mismatch(expected.begin(), expected.begin() + part, piece.begin());
    if (got != piece.end()) return done + static_cast<std::size_t>(got - piece.begin());
    done += part;
  }
  return std::nullopt;
}

}  // namespace smclab::scenario
