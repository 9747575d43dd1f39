// SPDX-License-Identifier: MIT
//
// A RoCE packet that carries (a part of) an RC SEND, out of RoCEv2 (UDP 4791) or RoCEv1 (EtherType
// 0x8915). All of SMC-R's messages travel so; whatever else RoCE carries is told apart by the
// opcode alone and not looked into, since bulk captures are RDMA WRITEs nearly throughout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "emu/capture/network/ip.h"
#include "emu/rnic/wire/icrc.h"
#include "emu/rnic/wire/opcode.h"
#include "protocol/types.h"

namespace smclab::capture {

enum class IcrcStatus : std::uint8_t {
  Right,
  Wrong,    ///< the receiver dropped this packet
  Unknown,  ///< cut off, or behind headers that RoCE does not define it for
};

struct RoceSend {
  IpAddress source;       ///< the GID
  IpAddress destination;  ///< the GID
  Qpn qpn;                ///< of the receiver
  Psn psn;
  roce::Part part = roce::Part::Only;
  std::span<const std::byte> payload;  ///< as far as it was captured, without the pad
  std::size_t payload_length = 0;      ///< as sent
  roce::Network network = roce::Network::Ipv4;
  /// Network headers to ICRC, if all of it was captured.
  std::span<const std::byte> covered;

  [[nodiscard]] bool cut() const noexcept { return payload.size() < payload_length; }
};

/// Nothing where the datagram is not RoCEv2, not whole as far as its headers, or not an RC SEND.
[[nodiscard]] std::optional<RoceSend> decode_rocev2(const IpPacket& packet);
/// The same for what follows EtherType 0x8915.
[[nodiscard]] std::optional<RoceSend> decode_rocev1(std::span<const std::byte> bytes);

/// Computes the ICRC: about a microsecond for a full packet.
[[nodiscard]] IcrcStatus check_icrc(const RoceSend& send);

}  // namespace smclab::capture
