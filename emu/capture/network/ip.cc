// SPDX-License-Identifier: MIT
#include "emu/capture/network/ip.h"

#include <algorithm>

#include "emu/capture/network/big_endian.h"

namespace smclab::capture {
namespace {

void copy(std::span<const std::byte> from, std::span<std::byte> to) {
  std::copy_n(from.begin(), to.size(), to.begin());
}

IpAddress ipv4_at(std::span<const std::byte> bytes, std::size_t at) {
  IpAddress address = ipv4(0, 0, 0, 0);
  copy(bytes.subspan(at, 4), std::span(address.gid.bytes).subspan(12));
  return address;
}

// Splits `bytes` at `header_size`; the sender says that `total` bytes belong to the packet.
void split(std::span<const std::byte> bytes, std::size_t header_size, std::size_t total,
           IpPacket& packet) {
  packet.header = bytes.first(header_size);
  packet.payload_length = total - header_size;
  packet.payload = bytes.subspan(header_size);
  packet.payload = packet.payload.first(std::min(packet.payload.size(), packet.payload_length));
}

std::optional<IpPacket> decode_ipv4(std::span<const std::byte> bytes) {
  constexpr std::size_t kFixed = 20;
  if (bytes.size() < kFixed) return std::nullopt;
  const std::size_t header_size = (byte_at(bytes, 0) & 0xFU) * 4;
  // Zero is what a sender's capture shows where segmentation is left to the device.
  const std::size_t stated = big_endian16(bytes, 2);
  const std::size_t total = stated == 0 ? bytes.size() : stated;
  if (header_size < kFixed || header_size > bytes.size() || total < header_size) {
    return std::nullopt;
  }
  IpPacket packet;
  packet.source = ipv4_at(bytes, 12);
  packet.destination = ipv4_at(bytes, 16);
  packet.protocol = byte_at(bytes, 9);
  constexpr std::uint16_t kMoreFragmentsAndOffset = 0x3FFF;
  packet.fragment = (big_endian16(bytes, 6) & kMoreFragmentsAndOffset) != 0;
  split(bytes, header_size, total, packet);
  return packet;
}

// Extension headers (RFC 8200 §4, AH of RFC 4302) that stand before the payload.
enum : std::uint8_t {
  kHopByHop = 0,
  kRouting = 43,
  kFragment = 44,
  kAuthentication = 51,
  kDestinationOptions = 60,
};

bool is_extension(std::uint8_t next) noexcept {
  return next == kHopByHop || next == kRouting || next == kFragment || next == kAuthentication ||
         next == kDestinationOptions;
}

std::size_t extension_size(std::uint8_t kind, std::uint8_t length) noexcept {
  if (kind == kFragment) return 8;
  return kind == kAuthentication ? (std::size_t{length} + 2) * 4 : (std::size_t{length} + 1) * 8;
}

std::optional<IpPacket> decode_ipv6(std::span<const std::byte> bytes) {
  constexpr std::size_t kFixed = 40;
  if (bytes.size() < kFixed) return std::nullopt;
  IpPacket packet;
  copy(bytes.subspan(8, 16), packet.source.gid.bytes);
  copy(bytes.subspan(24, 16), packet.destination.gid.bytes);
  packet.protocol = byte_at(bytes, 6);
  const std::size_t stated = big_endian16(bytes, 4);
  const std::size_t total = stated == 0 ? bytes.size() : kFixed + stated;
  std::size_t at = kFixed;
  while (is_extension(packet.protocol)) {
    constexpr std::size_t kSmallest = 8;
    if (bytes.size() - at < kSmallest) return std::nullopt;
    const std::size_t size = extension_size(packet.protocol, byte_at(bytes, at + 1));
    if (size > bytes.size() - at) return std::nullopt;
    constexpr std::uint16_t kOffsetAndMoreFragments = 0xFFF9;
    if (packet.protocol == kFragment &&
        (big_endian16(bytes, at + 2) & kOffsetAndMoreFragments) != 0) {
      packet.fragment = true;
    }
    packet.protocol = byte_at(bytes, at);
    at += size;
    // What follows in a fragment other than the first is not a header.
    if (packet.fragment) break;
  }
  if (total < at) return std::nullopt;
  split(bytes, at, total, packet);
  return packet;
}

}  // namespace

std::optional<IpPacket> decode_ip(std::span<const std::byte> bytes) {
  if (bytes.empty()) return std::nullopt;
  const unsigned version = byte_at(bytes, 0) >> 4U;
  if (version == 4) return decode_ipv4(bytes);
  if (version == 6) return decode_ipv6(bytes);
  return std::nullopt;
}

}  // namespace smclab::capture
