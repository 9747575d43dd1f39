// SPDX-License-Identifier: MIT
#include "emu/capture/network/link_layer.h"

#include "emu/capture/network/big_endian.h"

namespace smclab::capture {
namespace {

constexpr bool is_vlan_tag(std::uint16_t ether_type) noexcept {
  return ether_type == 0x8100 || ether_type == 0x88A8 || ether_type == 0x9100;
}

// A header of `size` bytes with the EtherType at `type_at`, VLAN tags behind it.
std::optional<LinkPayload> with_ether_type(std::span<const std::byte> bytes, std::size_t type_at,
                                           std::size_t size) {
  if (bytes.size() < size) return std::nullopt;
  std::uint16_t type = big_endian16(bytes, type_at);
  bytes = bytes.subspan(size);
  while (is_vlan_tag(type)) {
    constexpr std::size_t kTag = 4;  // priority and VLAN, then the next EtherType
    if (bytes.size() < kTag) return std::nullopt;
    type = big_endian16(bytes, 2);
    bytes = bytes.subspan(kTag);
  }
  return LinkPayload{type, bytes};
}

std::optional<LinkPayload> by_ip_version(std::span<const std::byte> bytes) {
  if (bytes.empty()) return std::nullopt;
  const unsigned version = byte_at(bytes, 0) >> 4U;
  if (version == 4) return LinkPayload{kEtherTypeIpv4, bytes};
  if (version == 6) return LinkPayload{kEtherTypeIpv6, bytes};
  return std::nullopt;
}

}  // namespace

std::optional<LinkPayload> link_payload(const CapturedPacket& packet) {
  constexpr std::size_t kFamily = 4;
  switch (packet.link_type) {
    case LinkType::Ethernet:
      return with_ether_type(packet.bytes, 12, 14);
    case LinkType::LinuxCooked:
      return with_ether_type(packet.bytes, 14, 16);
    case LinkType::LinuxCooked2:
      return with_ether_type(packet.bytes, 0, 20);
    case LinkType::RawIp:
    case LinkType::RawIpv4:
    case LinkType::RawIpv6:
      return by_ip_version(packet.bytes);
    case LinkType::Null:
    case LinkType::Loop:
      // The family's number differs by system and byte order; the IP version does not.
      if (packet.bytes.size() < kFamily) return std::nullopt;
      return by_ip_version(packet.bytes.subspan(kFamily));
  }
  return std::nullopt;
}

bool is_known(LinkType type) noexcept {
  switch (type) {
    case LinkType::Null:
    case LinkType::Ethernet:
    case LinkType::RawIp:
    case LinkType::Loop:
    case LinkType::LinuxCooked:
    case LinkType::RawIpv4:
    case LinkType::RawIpv6:
    case LinkType::LinuxCooked2:
      return true;
  }
  return false;
}

}  // namespace smclab::capture
