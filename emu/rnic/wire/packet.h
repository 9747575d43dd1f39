// SPDX-License-Identifier: MIT
//
// All headers of one packet as a message, and the arithmetic of what lies behind them. Lengths
// are compared before any of them is subtracted from another (a short packet is a classic way to
// crash a soft RNIC).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "emu/rnic/wire/bth.h"
#include "emu/rnic/wire/extensions.h"
#include "emu/rnic/wire/opcode.h"
#include "protocol/result.h"

namespace smclab::roce {

/// The BTH and the headers its opcode calls for, which are present exactly then. An unknown
/// opcode calls for none.
struct Headers {
  static constexpr bool is_message = true;
  static constexpr std::size_t kLargest = 48;

  Bth bth;
  std::optional<Deth> deth;
  std::optional<Reth> reth;
  std::optional<AtomicEth> atomic;
  std::optional<Immediate> immediate;
  std::optional<Aeth> aeth;
  std::optional<AtomicAckEth> atomic_ack;
  std::optional<Ieth> ieth;
  bool operator==(const Headers&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    Bth::fields(v, self.bth);
    const OpcodeInfo* info = find_opcode(self.bth.opcode);
    if (info == nullptr) return;
    const Extensions& has = info->extensions;
    v.section("deth", has.deth, self.deth);
    v.section("reth", has.reth, self.reth);
    v.section("atomic", has.atomic, self.atomic);
    v.section("immediate", has.immediate, self.immediate);
    v.section("aeth", has.aeth, self.aeth);
    v.section("atomic_ack", has.atomic_ack, self.atomic_ack);
    v.section("ieth", has.ieth, self.ieth);
  }
};

/// A packet between its network headers and its ICRC.
struct Packet {
  Headers headers;
  const OpcodeInfo* info = nullptr;  ///< never null in a decoded packet
  std::uint32_t header_length = 0;   ///< also the offset of the payload
  std::uint32_t payload_length = 0;  ///< without the pad
};

/// Decodes a packet from the BTH to the end of its pad. Where payload and pad are not carried,
/// `bytes` ends behind the headers and `unbacked` is the length of both. Refuses opcodes that are
/// not in the table with Fault::UnknownType.
[[nodiscard]] Result<Packet> decode_packet(std::span<const std::byte> bytes,
                                           std::uint32_t unbacked = 0);

}  // namespace smclab::roce
