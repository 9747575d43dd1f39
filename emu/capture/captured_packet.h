// SPDX-License-Identifier: MIT
//
// What the capture readers give and the pcapng writer takes: one packet as it was seen on one
// interface. The same struct serves pcap and pcapng, so that everything behind the readers is
// blind to the file format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace smclab::capture {

/// How a packet's first bytes are to be read, by libpcap's LINKTYPE_ numbers. A file may name
/// others than these; they are kept as they are and not looked into.
enum class LinkType : std::uint16_t {
  Null = 0,            ///< BSD loopback: address family in the capturing host's byte order
  Ethernet = 1,        ///< destination, source, EtherType; VLAN tags in between
  RawIp = 101,         ///< an IPv4 or IPv6 header, told apart by the version
  Loop = 108,          ///< OpenBSD loopback: address family in network order
  LinuxCooked = 113,   ///< SLL, 16 bytes: what `tcpdump -i any` wrote
  RawIpv4 = 228,       ///< IPv4 only
  RawIpv6 = 229,       ///< IPv6 only
  LinuxCooked2 = 276,  ///< SLL2, 20 bytes: what `tcpdump -i any` writes today
};

/// One captured packet. The views belong to whoever made it: a reader's are good until its next
/// call.
struct CapturedPacket {
  std::uint64_t frame = 0;      ///< Wireshark's number for it; 0: one more than the packet before
  std::uint32_t interface = 0;  ///< counted from 0 over the whole file
  LinkType link_type = LinkType::Ethernet;
  std::int64_t time_ns = 0;  ///< since 1970 in real captures, since its start in a virtual run
  std::span<const std::byte> bytes;
  std::uint32_t original_length = 0;  ///< on the wire; 0 means that `bytes` is all of it
  std::string_view comment;           ///< UTF-8; several comments are joined by line feeds
};

}  // namespace smclab::capture
