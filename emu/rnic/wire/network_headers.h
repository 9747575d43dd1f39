// SPDX-License-Identifier: MIT
//
// The headers in front of a RoCE packet: Ethernet, then IPv4 or IPv6 and UDP (RoCEv2, InfiniBand
// annex A17), or the GRH (RoCEv1, annex A16), which is laid out like IPv6.
#pragma once

#include <array>
#include <cstdint>

#include "protocol/types.h"
#include "protocol/wire/field_list.h"

namespace smclab::roce {

enum class EtherType : std::uint16_t { Ipv4 = 0x0800, Ipv6 = 0x86DD, RoceV1 = 0x8915 };

inline constexpr std::uint16_t kUdpPort = 4791;       ///< destination port of RoCEv2
inline constexpr std::uint8_t kIpProtocolUdp = 17;    ///< IPv4 protocol, IPv6 next header
inline constexpr std::uint8_t kGrhNextHeader = 0x1B;  ///< what follows a GRH: a BTH
inline constexpr std::size_t kIcrcSize = 4;

struct Ethernet {
  static constexpr bool is_message = true;
  static constexpr std::size_t kSize = 14;
  Mac destination;
  Mac source;
  EtherType type = EtherType::Ipv4;
  bool operator==(const Ethernet&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.bytes("destination", self.destination);
    v.bytes("source", self.source);
    v.number("type", 2, self.type);
  }
};

/// IPv4 without options; RoCEv2 forbids fragments.
struct Ipv4 {
  static constexpr bool is_message = true;
  static constexpr std::size_t kSize = 20;
  static constexpr std::uint8_t kVersionAndLength = 0x45;

  std::uint8_t traffic_class = 0;  ///< DSCP and ECN
  std::uint16_t total_length = 0;  ///< of header and payload
  std::uint16_t identification = 0;
  bool dont_fragment = true;
  bool more_fragments = false;
  std::uint16_t fragment_offset = 0;
  std::uint8_t hop_limit = 64;
  std::uint8_t protocol = kIpProtocolUdp;
  std::uint16_t checksum = 0;
  std::array<std::byte, 4> source{};
  std::array<std::byte, 4> destination{};
  bool operator==(const Ipv4&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.constant("version", 1, kVersionAndLength);
    v.number("traffic_class", 1, self.traffic_class);
    v.number("total_length", 2, self.total_length);
    v.number("identification", 2, self.identification);
    v.bits(2, wire::reserved_bits(1), wire::bit_field("dont_fragment", 1, self.dont_fragment),
           wire::bit_field("more_fragments", 1, self.more_fragments),
           wire::bit_field("fragment_offset", 13, self.fragment_offset));
    v.number("hop_limit", 1, self.hop_limit);
    v.number("protocol", 1, self.protocol);
    v.number("checksum", 2, self.checksum);
    v.bytes("source", self.source);
    v.bytes("destination", self.destination);
  }
};

/// The global route header, and IPv6 as well.
struct Grh {
  static constexpr bool is_message = true;
  static constexpr std::size_t kSize = 40;

  std::uint8_t version = 6;
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;
  std::uint16_t payload_length = 0;  ///< of what follows, ICRC included
  std::uint8_t next_header = kGrhNextHeader;
  std::uint8_t hop_limit = 64;
  Gid source;
  Gid destination;
  bool operator==(const Grh&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.bits(4, wire::bit_field("version", 4, self.version),
           wire::bit_field("traffic_class", 8, self.traffic_class),
           wire::bit_field("flow_label", 20, self.flow_label));
    v.number("payload_length", 2, self.payload_length);
    v.number("next_header", 1, self.next_header);
    v.number("hop_limit", 1, self.hop_limit);
    v.bytes("source", self.source);
    v.bytes("destination", self.destination);
  }
};

struct Udp {
  static constexpr bool is_message = true;
  static constexpr std::size_t kSize = 8;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = kUdpPort;
  std::uint16_t length = 0;    ///< of header and payload
  std::uint16_t checksum = 0;  ///< 0: none, which RoCEv2 allows
  bool operator==(const Udp&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("source_port", 2, self.source_port);
    v.number("destination_port", 2, self.destination_port);
    v.number("length", 2, self.length);
    v.number("checksum", 2, self.checksum);
  }
};

}  // namespace smclab::roce
