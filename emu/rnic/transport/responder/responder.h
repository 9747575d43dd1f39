// SPDX-License-Identifier: MIT
//
// The half of a queue pair that is asked: its receive queue, the message that is arriving, the
// READs that are being answered, and the one acknowledgement that is due. Acknowledgements are
// cumulative, so one is enough: it is made when it is pulled and covers all that came before.
#pragma once

#include <cstdint>

#include "emu/rnic/input.h"
#include "emu/rnic/resources/ring.h"

namespace smclab::rnic {

struct ReceiveEntry {
  WorkId work = 0;
  Sge buffer;
  bool operator==(const ReceiveEntry&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(work, buffer.lkey, buffer.address, buffer.length);
  }
};

/// The acknowledgement that is due.
enum class Reply : std::uint8_t {
  None,
  Ack,
  SequenceNak,     ///< a packet is missing
  RnrNak,          ///< no receive is posted
  InvalidNak,      ///< the request makes no sense; from here on the queue pair is in error
  AccessNak,       ///< key, domain, range or right
  OperationalNak,  ///< a receive buffer of ours is not what it should be
};

/// Whether this is the last thing a queue pair says.
[[nodiscard]] constexpr bool is_final(Reply reply) noexcept {
  return reply == Reply::InvalidNak || reply == Reply::AccessNak || reply == Reply::OperationalNak;
}

/// The message between its first packet and its last.
struct PartialMessage {
  enum class Kind : std::uint8_t { None, Send, Write };
  Kind kind = Kind::None;
  std::uint32_t received = 0;  ///< bytes
  Rkey rkey;                   ///< of a WRITE, as is all that follows
  VirtualAddress address;
  std::uint32_t length = 0;
  bool operator==(const PartialMessage&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(kind, received, rkey, address, length);
  }
};

/// A READ to be answered.
struct ReadJob {
  Psn first;  ///< PSN of its first response
  Rkey rkey;
  VirtualAddress address;
  std::uint32_t length = 0;
  std::uint32_t packets = 0;
  std::uint32_t sent = 0;            ///< responses that left
  std::uint32_t message_number = 0;  ///< as it was when the request arrived
  bool operator==(const ReadJob&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(first, rkey, address, length, packets, sent, message_number);
  }
};

struct Responder {
  Ring<ReceiveEntry> queue;
  Psn expected;                      ///< of the next request
  std::uint32_t message_number = 0;  ///< messages completed, mod 2^24
  PartialMessage message;
  Ring<ReadJob> reads;  ///< in the order of their PSNs, each behind the one before
  Reply reply = Reply::None;
  Psn reply_psn;          ///< of a final NAK; the others speak of `expected`
  bool nak_sent = false;  ///< say nothing more about packets beyond the missing one

  bool operator==(const Responder&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(queue, expected, message_number, message, reads, reply, reply_psn, nak_sent);
  }
};

}  // namespace smclab::rnic
