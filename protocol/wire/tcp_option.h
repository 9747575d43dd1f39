// SPDX-License-Identifier: MIT
//
// The TCP option by which both ends of a connection say that they can do SMC-R: in SYN and
// SYN-ACK, kind 254, told from other experiments by the letters "SMCR" in EBCDIC (RFC 7609 A.1,
// RFC 6994). Without it in both segments no CLC byte may flow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/wire/field_list.h"

namespace smclab::wire {

struct SmcrOption {
  static constexpr bool is_message = true;
  static constexpr std::uint8_t kKind = 254;
  static constexpr std::uint32_t kExId = 0xE2D4C3D9;
  static constexpr std::uint8_t kSize = 6;

  std::uint8_t length = kSize;  ///< Linux takes any even length from 6 on, and sends 6
  bool operator==(const SmcrOption&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.constant("kind", 1, kKind);
    v.number("length", 1, self.length);
    v.constant("ex_id", 4, kExId);
    if (self.length > kSize) v.reserved(self.length - std::size_t{kSize});
  }
};

/// The option as Linux writes it, two NOPs in front so that it fills eight bytes.
inline constexpr std::array<std::byte, 8> kPaddedSmcrOption = {
    std::byte{0x01}, std::byte{0x01}, std::byte{0xFE}, std::byte{0x06},
    std::byte{0xE2}, std::byte{0xD4}, std::byte{0xC3}, std::byte{0xD9}};
/// The bare option, six bytes.
inline constexpr std::span<const std::byte, SmcrOption::kSize> kSmcrOption =
    std::span(kPaddedSmcrOption).last<SmcrOption::kSize>();

/// Finds the option in the options of a TCP header (the bytes behind the first 20) and returns
/// its bytes, kind and length included; empty if it is not there. Any input is fine: the search
/// ends where the list does, or where it stops making sense, like the kernel's.
[[nodiscard]] constexpr std::span<const std::byte> find_smcr_option(
    std::span<const std::byte> options) noexcept {
  constexpr std::byte kEnd{0};
  constexpr std::byte kNop{1};
  while (!options.empty() && options[0] != kEnd) {
    if (options[0] == kNop) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2) return {};
    const auto length = std::to_integer<std::size_t>(options[1]);
    if (length < 2 || length > options.size()) return {};
    bool found = options[0] == kSmcrOption[0] && length % 2 == 0 && length >= SmcrOption::kSize;
    for (std::size_t i = 2; found && i < SmcrOption::kSize; ++i) {
      found = options[i] == kSmcrOption[i];
    }
    if (found) return options.first(length);
    options = options.subspan(length);
  }
  return {};
}

}  // namespace smclab::wire
