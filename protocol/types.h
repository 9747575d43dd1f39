// SPDX-License-Identifier: MIT
//
// The nouns of SMC-R as types, so that a queue pair number cannot be passed for a PSN. Names are
// those of RFC 7609 section 1.2 and of the InfiniBand specification.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace smclab {

/// A number of one meaning. `bits` is its width on the wire; larger values are never stored.
template <class Tag, class Rep, unsigned kBits = sizeof(Rep) * 8>
struct Number {
  using rep = Rep;
  static constexpr unsigned bits = kBits;
  Rep value{};
  auto operator<=>(const Number&) const = default;
};

using Qpn = Number<struct QpnTag, std::uint32_t, 24>;  ///< queue pair number
using Psn = Number<struct PsnTag, std::uint32_t, 24>;  ///< packet sequence number
using Rkey = Number<struct RkeyTag, std::uint32_t>;    ///< key a peer names to write into memory
using AlertToken = Number<struct AlertTokenTag, std::uint32_t>;  ///< RFC 7609 §2.1: names a
                                                                 ///< connection in its CDC
using VirtualAddress = Number<struct VirtualAddressTag, std::uint64_t>;  ///< of an RMB, per link
using LinkNumber = Number<struct LinkNumberTag, std::uint8_t>;  ///< 1…255, unique in a link group

/// Instance number (2 bytes) and MAC of one RNIC (6 bytes): names an SMC-R host (RFC 7609 A.2.1).
struct PeerId {
  std::array<std::byte, 8> bytes{};
  auto operator<=>(const PeerId&) const = default;
};

/// RoCE address of a port: an IPv6 address, or an IPv4 one in the form ::ffff:a.b.c.d.
struct Gid {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const Gid&) const = default;
};

/// Ethernet address.
struct Mac {
  std::array<std::byte, 6> bytes{};
  auto operator<=>(const Mac&) const = default;
};

/// An IP address as a Gid holds it, which is how both protocols name hosts.
struct IpAddress {
  Gid gid;
  auto operator<=>(const IpAddress&) const = default;
  /// Whether this is an IPv4 address (in its IPv4-mapped form).
  [[nodiscard]] constexpr bool is_v4() const noexcept {
    for (std::size_t i = 0; i < 10; ++i) {
      if (gid.bytes[i] != std::byte{0}) return false;
    }
    return gid.bytes[10] == std::byte{0xFF} && gid.bytes[11] == std::byte{0xFF};
  }
};

/// An IPv4 address, most significant octet first: ipv4(127, 0, 0, 1).
[[nodiscard]] constexpr IpAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c,
                                       std::uint8_t d) noexcept {
  IpAddress address;
  address.gid.bytes[10] = address.gid.bytes[11] = std::byte{0xFF};
  address.gid.bytes[12] = std::byte{a};
  address.gid.bytes[13] = std::byte{b};
  address.gid.bytes[14] = std::byte{c};
  address.gid.bytes[15] = std::byte{d};
  return address;
}

/// Which side of a link group a host is: the server accepted the TCP connection that made the
/// group, and it alone changes the group's links (RFC 7609 §2.2.3).
enum class Role : std::uint8_t { Server, Client };

/// Path MTU codes of CLC and LLC messages; 0 and 6…15 are reserved.
enum class MtuCode : std::uint8_t {
  Mtu256 = 1,
  Mtu512 = 2,
  Mtu1024 = 3,
  Mtu2048 = 4,
  Mtu4096 = 5,
};

/// Payload bytes of a RoCE packet under this path MTU.
[[nodiscard]] constexpr std::uint32_t mtu_bytes(MtuCode code) noexcept {
  return 128U << static_cast<unsigned>(code);
}

/// Diagnosis of a Decline (RFC 7609 A.2.5 leaves the values to implementations; these are
/// Linux's, net/smc/smc_clc.h). A peer may send values that are not listed.
enum class Diagnosis : std::uint32_t {
  None = 0,
  Memory = 0x0101'0000,              ///< no memory for a buffer or its registration
  ConfirmLinkTimeout = 0x0201'0000,  ///< no CONFIRM LINK in time
  AddLinkTimeout = 0x0202'0000,
  Configuration = 0x0300'0000,
  PeerHasNoSmc = 0x0301'0000,  ///< no option in SYN or SYN-ACK; never on the wire
  Ipsec = 0x0302'0000,
  NoDevice = 0x0303'0000,
  NoSmcdDevice = 0x0303'0001,
  NoSmcrDevice = 0x0303'0002,
  NoIsmV2 = 0x0303'0003,
  NoV2Extension = 0x0303'0004,
  NoSmcdV2Extension = 0x0303'0005,
  NoSeid = 0x0303'0006,
  NoSmcdV2Device = 0x0303'0007,
  NoUeid = 0x0303'0008,
  ReleaseMismatch = 0x0303'0009,
  MaxConnections = 0x0303'000A,
  MaxLinks = 0x0303'000B,
  ModeUnsupported = 0x0304'0000,
  RmbeEyeCatcher = 0x0305'0000,  ///< the peer's RMBEs begin with an eye catcher
  OptionUnsupported = 0x0306'0000,
  DifferentPrefix = 0x0307'0000,
  VlanUnknown = 0x0308'0000,
  IsmVlan = 0x0309'0000,
  NoActiveLink = 0x030A'0000,
  NoServerLink = 0x030B'0000,  ///< Accept names a link that the client does not know
  VersionMismatch = 0x030C'0000,
  MaxDmbs = 0x030D'0000,
  NoRoute = 0x030E'0000,
  NoIndirect = 0x030F'0000,
  OutOfSync = 0x0400'0000,     ///< the server reused a group that the client does not have
  PeerDeclined = 0x0500'0000,  ///< local only: the other side sent the Decline
  Internal = 0x0999'0000,
  RtokenFailed = 0x0999'0001,
  LinkNotReady = 0x0999'0002,
  RegistrationFailed = 0x0999'0003,
};

