// SPDX-License-Identifier: MIT
//
// The CLC messages that answer: Accept and Confirm of SMC-R, which give the server's and the
// client's end of the connection, that is queue pair and RMB element (RFC 7609 A.2.3, A.2.4), and
// Decline (A.2.5). Version 2 adds the agreed EID, on first contact an extension, and in the
// Confirm the client's further addresses (Linux: smc_clc.h).
#pragma once

#include <optional>

#include "protocol/wire/clc_header.h"

namespace smclab::wire {

/// What a peer needs to reach one side of a connection.
struct ConnectionEnd {
  static constexpr bool is_message = true;

  PeerId peer_id;                  ///< of the sender
  Gid gid;                         ///< of the sender's end of the link this connection uses
  Mac mac;                         ///< of that RNIC port
  Qpn qpn;                         ///< of that link's queue pair
  Rkey rkey;                       ///< of the sender's RMB, on that link
  std::uint8_t rmbe_index = 1;     ///< 1…255: the element of the RMB; Linux always sends 1
  AlertToken token;                ///< what CDCs to the sender must bear
  std::uint8_t size_code = 0;      ///< the element's size is rmbe_bytes(size_code)
  MtuCode mtu = MtuCode::Mtu1024;  ///< matters on first contact: the smaller of the two is used
  VirtualAddress rmb_address;      ///< of the RMB's first byte, on that link
  Psn psn;                         ///< first one the sender will use; matters on first contact
  bool operator==(const ConnectionEnd&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.bytes("peer_id", self.peer_id);
    v.bytes("gid", self.gid);
    v.bytes("mac", self.mac);
    v.number("qpn", 3, self.qpn);
    v.number("rkey", 4, self.rkey);
    v.number("rmbe_index", 1, self.rmbe_index);
    v.number("alert_token", 4, self.token);
    v.bits(1, bit_field("size_code", 4, self.size_code), bit_field("mtu", 4, self.mtu));
    v.reserved(1);
    v.number("rmb_address", 8, self.rmb_address);
    v.reserved(1);
    v.number("psn", 3, self.psn);
  }
};

/// Bytes of an RMB element with this size code (0…15): 16 KiB · 2^code. RFC 7609 reserves codes
/// above 5; Linux since 6.11 may send up to 15, which is 512 MiB.
[[nodiscard]] constexpr std::uint32_t rmbe_bytes(std::uint8_t size_code) noexcept {
  return std::uint32_t{16'384} << size_code;
}

/// The ring's first byte as the peer addresses it: rmb_address + size · (index − 1). Only for an
/// end that validate() passed; other values may wrap.
[[nodiscard]] constexpr VirtualAddress rmbe_address(const ConnectionEnd& end) noexcept {
  return {end.rmb_address.value + std::uint64_t{rmbe_bytes(end.size_code)} * (end.rmbe_index - 1U)};
}

/// The sender's host name, blank or zero padded, not terminated.
struct HostName {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const HostName&) const = default;
};
template <>
struct FormOf<HostName> : ShownAs<Form::Text> {};

/// What v2 adds on first contact (Linux: smc_clc_first_contact_ext and its v2.1 form).
struct FirstContact {
  static constexpr bool is_message = true;

  bool direct = false;  ///< peers reach each other without a gateway
  OsType os = OsType::Linux;
  std::uint8_t release = 1;  ///< 0 is v2.0, 1 is v2.1; the last four fields belong to v2.1
  HostName host;
  std::uint8_t max_connections = 0;
  std::uint8_t max_links = 0;
  std::uint16_t feature_mask = 0;
  std::array<std::byte, 4> vendor_options{};
  bool operator==(const FirstContact&) const = default;

  template <class Visitor, class Self>
  static constexpr void v20_fields(Visitor& v, Self& self) {
    v.bits(1, bit_field("direct", 1, self.direct), reserved_bits(7));
    v.bits(1, bit_field("os_type", 4, self.os), bit_field("release", 4, self.release));
    v.reserved(2);
    v.bytes("host_name", self.host);
  }
  template <class Visitor, class Self>
  static constexpr void v21_fields(Visitor& v, Self& self) {
    v.number("max_connections", 1, self.max_connections);
    v.number("max_links", 1, self.max_links);
    v.number("feature_mask", 2, self.feature_mask);
    v.bytes("vendor_options", self.vendor_options);
    v.reserved(8);
  }
  /// SMC-R has room for both parts even in v2.0.
  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v20_fields(v, self);
    v21_fields(v, self);
  }
};

