// SPDX-License-Identifier: MIT
//
// LLC messages about the keys of RMBs: CONFIRM RKEY and its continuation, DELETE RKEY (RFC 7609
// A.3.5-A.3.7; v2 forms after Linux, net/smc/smc_llc.c). A key is always named as it is known on
// the link that carries the message.
#pragma once

#include <array>

#include "protocol/wire/llc_head.h"

namespace smclab::wire {

/// An RMB's key and address on one link.
struct LinkRkey {
  static constexpr bool is_message = true;
  LinkNumber link;
  Rkey rkey;
  VirtualAddress address;
  bool operator==(const LinkRkey&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("link_number", 1, self.link);
    v.number("rkey", 4, self.rkey);
    v.number("address", 8, self.address);
  }
};

/// A new RMB's keys on all links. The answer is an echo, with `negative` set if it is refused.
struct ConfirmRkey {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::ConfirmRkey;

  LlcHead head;
  bool negative = false;         ///< Z
  bool retry = false;            ///< C, with `negative`: try again after the configuration change
  std::uint8_t other_links = 0;  ///< beside the carrying one, continuations included; RFC: up to 7
  Rkey rkey;                     ///< on the carrying link
  VirtualAddress address;        ///< on the carrying link
  std::array<LinkRkey, 2> others{};  ///< min(other_links, 2) of them mean something
  bool operator==(const ConfirmRkey&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::llc_head<kType>(v, self.head);
    v.bits(1, bit_field("response", 1, self.head.response), reserved_bits(1),
           bit_field("negative", 1, self.negative), bit_field("retry", 1, self.retry),
           reserved_bits(4));
    v.number("other_links", 1, self.other_links);
    v.number("rkey", 4, self.rkey);
    v.number("address", 8, self.address);
    v.list("others", self.others);
    detail::llc_end(v, self.head);
  }
};

/// Further links of a CONFIRM RKEY, three a message (v1 only; Linux never needs it).
struct ConfirmRkeyContinuation {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::ConfirmRkeyContinuation;

  LlcHead head;  ///< version 1
  bool negative = false;
  std::uint8_t links_left = 0;       ///< how many are still to come, these included
  std::array<LinkRkey, 3> others{};  ///< min(links_left, 3) of them mean something
  bool operator==(const ConfirmRkeyContinuation&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.constant("type", 1, static_cast<std::uint64_t>(kType));
    v.total_length("length", 1);
    v.reserved(1);
    v.bits(1, bit_field("response", 1, self.head.response), reserved_bits(1),
           bit_field("negative", 1, self.negative), reserved_bits(5));
    v.number("links_left", 1, self.links_left);
    v.list("others", self.others);
  }
};

/// RMBs that are gone. The v1 answer echoes the keys and marks the unknown ones in a mask; the v2
/// answer repeats their count only, and counts the unknown ones.
struct DeleteRkey {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::DeleteRkey;
  static constexpr std::size_t kMostInV1 = 8;

  LlcHead head;
  bool negative = false;           ///< Z, in a response: not all keys were known
  std::uint8_t error_mask = 0;     ///< v1 response: unknown keys, the first in the highest bit
  std::uint8_t invalid_rkeys = 0;  ///< v2 response: number of unknown keys
  BoundedList<Rkey, 255> rkeys;    ///< 1…8 in v1; in a v2 response all read as zero
  bool operator==(const DeleteRkey&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::llc_head<kType>(v, self.head);
    const bool v1 = self.head.version == LlcVersion::V1;
    v.bits(1, bit_field("response", 1, self.head.response), reserved_bits(1),
           bit_field("negative", 1, self.negative), reserved_bits(5));
    v.count("rkey_count", 1, self.rkeys, v1 ? kMostInV1 : self.rkeys.capacity);
    if (v1) {
      v.number("error_mask", 1, self.error_mask);
    } else {
      v.number("invalid_rkeys", 1, self.invalid_rkeys);
    }
    v.reserved(2);
    if (v1 || !self.head.response) v.list("rkeys", self.rkeys);
    detail::llc_end(v, self.head);
  }
};

}  // namespace smclab::wire
