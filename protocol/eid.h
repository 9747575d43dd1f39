// SPDX-License-Identifier: MIT
//
// Enterprise ids: the names that hosts must share to speak SMC version 2 with each other, where
// version 1 asks for a common subnet. Administrators choose them (Linux: `smcr ueid add`).
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

namespace smclab {

/// An enterprise id as it is on the wire: 32 characters, blank padded, not terminated. Compare the
/// bytes; printing what a peer sent must expect any byte.
struct Eid {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const Eid&) const = default;
};

/// The id that a user means by `name`: 1 to 32 characters, the first A-Z or 0-9, the others also
/// dots and hyphens (Linux: smc_clc_ueid_valid). Nothing for any other name.
[[nodiscard]] constexpr std::optional<Eid> make_eid(std::string_view name) noexcept {
  Eid eid;
  if (name.empty() || name.size() > eid.bytes.size()) return std::nullopt;
  const auto plain = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (!plain(name.front())) return std::nullopt;
  eid.bytes.fill(std::byte{' '});
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!plain(name[i]) && name[i] != '.' && name[i] != '-') return std::nullopt;
    eid.bytes[i] = static_cast<std::byte>(name[i]);
  }
  return eid;
}

}  // namespace smclab
