// SPDX-License-Identifier: MIT
//
// The headers that may follow the BTH, by opcode (InfiniBand 9.3). All are multiples of 4 bytes.
#pragma once

#include <cstdint>

#include "protocol/types.h"
#include "protocol/wire/field_list.h"

namespace smclab::roce {

/// RDMA extended transport header: the remote range of a whole WRITE or READ.
struct Reth {
  static constexpr bool is_message = true;
  VirtualAddress address;
  Rkey rkey;
  std::uint32_t length = 0;  ///< of the message, not of the packet
  bool operator==(const Reth&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("virtual_address", 8, self.address);
    v.number("rkey", 4, self.rkey);
    v.number("dma_length", 4, self.length);
  }
};

/// What an acknowledgement says: the upper three bits of its syndrome (InfiniBand 9.7.5.1.1).
enum class Answer : std::uint8_t { Ack = 0, RnrNak = 1, Reserved = 2, Nak = 3 };

/// The lower five bits of a NAK's syndrome.
enum class NakCode : std::uint8_t {
  PsnSequenceError = 0,
  InvalidRequest = 1,
  RemoteAccessError = 2,
  RemoteOperationalError = 3,
  InvalidRdRequest = 4,
};

/// ACK extended transport header.
struct Aeth {
  static constexpr bool is_message = true;
  /// The credit count of a responder that does not count credits.
  static constexpr std::uint8_t kNoCreditLimit = 31;

  Answer answer = Answer::Ack;
  std::uint8_t value = kNoCreditLimit;  ///< credits of an ACK, timer code of an RNR NAK, NakCode
  std::uint32_t message_number = 0;     ///< messages the responder completed, mod 2^24
  bool operator==(const Aeth&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.bits(1, wire::bit_field("answer", 3, self.answer), wire::bit_field("value", 5, self.value));
    v.number("message_number", 3, self.message_number);
  }
};

/// Immediate data, which is the sender's and the receiver's only.
struct Immediate {
  static constexpr bool is_message = true;
  std::uint32_t data = 0;
  bool operator==(const Immediate&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("immediate", 4, self.data);
  }
};

/// Invalidate extended transport header: the key that a SEND takes back.
struct Ieth {
  static constexpr bool is_message = true;
  Rkey rkey;
  bool operator==(const Ieth&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("invalidated_rkey", 4, self.rkey);
  }
};

/// Datagram extended transport header.
struct Deth {
  static constexpr bool is_message = true;
  std::uint32_t qkey = 0;
  Qpn source;
  bool operator==(const Deth&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("qkey", 4, self.qkey);
    v.reserved(1);
    v.number("source_qpn", 3, self.source);
  }
};

/// Atomic extended transport header.
struct AtomicEth {
  static constexpr bool is_message = true;
  VirtualAddress address;
  Rkey rkey;
  std::uint64_t swap_or_add = 0;
  std::uint64_t compare = 0;
  bool operator==(const AtomicEth&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("virtual_address", 8, self.address);
    v.number("rkey", 4, self.rkey);
    v.number("swap_or_add", 8, self.swap_or_add);
    v.number("compare", 8, self.compare);
  }
};

/// Atomic acknowledge extended transport header: what the memory held before.
struct AtomicAckEth {
  static constexpr bool is_message = true;
  std::uint64_t original = 0;
  bool operator==(const AtomicAckEth&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("original", 8, self.original);
  }
};

}  // namespace smclab::roce
