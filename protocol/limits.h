// SPDX-License-Identifier: MIT
//
// The bounds of the core: how much it may ever hold, and how wide its numbers are. A checker
// shrinks the widths so that wraps happen after a few messages; a peer must use the same ones.
#pragma once

#include <cstddef>
#include <cstdint>

namespace smclab {

/// Number widths and ring sizes. The defaults are the protocol's; anything else is for checkers.
struct Widths {
  unsigned sequence_bits = 16;           ///< CDC sequence number
  unsigned wrap_bits = 16;               ///< cursor wrap count
  std::uint32_t smallest_ring = 16'384;  ///< bytes; ring sizes are this times a power of two
  bool operator==(const Widths&) const = default;
};

/// Hard bounds of one Endpoint. Reaching one refuses the connection or the message, never more.
struct Limits {
  std::uint32_t connections = 65'536;        ///< live at once on this host
  std::uint32_t link_groups = 4'096;         ///< live at once on this host
  std::uint32_t pending_handshakes = 1'024;  ///< CLC exchanges under way at once
  std::uint8_t connections_per_group = 255;  ///< RFC 7609 §2.2: an RMB has 255 elements
  std::uint8_t rmbs_per_group = 255;         ///< RTokens a group remembers of its peer
  std::uint8_t send_slots_per_link = 16;     ///< Linux: SMC_WR_BUF_CNT, messages in flight
  std::uint8_t receive_slots_per_link = 48;  ///< Linux: receives posted per queue pair
  std::uint8_t largest_size_code = 5;        ///< RFC 7609 A.2.3: 16 KiB · 2^5 = 512 KiB
  std::uint8_t largest_peer_size_code = 15;  ///< Linux 6.11 and later may send up to 15
  bool operator==(const Limits&) const = default;
};

/// The largest message of any kind: LLC v2 goes up to 8,192 bytes.
inline constexpr std::uint32_t kLargestMessage = 8'192;
/// Enterprise ids of a host (Linux: MAX_UEID).
inline constexpr std::size_t kMostUeids = 4;
/// All v1 LLC and all CDC messages have this size.
inline constexpr std::uint32_t kMessageSize = 44;

}  // namespace smclab
