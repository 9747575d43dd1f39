// SPDX-License-Identifier: MIT
//
// The receiving half of encapsulation.h. Every length is compared with the bytes at hand before
// it is used.
#include <algorithm>

#include "emu/rnic/wire/bth.h"
#include "emu/rnic/wire/checksum.h"
#include "emu/rnic/wire/encapsulation.h"
#include "protocol/wire/decode.h"

namespace smclab::roce {
namespace {

constexpr std::size_t kIpv4ChecksumOffset = 10;
constexpr std::size_t kIpv4ProtocolOffset = 9;
constexpr std::size_t kIpv4LengthOffset = 2;
constexpr std::size_t kFragmentOffset = 6;

using Bytes = std::span<const std::byte>;

tl::unexpected<DecodeError> refuse(std::string_view field, std::size_t offset, Fault fault) {
  return tl::unexpected(DecodeError{field, static_cast<std::uint32_t>(offset), fault});
}

Gid mapped(const std::array<std::byte, 4>& address) {
  Gid gid;
  gid.bytes[10] = gid.bytes[11] = std::byte{0xFF};
  std::copy(address.begin(), address.end(), gid.bytes.begin() + 12);
  return gid;
}

// Adds the octets of a pseudo header and checks the sum, unless the sender did not make one.
bool udp_checksum_is_right(const Udp& udp, Bytes addresses, Bytes datagram) {
  if (udp.checksum == 0) return true;
  InternetChecksum checksum;
  checksum.add(addresses);
  checksum.add_word(udp.length);
  checksum.add_word(kIpProtocolUdp);
  checksum.add(datagram);
  return checksum.complement() == 0;
}

// `network` is the length of the IP header, which `packet` begins with.
Result<Opened> open_udp(Opened opened, Bytes packet, std::size_t network) {
  const Bytes datagram = packet.subspan(network);
  const auto udp = wire::decode_prefix<Udp>(datagram);
  if (!udp) return refuse(udp.error().field, network + udp.error().offset, udp.error().fault);
  if (udp->destination_port != kUdpPort) {
    return refuse("destination_port", network + 2, Fault::BadConstant);
  }
  if (udp->length != datagram.size()) return refuse("length", network + 4, Fault::BadLength);
  const Bytes addresses = network == Grh::kSize ? packet.subspan(8, 32) : packet.subspan(12, 8);
  if (!udp_checksum_is_right(*udp, addresses, datagram)) {
    return refuse("checksum", network + 6, Fault::BadValue);
  }
  opened.envelope.source_port = udp->source_port;
  opened.packet = datagram.subspan(Udp::kSize);
  return opened;
}

Result<Opened> open_ipv4(Bytes packet) {
  const auto header = wire::decode_prefix<Ipv4>(packet);
  if (!header) return tl::unexpected(header.error());
  if (header->total_length < Ipv4::kSize || header->total_length > packet.size()) {
    return refuse("total_length", kIpv4LengthOffset, Fault::BadLength);
  }
  InternetChecksum checksum;
  checksum.add(packet.first(Ipv4::kSize));
  if (checksum.complement() != 0) return refuse("checksum", kIpv4ChecksumOffset, Fault::BadValue);
  if (header->more_fragments || header->fragment_offset != 0) {
    return refuse("fragment_offset", kFragmentOffset, Fault::BadValue);
  }
  if (header->protocol != kIpProtocolUdp) {
    return refuse("protocol", kIpv4ProtocolOffset, Fault::BadConstant);
  }
  Opened opened;
  opened.envelope.source = mapped(header->source);
  opened.envelope.destination = mapped(header->destination);
  opened.envelope.traffic_class = header->traffic_class;
  opened.envelope.hop_limit = header->hop_limit;
  opened.envelope.identification = header->identification;
  return open_udp(opened, packet.first(header->total_length), Ipv4::kSize);
}

Result<Opened> open_route(Bytes packet, Version version) {
  const auto header = wire::decode_prefix<Grh>(packet);
  if (!header) return tl::unexpected(header.error());
  if (header->version != 6) return refuse("version", 0, Fault::BadConstant);
  if (header->payload_length > packet.size() - Grh::kSize) {
    return refuse("payload_length", 4, Fault::BadLength);
  }
  const bool is_v1 = version == Version::V1;
  if (header->next_header != (is_v1 ? kGrhNextHeader : kIpProtocolUdp)) {
    return refuse("next_header", 6, Fault::BadConstant);
  }
  Opened opened;
  opened.envelope.source = header->source;
  opened.envelope.destination = header->destination;
  opened.envelope.version = version;
  opened.envelope.traffic_class = header->traffic_class;
  opened.envelope.hop_limit = header->hop_limit;
  const Bytes whole = packet.first(Grh::kSize + header->payload_length);
  if (!is_v1) return open_udp(opened, whole, Grh::kSize);
  opened.packet = whole.subspan(Grh::kSize);
  return opened;
}

Result<Opened> open_unchecked(EtherType type, Bytes packet) {
  switch (type) {
    case EtherType::Ipv4:
      return open_ipv4(packet);
    case EtherType::Ipv6:
      return open_route(packet, Version::V2);
    case EtherType::RoceV1:
      return open_route(packet, Version::V1);
  }
  return refuse("type", 0, Fault::UnknownType);
}

Network network_before(EtherType type) {
  if (type == EtherType::RoceV1) return Network::Grh;
  return type == EtherType::Ipv4 ? Network::Ipv4 : Network::Ipv6;
}

}  // namespace

Result<Opened> open_network(EtherType type, Bytes packet) {
  auto opened = open_unchecked(type, packet);
  if (!opened) return opened;
  const Network network = network_before(type);
  if (opened->packet.size() < Bth::kSize + kIcrcSize) {
    return refuse("bth", network_size(network), Fault::Truncated);
  }
  const std::size_t covered = network_size(network) + opened->packet.size() - kIcrcSize;
  const auto icrc = icrc_of(network, packet.first(covered)).bytes();
  if (!std::equal(icrc.begin(), icrc.end(), packet.subspan(covered).begin())) {
    return refuse("icrc", covered, Fault::BadValue);
  }
  opened->packet = opened->packet.first(opened->packet.size() - kIcrcSize);
  return opened;
}

Result<Opened> open_ethernet(Bytes frame) {
  const auto ethernet = wire::decode_prefix<Ethernet>(frame);
  if (!ethernet) return tl::unexpected(ethernet.error());
  auto opened = open_network(ethernet->type, frame.subspan(Ethernet::kSize));
  if (!opened) {
    DecodeError error = opened.error();
    error.offset += Ethernet::kSize;
    return tl::unexpected(error);
  }
  opened->envelope.source_mac = ethernet->source;
  opened->envelope.destination_mac = ethernet->destination;
  return opened;
}

}  // namespace smclab::roce
