// SPDX-License-Identifier: MIT
//
// CLC Proposal: the client says who it is and what it can do (RFC 7609 A.2.2). Three shapes live:
// the RFC's, the one Linux sends since 5.10, which has 40 bytes for SMC-D and v2 in front of the
// IP area even if it offers v1 only, and the same with the v2 extension behind.
//
// An offset in a Proposal counts from the end of its own field. Linux checks the length as the
// sum of the areas, so areas must follow each other without gaps: place_areas() sees to that.
#pragma once

#include <optional>

#include "protocol/wire/clc_header.h"

namespace smclab::wire {

/// The subnet number of an IPv4 interface; all zero for IPv6.
struct Ipv4Subnet {
  std::array<std::byte, 4> bytes{};
  auto operator<=>(const Ipv4Subnet&) const = default;
};
template <>
struct FormOf<Ipv4Subnet> : ShownAs<Form::Ipv4> {};

struct Ipv6Prefix {
  static constexpr bool is_message = true;
  Gid prefix;               ///< address bits; those behind `length` are zero
  std::uint8_t length = 0;  ///< in bits, at most 128
  bool operator==(const Ipv6Prefix&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.bytes("prefix", self.prefix);
    v.number("prefix_length", 1, self.length);
  }
};

/// The client's subnets: v1 peers must share one.
struct IpArea {
  static constexpr bool is_message = true;
  Ipv4Subnet subnet;               ///< Linux sends address AND mask; the RFC calls it a mask
  std::uint8_t prefix_length = 0;  ///< of the IPv4 mask, in bits; 0 for IPv6
  BoundedList<Ipv6Prefix, 8> prefixes;
  bool operator==(const IpArea&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.bytes("subnet", self.subnet);
    v.number("prefix_length", 1, self.prefix_length);
    v.reserved(2);
    v.count("prefix_count", 1, self.prefixes);
    v.list("prefixes", self.prefixes);
  }
};

/// An ISM device of the client, for SMC-D.
struct IsmGid {
  static constexpr bool is_message = true;
  std::uint64_t gid = 0;
  std::uint16_t chid = 0;
  bool operator==(const IsmGid&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("ism_gid", 8, self.gid);
    v.number("ism_chid", 2, self.chid);
  }
};

/// The v2 extension (Linux: smc_clc_v2_extension), and the ISM devices that its SMC-D part lists.
struct ProposalV2 {
  static constexpr bool is_message = true;
  static constexpr std::size_t kSmcdOffsetAt = 6;  ///< place of smcd_offset in the extension

  BoundedList<Eid, 8> eids;
  BoundedList<IsmGid, 8> ism_gids;     ///< on the wire only if SMC-Dv2 is offered
  std::uint8_t release = 1;            ///< 0 is v2.0, 1 is v2.1
  bool seid_present = false;           ///< the SMC-D part names a system EID
  std::uint16_t smcd_offset = 0;       ///< from its own end to the SMC-D part; 0 if there is none
  Gid gid;                             ///< the client's RoCEv2 address
  std::uint8_t max_connections = 255;  ///< per link group; v2.1, else 0
  std::uint8_t max_links = 2;          ///< per link group; v2.1, else 0
  std::uint16_t feature_mask = 0;      ///< bit 0: extended GIDs for loopback ISM
  Eid seid;                            ///< on the wire only if SMC-Dv2 is offered
  bool operator==(const ProposalV2&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.count("eid_count", 1, self.eids);
    v.count("ism_gid_count", 1, self.ism_gids);
    v.reserved(1);
    v.bits(1, bit_field("release", 4, self.release), reserved_bits(3),
           bit_field("seid_present", 1, self.seid_present));
    v.reserved(2);
    v.number("smcd_offset", 2, self.smcd_offset);
    v.bytes("gid_v2", self.gid);
    v.number("max_connections", 1, self.max_connections);
    v.number("max_links", 1, self.max_links);
    v.number("feature_mask", 2, self.feature_mask);
    v.reserved(12);
    v.list("eids", self.eids);
  }
};

struct Proposal {
  static constexpr bool is_message = true;
  static constexpr ClcType kType = ClcType::Proposal;
  static constexpr std::uint16_t kLargestIpAreaOffset = 40;

