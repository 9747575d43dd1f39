// SPDX-License-Identifier: MIT
//
// The base transport header, which begins every RoCE packet (InfiniBand 9.2). Its 12 bytes are
// covered by the ICRC except for the byte of the congestion bits, which switches rewrite.
#pragma once

#include <cstdint>

#include "protocol/types.h"
#include "protocol/wire/field_list.h"

namespace smclab::roce {

struct Bth {
  static constexpr bool is_message = true;
  static constexpr std::size_t kSize = 12;
  /// The partition every RoCE port is in, with full membership.
  static constexpr std::uint16_t kDefaultPkey = 0xFFFF;

  std::uint8_t opcode = 0;
  bool solicited = false;
  bool migrated = true;      ///< MigReq: hardware sends and expects 1, soft-RoCE sends 0 and
                             ///< does not look
  std::uint8_t pad = 0;      ///< zero bytes behind the payload, 0…3
  std::uint8_t version = 0;  ///< of the transport header; only 0 exists
  std::uint16_t pkey = kDefaultPkey;
  bool fecn = false;  ///< the packet met congestion
  bool becn = false;  ///< the receiver of this packet causes congestion
  Qpn destination;
  bool ack_request = false;
  Psn psn;
  bool operator==(const Bth&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("opcode", 1, self.opcode);
    v.bits(1, wire::bit_field("solicited", 1, self.solicited),
           wire::bit_field("migrated", 1, self.migrated), wire::bit_field("pad", 2, self.pad),
           wire::bit_field("version", 4, self.version));
    v.number("pkey", 2, self.pkey);
    v.bits(1, wire::bit_field("fecn", 1, self.fecn), wire::bit_field("becn", 1, self.becn),
           wire::reserved_bits(6));
    v.number("destination_qpn", 3, self.destination);
    v.bits(1, wire::bit_field("ack_request", 1, self.ack_request), wire::reserved_bits(7));
    v.number("psn", 3, self.psn);
  }
};

}  // namespace smclab::roce
