// SPDX-License-Identifier: MIT
//
// The invariant CRC at the end of every RoCE packet (InfiniBand 7.8.1, annexes A16 and A17): a
// CRC-32 over what no switch or router changes. The fields they do change count as all ones:
// traffic class, hop limit, flow label, checksums, the congestion byte of the BTH, and, in place
// of the local route header that RoCE does not have, eight bytes of ones at the beginning.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace smclab::roce {

/// What stands in front of the BTH.
enum class Network : std::uint8_t {
  Ipv4,  ///< IPv4 without options, UDP
  Ipv6,  ///< IPv6, UDP
  Grh,   ///< RoCEv1
};

/// Bytes of the network headers, Ethernet not among them.
[[nodiscard]] constexpr std::size_t network_size(Network network) noexcept {
  switch (network) {
    case Network::Ipv4:
      return 28;
    case Network::Ipv6:
      return 48;
    case Network::Grh:
      return 40;
  }
  return 0;
}

/// An ICRC in the making, so that a fabric can compute it over headers and slices where they lie.
class Icrc {
 public:
  /// `headers`: the network headers and the 12 bytes of the BTH, as they are on the wire, and
  /// nothing else.
  Icrc(Network network, std::span<const std::byte> headers) noexcept;
  /// Extended headers, payload and pad, in order and in any pieces.
  void add(std::span<const std::byte> bytes) noexcept;
  [[nodiscard]] std::uint32_t crc() const noexcept { return crc_; }
  /// As it stands in the packet: least significant byte first.
  [[nodiscard]] std::array<std::byte, 4> bytes() const noexcept;

 private:
  std::uint32_t crc_ = 0;
};

/// The ICRC of a packet in one piece, from its network headers to the end of its pad; at least
/// network_size() and a BTH.
[[nodiscard]] Icrc icrc_of(Network network, std::span<const std::byte> packet) noexcept;

}  // namespace smclab::roce