  std::uint8_t version = 2;           ///< 1: the RFC's shape; Linux sends 2 since 5.10
  SmcType type_v2 = SmcType::None;    ///< offered in version 2
  SmcType type_v1 = SmcType::R;       ///< offered in version 1
  PeerId peer_id;                     ///< zero from a Linux client that offers v2 only
  Gid gid;                            ///< v1 address of the preferred RNIC; zero likewise
  Mac mac;                            ///< of that RNIC; zero likewise
  std::uint16_t ip_area_offset = 40;  ///< from its own end to the IP area; RFC: 0
  // The next five are on the wire only if has_smcd_area().
  std::uint64_t ism_gid = 0;
  std::uint16_t ism_chid = 0;
  std::uint16_t v2_offset = 0;  ///< from its own end to the v2 extension; 0 if there is none
  std::array<std::byte, 3> vendor_oui{};
  std::array<std::byte, 5> vendor_options{};
  std::optional<IpArea> ip_area;  ///< there exactly if has_ip_area()
  std::optional<ProposalV2> v2;   ///< there exactly if has_v2()
  bool operator==(const Proposal&) const = default;

  [[nodiscard]] constexpr bool has_smcd_area() const noexcept {
    return version >= 2 || ip_area_offset >= kLargestIpAreaOffset;
  }
  [[nodiscard]] constexpr bool has_ip_area() const noexcept {
    return version < 2 || type_v1 != SmcType::None;
  }
  [[nodiscard]] constexpr bool has_v2() const noexcept {
    return version >= 2 && type_v2 != SmcType::None;
  }
  [[nodiscard]] constexpr bool has_smcd_v2() const noexcept {
    return has_v2() && includes_d(type_v2);
  }

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::clc_head<kType>(v);
    v.bits(1, bit_field("version", 4, self.version), bit_field("type_v2", 2, self.type_v2),
           bit_field("type_v1", 2, self.type_v1));
    v.bytes("peer_id", self.peer_id);
    v.bytes("gid", self.gid);
    v.bytes("mac", self.mac);
    v.number("ip_area_offset", 2, self.ip_area_offset);
    const std::size_t smcd_area = v.offset();
    std::size_t behind_v2_offset = 0;
    if (self.has_smcd_area()) {
      v.number("ism_gid", 8, self.ism_gid);
      v.number("ism_chid", 2, self.ism_chid);
      v.number("v2_offset", 2, self.v2_offset);
      behind_v2_offset = v.offset();
      v.bytes("vendor_oui", self.vendor_oui);
      v.bytes("vendor_options", self.vendor_options);
      v.reserved(20);
    }
    if (self.has_ip_area()) {
      v.seek("ip_area_offset", smcd_area + self.ip_area_offset, smcd_area - 2);
    }
    v.section("ip_area", self.has_ip_area(), self.ip_area);
    if (self.has_v2()) v.seek("v2_offset", behind_v2_offset + self.v2_offset, behind_v2_offset - 2);
    const std::size_t v2_at = v.offset();
    v.section("v2_extension", self.has_v2(), self.v2);
    if (self.has_smcd_v2() && self.v2) {
      const std::size_t field_at = v2_at + ProposalV2::kSmcdOffsetAt;
      v.seek("smcd_offset", field_at + 2 + self.v2->smcd_offset, field_at);
      v.bytes("seid", self.v2->seid);
      v.reserved(16);
      v.list("ism_gids", self.v2->ism_gids);
    }
    v.constant("trailer", 4, kSmcrEyeCatcher);
  }
};

/// Sets the three offsets so that the areas follow each other as every receiver wants it. Call it
/// last: offsets depend on versions, types and how long the lists are.
void place_areas(Proposal& proposal);

/// The IP area of an IPv4 interface: its subnet number and prefix length (at most 32).
[[nodiscard]] IpArea ipv4_area(const IpAddress& address, std::uint8_t prefix_length);

/// Who a v1 client says it is.
struct ProposalV1 {
  PeerId peer_id;
  Gid gid;
  Mac mac;
  IpArea ip_area;
};
/// An offer of SMC-Rv1 in the RFC's shape: 52 bytes, and 17 for each IPv6 prefix.
[[nodiscard]] Proposal rfc_proposal(const ProposalV1& client);
/// An offer of SMC-Rv1 as Linux makes it since 5.10: 92 bytes, and 17 for each IPv6 prefix.
[[nodiscard]] Proposal linux_proposal(const ProposalV1& client);

}  // namespace smclab::wire
