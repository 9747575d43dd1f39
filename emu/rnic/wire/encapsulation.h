// SPDX-License-Identifier: MIT
//
// Puts a RoCE packet into Ethernet, network headers and an ICRC, and takes it out again, in a
// buffer of the caller's. RoCEv2 is IPv4 or IPv6 by its addresses; both ends are of one family.
#pragma once

#include <cstdint>
#include <span>

#include "emu/rnic/wire/icrc.h"
#include "emu/rnic/wire/network_headers.h"
#include "protocol/result.h"
#include "protocol/types.h"

namespace smclab::roce {

enum class Version : std::uint8_t { V1, V2 };

/// The UDP source port of a connection: it spreads queue pairs over the paths of a network.
/// 0xC000…0xFFFF, from the product of both numbers as Linux drivers choose it.
[[nodiscard]] constexpr std::uint16_t source_port(Qpn local, Qpn peer) noexcept {
  std::uint64_t product = std::uint64_t{local.value} * peer.value;
  product ^= product >> 20 ^ product >> 40;
  const auto flow = static_cast<std::uint32_t>(product & 0xF'FFFF);
  return static_cast<std::uint16_t>(0xC000 | ((flow ^ flow >> 14) & 0x3FFF));
}

/// Everything in front of the BTH.
struct Envelope {
  Mac source_mac;
  Mac destination_mac;
  Gid source;
  Gid destination;
  Version version = Version::V2;
  std::uint8_t traffic_class = 0;  ///< DSCP and ECN
  std::uint8_t hop_limit = 64;
  std::uint16_t identification = 0;  ///< of IPv4; senders that do not fragment write 0
  std::uint16_t source_port = 0;     ///< of UDP
  bool operator==(const Envelope&) const = default;
};

/// What the ICRC begins with under this envelope.
[[nodiscard]] Network network_of(const Envelope& envelope) noexcept;

/// Bytes in front of the BTH, Ethernet among them: at most kLargestEnvelope.
[[nodiscard]] std::size_t envelope_size(const Envelope& envelope) noexcept;
inline constexpr std::size_t kLargestEnvelope = 62;

/// The size of the Ethernet frame that carries a packet of `packet_size` bytes from BTH to pad.
[[nodiscard]] std::size_t sealed_size(const Envelope& envelope, std::size_t packet_size) noexcept;

/// Writes Ethernet and network headers for a packet of `packet_size` bytes, which the caller puts
/// behind them, and returns their size. The packet is not complete before seal().
std::size_t write_envelope(const Envelope& envelope, std::size_t packet_size,
                           std::span<std::byte> out);

/// Completes a frame: `frame` is envelope, packet and 4 bytes of room. Writes the ICRC, and over
/// IPv6 the UDP checksum.
void seal(const Envelope& envelope, std::span<std::byte> frame);

/// A packet out of its envelope.
struct Opened {
  Envelope envelope;
  std::span<const std::byte> packet;  ///< BTH to the end of the pad, inside the input
};

/// Takes an Ethernet frame apart and checks lengths, checksums and the ICRC. Bytes behind the
/// packet (Ethernet pads short frames) are ignored. MACs are filled in, and nothing is compared
/// with any own address.
[[nodiscard]] Result<Opened> open_ethernet(std::span<const std::byte> frame);

/// The same from the network header on, for captures and sockets without Ethernet.
[[nodiscard]] Result<Opened> open_network(EtherType type, std::span<const std::byte> packet);

}  // namespace smclab::roce
