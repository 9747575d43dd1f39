// SPDX-License-Identifier: MIT
//
// One TCP segment in its Ethernet and IP frame, as the world sends it and the emu stage draws it
// for its capture (RFC 9293 §3.1): no
// timestamps, no selective acknowledgement; MSS, window scale and the SMC-R option (RFC 7609
// §3.1) in SYN and SYN-ACK. Checksums are right, so that a capture shows nothing odd.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "protocol/types.h"

namespace smclab::tcp {

/// One end of a TCP connection.
struct TcpAddress {
  IpAddress ip;
  std::uint16_t port = 0;
  auto operator<=>(const TcpAddress&) const = default;
};

struct TcpFlags {
  bool syn = false;
  bool ack = false;
  bool fin = false;
  bool rst = false;
  bool psh = false;
  bool operator==(const TcpFlags&) const = default;
};

/// The options that our SYNs carry; nothing else is understood.
struct TcpOptions {
  std::uint16_t mss = 0;  ///< 0: absent
  std::optional<std::uint8_t> window_scale;
  bool smc = false;  ///< kind 254 with the experiment identifier of SMC-R
  bool operator==(const TcpOptions&) const = default;
};

struct TcpSegment {
  TcpAddress source;
  TcpAddress destination;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  TcpFlags flags;
  std::uint16_t window = 0;  ///< as on the wire, not scaled
  TcpOptions options;
  std::span<const std::byte> payload;  ///< a view; of the frame after decode_segment
};

/// Sequence numbers that the segment takes: its payload, SYN and FIN (RFC 9293 §3.4).
[[nodiscard]] constexpr std::uint32_t sequence_length(const TcpSegment& segment) noexcept {
  return static_cast<std::uint32_t>(segment.payload.size()) + (segment.flags.syn ? 1U : 0U) +
         (segment.flags.fin ? 1U : 0U);
}

/// The Ethernet addresses of a frame.
struct EthernetPair {
  Mac source;
  Mac destination;
};

/// Replaces `frame` by the whole Ethernet frame of the segment. Both addresses are IPv4 or both
/// are IPv6.
void encode_segment(const TcpSegment& segment, const EthernetPair& macs,
                    std::vector<std::byte>& frame);

/// The segment in an Ethernet frame; nothing when it is not TCP or does not hold together.
[[nodiscard]] std::optional<TcpSegment> decode_segment(std::span<const std::byte> frame);

/// Bytes of IP and TCP headers without options, which an MTU holds beside the MSS.
[[nodiscard]] constexpr std::uint32_t tcp_overhead(const IpAddress& address) noexcept {
  return address.is_v4() ? 40U : 60U;
}

}  // namespace smclab::tcp
