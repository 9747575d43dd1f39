// SPDX-License-Identifier: MIT
//
// What one software RNIC is told about itself before it starts. One Rnic is one port: a host with
// two ports has two of them.
#pragma once

#include <cstdint>

#include "protocol/time.h"
#include "protocol/types.h"

namespace smclab::rnic {

/// How lost frames are repaired. Both sides of a connection use the same one.
enum class RecoveryScheme : std::uint8_t {
  GoBackN,  ///< everything behind the gap is sent again (InfiniBand 9.7.5.1)
};

/// What paces a queue pair's requests.
enum class RateControl : std::uint8_t {
  None,  ///< as fast as the wire takes them
};

/// Hard bounds of one Rnic: reaching one refuses the verb with VerbStatus::NoMemory. The driver's
/// ids have indices below these.
struct RnicLimits {
  std::uint32_t protection_domains = 4'096;
  std::uint32_t completion_queues = 16'384;
  std::uint32_t memory_regions = 131'072;
  std::uint32_t queue_pairs = 16'384;
  std::uint32_t queue_entries = 16'384;   ///< of one send queue, and of one receive queue
  std::uint32_t completions = 1'048'576;  ///< waiting in one completion queue
  bool operator==(const RnicLimits&) const = default;
};

struct RnicConfig {
  Gid gid;                             ///< the port's RoCE address: source of every frame
  Mac mac;                             ///< the port's Ethernet address
  MtuCode max_mtu = MtuCode::Mtu4096;  ///< a larger path MTU is refused
  bool port_up = true;                 ///< at start; input::PortState changes it
  RnicLimits limits;
  Qpn first_qpn{0x10};         ///< queue pair numbers are drawn from first_qpn…last_qpn
  Qpn last_qpn{0xFF'FFFE};     ///< InfiniBand keeps 0, 1 and 0xFFFFFF for itself
  unsigned psn_bits = 24;      ///< width of a PSN; 8…23 make wraps frequent, for checkers
  std::uint32_t window = 128;  ///< PSNs a queue pair may have unacknowledged
  std::uint32_t acknowledge_every = 64;  ///< ask for an ACK at least after so many packets
  std::uint32_t reads_in_flight = 1;     ///< READs a requester has outstanding per queue pair
  std::uint32_t read_resources = 16;     ///< READs a responder holds per queue pair
  std::uint32_t frames_per_turn = 1;     ///< frames a queue pair may send before the next one
  RecoveryScheme recovery = RecoveryScheme::GoBackN;
  RateControl rate_control = RateControl::None;
  bool operator==(const RnicConfig&) const = default;
};

}  // namespace smclab::rnic
