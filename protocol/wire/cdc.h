// SPDX-License-Identifier: MIT
//
// Connection Data Control: the 44-byte message that follows the RDMA writes of a connection on
// the same queue pair and says how far they went (RFC 7609 A.4). Every CDC carries both cursors
// and all flags, so each is a consumer update as well.
#pragma once

#include <cstdint>

#include "protocol/types.h"
#include "protocol/wire/field_list.h"

namespace smclab::wire {

/// A place in an RMBE: how often the ring wrapped (mod 2^16) and the byte offset in it.
struct CdcCursor {
  std::uint16_t wrap = 0;
  std::uint32_t offset = 0;
  bool operator==(const CdcCursor&) const = default;
};

struct Cdc {
  static constexpr bool is_message = true;
  static constexpr std::uint8_t kType = 0xFE;
  static constexpr std::size_t kSize = 44;

  std::uint16_t sequence = 0;   ///< of this connection and direction; the first is 1
  AlertToken token;             ///< the receiver's name for the connection
  CdcCursor producer;           ///< where the sender will write next in the receiver's RMBE
  CdcCursor consumer;           ///< what the sender's application will read next in its own
  bool write_blocked = false;   ///< B: more data than space; any consumption deserves an update
  bool urgent_pending = false;  ///< P: urgent data will come
  bool urgent_present = false;  ///< U: the urgent byte is the one before `producer`
  bool cursor_update_requested = false;  ///< R: answer with a CDC
  bool failover_validation = false;      ///< F: only token and sequence mean something
  bool sending_done = false;             ///< D: half close
  bool peer_connection_closed = false;   ///< C: no more writes, no more CDC
  bool abnormal_close = false;           ///< A: reset
  bool operator==(const Cdc&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.constant("type", 1, kType);
    v.total_length("length", 1);
    v.number("sequence", 2, self.sequence);
    v.number("alert_token", 4, self.token);
    v.reserved(2);
    v.number("producer_wrap", 2, self.producer.wrap);
    v.number("producer_offset", 4, self.producer.offset);
    v.reserved(2);
    v.number("consumer_wrap", 2, self.consumer.wrap);
    v.number("consumer_offset", 4, self.consumer.offset);
    v.bits(1, bit_field("write_blocked", 1, self.write_blocked),
           bit_field("urgent_pending", 1, self.urgent_pending),
           bit_field("urgent_present", 1, self.urgent_present),
           bit_field("cursor_update_requested", 1, self.cursor_update_requested),
           bit_field("failover_validation", 1, self.failover_validation), reserved_bits(3));
    v.bits(1, bit_field("sending_done", 1, self.sending_done),
           bit_field("peer_connection_closed", 1, self.peer_connection_closed),
           bit_field("abnormal_close", 1, self.abnormal_close), reserved_bits(5));
    v.reserved(18);
  }
};

}  // namespace smclab::wire