namespace detail {

/// What Accept and Confirm have in common: all up to the client's GID list.
template <ClcType kType, class Visitor, class Self>
constexpr void smcr_end_fields(Visitor& v, Self& self) {
  clc_head<kType>(v);
  v.bits(1, bit_field("version", 4, self.version),
         bit_field("first_contact", 1, self.first_contact), reserved_bits(1),
         constant_bits("type_v1", 2, static_cast<std::uint64_t>(SmcType::R)));
  ConnectionEnd::fields(v, self.end);
  if (self.version >= 2) {
    v.bytes("eid", self.eid);
    v.reserved(8);
  }
  v.section("first_contact_extension", self.has_extension(), self.extension);
}

}  // namespace detail

/// 68 bytes in version 1; 108 in version 2, and 52 more on first contact. In version 2 a later
/// release may put more in front of the trailer; Linux takes any length from 108 on.
struct Accept {
  static constexpr bool is_message = true;
  static constexpr ClcType kType = ClcType::Accept;

  std::uint8_t version = 1;
  bool first_contact = false;  ///< the server made a new link group for this connection
  ConnectionEnd end;
  Eid eid;                                ///< the agreed one; on the wire in version 2 only
  std::optional<FirstContact> extension;  ///< there exactly if has_extension()
  std::uint16_t unknown = 0;              ///< bytes that we have no names for; written as zero
  bool operator==(const Accept&) const = default;

  [[nodiscard]] constexpr bool has_extension() const noexcept {
    return version >= 2 && first_contact;
  }
  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::smcr_end_fields<kType>(v, self);
    if (self.version >= 2) v.unknown(self.unknown, kClcTrailerSize);
    v.constant("trailer", 4, kSmcrEyeCatcher);
  }
};

/// As Accept; on first contact in version 2, 4 more bytes and 16 for each address.
struct Confirm {
  static constexpr bool is_message = true;
  static constexpr ClcType kType = ClcType::Confirm;

  std::uint8_t version = 1;
  bool first_contact = false;  ///< echoed by Linux; RFC 7609 does not define it in a Confirm
  ConnectionEnd end;
  Eid eid;                                ///< echoed; on the wire in version 2 only
  std::optional<FirstContact> extension;  ///< there exactly if has_extension()
  BoundedList<Gid, 8> gids;   ///< usable for further links; on the wire if has_extension()
  std::uint16_t unknown = 0;  ///< as in Accept
  bool operator==(const Confirm&) const = default;

  [[nodiscard]] constexpr bool has_extension() const noexcept {
    return version >= 2 && first_contact;
  }
  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::smcr_end_fields<kType>(v, self);
    if (self.has_extension()) {
      v.count("gid_count", 1, self.gids);
      v.reserved(3);
      v.list("gids", self.gids);
    }
    if (self.version >= 2) v.unknown(self.unknown, kClcTrailerSize);
    v.constant("trailer", 4, kSmcrEyeCatcher);
  }
};

/// This TCP connection stays plain TCP. 28 bytes in version 1, 44 in version 2. Linux clients send
/// version 1 even if they proposed version 2, so both sizes must be taken at any time.
struct Decline {
  static constexpr bool is_message = true;
  static constexpr ClcType kType = ClcType::Decline;

  std::uint8_t version = 1;
  bool out_of_sync = false;  ///< S: the receiver must give up the link group it tried to reuse
  PeerId peer_id;            ///< of the sender; Linux sends zero while it has none
  Diagnosis diagnosis = Diagnosis::None;  ///< may hold values that Diagnosis does not list
  OsType os = OsType::Unknown;            ///< 0 in Linux's version 1
  std::array<std::uint32_t, 4> more{};    ///< on the wire in version 2 only; Linux sends zero
  bool operator==(const Decline&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::clc_head<kType>(v);
    v.bits(1, bit_field("version", 4, self.version), bit_field("out_of_sync", 1, self.out_of_sync),
           reserved_bits(3));
    v.bytes("peer_id", self.peer_id);
    v.number("diagnosis", 4, self.diagnosis);
    v.bits(1, bit_field("os_type", 4, self.os), reserved_bits(4));
    v.reserved(3);
    if (self.version >= 2) {
      v.number("diagnosis_1", 4, self.more[0]);
      v.number("diagnosis_2", 4, self.more[1]);
      v.number("diagnosis_3", 4, self.more[2]);
      v.number("diagnosis_4", 4, self.more[3]);
    }
    v.constant("trailer", 4, kSmcrEyeCatcher);
  }
};

}  // namespace smclab::wire
