// SPDX-License-Identifier: MIT
//
// The TCP header of a captured segment, as far as SMC-R needs it: ports, sequence numbers, flags
// and the SMC-R option of RFC 7609 §3.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace smclab::capture {

struct TcpSegment {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;  ///< meaningful where `ack`
  bool fin = false;
  bool syn = false;
  bool rst = false;
  bool ack = false;
  /// Kind, length and value of the experimental option that begins with the SMC-R identifier;
  /// empty where there is none.
  std::span<const std::byte> smc_option;
  std::span<const std::byte> payload;  ///< as far as it was captured
  std::size_t payload_length = 0;      ///< as sent
};

/// Reads a segment whose IP payload is `length` bytes of which `bytes` were captured. Nothing
/// where the header is not whole or contradicts itself.
[[nodiscard]] std::optional<TcpSegment> decode_tcp(std::span<const std::byte> bytes,
                                                   std::size_t length);

}  // namespace smclab::capture
