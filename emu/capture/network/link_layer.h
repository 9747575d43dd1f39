// SPDX-License-Identifier: MIT
//
// From a captured packet to what its link layer carries, for the link types that SMC-R is met on:
// Ethernet with any number of VLAN tags (802.1Q, 802.1ad), Linux cooked captures v1 and v2, raw
// IP, BSD loopback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "emu/capture/captured_packet.h"

namespace smclab::capture {

inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86DD;
inline constexpr std::uint16_t kEtherTypeRoceV1 = 0x8915;

struct LinkPayload {
  std::uint16_t ether_type = 0;  ///< below 0x600 it is an 802.3 length
  std::span<const std::byte> bytes;
};

/// Nothing where the link type is not known here or the header is cut off.
[[nodiscard]] std::optional<LinkPayload> link_payload(const CapturedPacket& packet);

/// Whether link_payload knows this link type.
[[nodiscard]] bool is_known(LinkType type) noexcept;

}  // namespace smclab::capture
