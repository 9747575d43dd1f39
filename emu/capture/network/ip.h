// SPDX-License-Identifier: MIT
//
// The IP header of a captured packet: IPv4 with options, IPv6 with extension headers. Fragments
// are recognised and not put together: SMC-R never sends any (RoCE and its ICRC forbid it, CLC
// messages are small).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "protocol/types.h"

namespace smclab::capture {

inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;

struct IpPacket {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;           ///< of the payload, behind all extension headers
  bool fragment = false;               ///< the payload is not whole
  std::span<const std::byte> header;   ///< from the version to the payload
  std::span<const std::byte> payload;  ///< as far as it was captured, without link padding
  std::size_t payload_length = 0;      ///< as sent; more than `payload` holds where it was cut
};

/// Nothing where the bytes are no IP header, or too few for one.
[[nodiscard]] std::optional<IpPacket> decode_ip(std::span<const std::byte> bytes);

}  // namespace smclab::capture
