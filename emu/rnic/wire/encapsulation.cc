// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/encapsulation.h"

#include <algorithm>

#include "emu/rnic/wire/bth.h"
#include "emu/rnic/wire/checksum.h"
#include "protocol/wire/encode.h"

namespace smclab::roce {
namespace {

constexpr std::size_t kIpv4ChecksumOffset = 10;
constexpr std::size_t kUdpChecksumOffset = 6;

void put_checksum(std::span<std::byte> place, std::uint16_t checksum) {
  place[0] = static_cast<std::byte>(checksum >> 8);
  place[1] = static_cast<std::byte>(checksum & 0xFF);
}

std::array<std::byte, 4> ipv4_of(const Gid& gid) {
  std::array<std::byte, 4> address;
  std::copy_n(gid.bytes.begin() + 12, 4, address.begin());
  return address;
}

std::size_t write_ipv4(const Envelope& e, std::size_t payload, std::span<std::byte> out) {
  const Ipv4 header{.traffic_class = e.traffic_class,
                    .total_length = static_cast<std::uint16_t>(Ipv4::kSize + payload),
                    .identification = e.identification,
                    .hop_limit = e.hop_limit,
                    .source = ipv4_of(e.source),
                    .destination = ipv4_of(e.destination)};
  const std::size_t size = wire::encode(header, out);
  InternetChecksum checksum;
  checksum.add(out.first(size));
  put_checksum(out.subspan(kIpv4ChecksumOffset, 2), checksum.complement());
  return size;
}

std::size_t write_route(const Envelope& e, std::size_t payload, std::span<std::byte> out) {
  const Grh header{.traffic_class = e.traffic_class,
                   .payload_length = static_cast<std::uint16_t>(payload),
                   .next_header = e.version == Version::V1 ? kGrhNextHeader : kIpProtocolUdp,
                   .hop_limit = e.hop_limit,
                   .source = e.source,
                   .destination = e.destination};
  return wire::encode(header, out);
}

// The checksum over UDP header and payload with the addresses of the IPv6 header before it.
std::uint16_t udp_over_ipv6(std::span<const std::byte> packet, std::size_t udp_length) {
  InternetChecksum checksum;
  checksum.add(packet.subspan(8, 32));  // both addresses
  checksum.add_word(static_cast<std::uint16_t>(udp_length));
  checksum.add_word(kIpProtocolUdp);
  checksum.add(packet.subspan(Grh::kSize, udp_length));
  return checksum.complement();
}

}  // namespace

Network network_of(const Envelope& envelope) noexcept {
  if (envelope.version == Version::V1) return Network::Grh;
  return IpAddress{envelope.source}.is_v4() ? Network::Ipv4 : Network::Ipv6;
}

std::size_t envelope_size(const Envelope& envelope) noexcept {
  return Ethernet::kSize + network_size(network_of(envelope));
}

std::size_t sealed_size(const Envelope& envelope, std::size_t packet_size) noexcept {
  return envelope_size(envelope) + packet_size + kIcrcSize;
}

std::size_t write_envelope(const Envelope& envelope, std::size_t packet_size,
                           std::span<std::byte> out) {
  const Network network = network_of(envelope);
  EtherType type = EtherType::RoceV1;
  if (network == Network::Ipv4) type = EtherType::Ipv4;
  if (network == Network::Ipv6) type = EtherType::Ipv6;
  std::size_t at = wire::encode(
      Ethernet{
          .destination = envelope.destination_mac, .source = envelope.source_mac, .type = type},
      out);
  std::size_t payload = packet_size + kIcrcSize;
  if (network == Network::Grh) return at + write_route(envelope, payload, out.subspan(at));
  payload += Udp::kSize;
  at += network == Network::Ipv4 ? write_ipv4(envelope, payload, out.subspan(at))
                                 : write_route(envelope, payload, out.subspan(at));
  const Udp udp{.source_port = envelope.source_port, .length = static_cast<std::uint16_t>(payload)};
  return at + wire::encode(udp, out.subspan(at));
}

void seal(const Envelope& envelope, std::span<std::byte> frame) {
  SMCLAB_CHECK(frame.size() >= sealed_size(envelope, Bth::kSize));
  const Network network = network_of(envelope);
  const std::span<std::byte> packet = frame.subspan(Ethernet::kSize);
  const std::array<std::byte, 4> icrc =
      icrc_of(network, packet.first(packet.size() - kIcrcSize)).bytes();
  std::copy(icrc.begin(), icrc.end(), packet.last(kIcrcSize).begin());
  if (network != Network::Ipv6) return;
  const std::uint16_t checksum = udp_over_ipv6(packet, packet.size() - Grh::kSize);
  // RFC 8200 §8.1: a sum of zero is sent as ones, since zero means that there is none.
  put_checksum(packet.subspan(Grh::kSize + kUdpChecksumOffset, 2),
               checksum == 0 ? UINT16_MAX : checksum);
}

}  // namespace smclab::roce
