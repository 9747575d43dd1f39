// SPDX-License-Identifier: MIT
//
// What one SMC-R host is told about itself before it starts. Parameters bear the kernel's names
// (Documentation/networking/smc-sysctl.rst).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/eid.h"
#include "protocol/limits.h"
#include "protocol/time.h"
#include "protocol/types.h"

namespace smclab {

/// Which practice shows on the wire where RFC 7609 and the kernel differ.
enum class Profile : std::uint8_t { Linux, Rfc };

/// Which versions of SMC-R a host offers and accepts. Version 2 takes an enterprise id, too.
enum class Versions : std::uint8_t { V1, V2, Both };

/// A name of up to 16 characters that joins the ports of one physical network; zero padded.
struct PnetId {
  std::array<char, 16> name{};
  auto operator<=>(const PnetId&) const = default;
};

/// One RNIC port and the IP interface it belongs to.
struct Device {
  Gid gid;                          ///< RoCE address that peers are told
  Mac mac;                          ///< Ethernet address that peers are told
  IpAddress address;                ///< of the IP interface whose connections may use this port
  std::uint8_t prefix_length = 24;  ///< bits of the interface's subnet (0…32, or 0…128 for IPv6)
  PnetId pnet;                      ///< connections use a port of the same network only
  MtuCode mtu = MtuCode::Mtu1024;   ///< largest path MTU the port can use
  Mac gateway;                      ///< next hop to peers outside the subnet, in version 2 only;
                                    ///< zero: there is no way to them
  bool up = true;                   ///< port state at start; input::PortState changes it
  bool operator==(const Device&) const = default;
};

/// Handshake and link timers; defaults are the kernel's (net/smc: smc_clc.h, smc_llc.h,
/// smc_core.h).
struct Timeouts {
  Duration clc_wait = std::chrono::seconds(6);               ///< for any CLC message
  Duration late_decline_wait = std::chrono::seconds(1);      ///< CLC_WAIT_TIME_SHORT
  Duration confirm_link_request = std::chrono::seconds(4);   ///< client, first contact
  Duration confirm_link_response = std::chrono::seconds(2);  ///< server, first contact
  Duration llc_response = std::chrono::seconds(2);           ///< CONFIRM/DELETE RKEY, TEST LINK
  Duration close_wait = std::chrono::seconds(60);  ///< for the peer's half of a close; the RFC
                                                   ///< asks for such a timer, Linux has none
  Duration flush_wait = std::chrono::seconds(2);   ///< for unsent data when the app closes
  Duration group_idle_server = std::chrono::seconds(600);  ///< last connection gone to deletion
  Duration group_idle_client = std::chrono::seconds(610);
  bool operator==(const Timeouts&) const = default;
};

struct Config {
  Profile profile = Profile::Linux;
  PeerId peer_id;               ///< must differ after each restart of the host
  std::vector<Device> devices;  ///< DeviceId is the place in this list; at most 255
  bool smc = true;              ///< false: every connection is plain TCP
  Versions versions = Versions::Both;
  std::vector<Eid> ueids;       ///< at most 4, as in Linux; without one there is no version 2
  std::uint8_t release = 1;     ///< of version 2: 1 is v2.1; 0 makes a host of v2.0
  std::string host_name;        ///< peers are told its first 32 characters on first contact
  std::uint16_t features = 1;   ///< feature mask of v2.1; Linux: extended GIDs for loopback ISM
  bool ipsec = false;           ///< connections are under an IPsec policy: declines (RFC §5.5)
  std::uint32_t rmem = 65'536;  ///< wanted RMBE size in bytes, rounded up to a size class
  std::uint32_t wmem = 65'536;  ///< wanted send buffer size in bytes, rounded up likewise
  std::uint32_t autocorking_size = 65'536;  ///< bytes held back while a CDC is unfinished; 0: off
  Duration smcr_testlink_time = std::chrono::seconds(30);  ///< idle time before TEST LINK; 0: off
  std::uint8_t smcr_max_links_per_lgr = 1;                 ///< 1…2; negotiated in v2.1
  std::uint8_t smcr_max_conns_per_lgr = 255;  ///< 16…255, negotiated in v2.1; smaller values only
                                              ///< for tests
  Timeouts timeouts;
  Limits limits;
  Widths widths;
  bool trace_states = true;    ///< emit records of state changes
  bool trace_messages = true;  ///< emit records of messages sent and received
  bool trace_data = false;     ///< emit a record for every CDC too
  bool operator==(const Config&) const = default;
};

}  // namespace smclab