namespace detail {
struct DiagnosisName {
  Diagnosis diagnosis;
  std::string_view name;
};
inline constexpr std::array<DiagnosisName, 37> kDiagnosisNames = {{
    {Diagnosis::None, "none"},
    {Diagnosis::Memory, "memory"},
    {Diagnosis::ConfirmLinkTimeout, "confirm_link_timeout"},
    {Diagnosis::AddLinkTimeout, "add_link_timeout"},
    {Diagnosis::Configuration, "configuration"},
    {Diagnosis::PeerHasNoSmc, "peer_has_no_smc"},
    {Diagnosis::Ipsec, "ipsec"},
    {Diagnosis::NoDevice, "no_device"},
    {Diagnosis::NoSmcdDevice, "no_smcd_device"},
    {Diagnosis::NoSmcrDevice, "no_smcr_device"},
    {Diagnosis::NoIsmV2, "no_ism_v2"},
    {Diagnosis::NoV2Extension, "no_v2_extension"},
    {Diagnosis::NoSmcdV2Extension, "no_smcd_v2_extension"},
    {Diagnosis::NoSeid, "no_seid"},
    {Diagnosis::NoSmcdV2Device, "no_smcd_v2_device"},
    {Diagnosis::NoUeid, "no_ueid"},
    {Diagnosis::ReleaseMismatch, "release_mismatch"},
    {Diagnosis::MaxConnections, "max_connections"},
    {Diagnosis::MaxLinks, "max_links"},
    {Diagnosis::ModeUnsupported, "mode_unsupported"},
    {Diagnosis::RmbeEyeCatcher, "rmbe_eye_catcher"},
    {Diagnosis::OptionUnsupported, "option_unsupported"},
    {Diagnosis::DifferentPrefix, "different_prefix"},
    {Diagnosis::VlanUnknown, "vlan_unknown"},
    {Diagnosis::IsmVlan, "ism_vlan"},
    {Diagnosis::NoActiveLink, "no_active_link"},
    {Diagnosis::NoServerLink, "no_server_link"},
    {Diagnosis::VersionMismatch, "version_mismatch"},
    {Diagnosis::MaxDmbs, "max_dmbs"},
    {Diagnosis::NoRoute, "no_route"},
    {Diagnosis::NoIndirect, "no_indirect"},
    {Diagnosis::OutOfSync, "out_of_sync"},
    {Diagnosis::PeerDeclined, "peer_declined"},
    {Diagnosis::Internal, "internal"},
    {Diagnosis::RtokenFailed, "rtoken_failed"},
    {Diagnosis::LinkNotReady, "link_not_ready"},
    {Diagnosis::RegistrationFailed, "registration_failed"},
}};
}  // namespace detail

/// The diagnosis as one word, for traces and reports; "unlisted" for values that are not in the
/// list, which a peer may send.
[[nodiscard]] constexpr std::string_view describe(Diagnosis diagnosis) noexcept {
  for (const detail::DiagnosisName& entry : detail::kDiagnosisNames) {
    if (entry.diagnosis == diagnosis) return entry.name;
  }
  return "unlisted";
}

/// Names an object by a place in a table and how often that place was given out before. A stale
/// handle is recognised by its generation and finds nothing.
template <class Tag>
struct Handle {
  std::uint32_t index = UINT32_MAX;
  std::uint32_t generation = 0;
  auto operator<=>(const Handle&) const = default;
  /// Whether this was ever assigned; says nothing of whether the object still lives.
  [[nodiscard]] constexpr bool assigned() const noexcept { return index != UINT32_MAX; }
};

using ConnId = Handle<struct ConnTag>;      ///< a TCP connection, named by the driver
using GroupId = Handle<struct GroupTag>;    ///< a link group, named by the core
using LinkId = Handle<struct LinkTag>;      ///< a link and its queue pair, named by the core
using BufferId = Handle<struct BufferTag>;  ///< a send buffer or RMB, named by the core

/// A local RNIC port: its place in Config::devices.
using DeviceId = Number<struct DeviceTag, std::uint8_t>;

}  // namespace smclab
