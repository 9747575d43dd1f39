// SPDX-License-Identifier: MIT
//
// What all Link Layer Control messages share (RFC 7609 A.3): type, length, and the bit that makes
// an answer. A v2 message has its v1 number plus 0x20 as type and two bytes of length, which
// Linux writes in the order of its own processor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/wire/field_list.h"

namespace smclab::wire {

/// Type numbers without the version.
enum class LlcType : std::uint8_t {
  ConfirmLink = 1,
  AddLink = 2,
  AddLinkContinuation = 3,  ///< v1 only
  DeleteLink = 4,
  RequestAddLink = 5,  ///< v2 only
  ConfirmRkey = 6,
  TestLink = 7,
  ConfirmRkeyContinuation = 8,  ///< v1 only
  DeleteRkey = 9,
};

/// Bit 5 of the type byte.
enum class LlcVersion : std::uint8_t { V1 = 0, V2 = 1 };

/// All v1 messages have this size, and no v2 message is shorter.
inline constexpr std::size_t kLlcSize = 44;

/// The beginning of every message. A reply is best begun as a copy of the request's head.
struct LlcHead {
  LlcVersion version = LlcVersion::V1;         ///< the same in all messages of a link group
  bool response = false;                       ///< R
  ByteOrder length_order = ByteOrder::Little;  ///< of the v2 length; send what the peer sends
  std::uint16_t unknown = 0;  ///< v2: bytes behind what we have names for; Linux ignores them too
  bool operator==(const LlcHead&) const = default;
};

namespace detail {

/// The type byte of a message that lives in both versions.
template <LlcType kType, class Visitor, class Head>
constexpr void llc_type(Visitor& v, Head& head) {
  v.bits(1, constant_bits("type_class", 2, 0), bit_field("v2", 1, head.version),
         constant_bits("type", 5, static_cast<std::uint64_t>(kType)));
}

/// Type and length: the first three bytes.
template <LlcType kType, class Visitor, class Head>
constexpr void llc_head(Visitor& v, Head& head) {
  llc_type<kType>(v, head);
  if (head.version == LlcVersion::V1) {
    v.total_length("length", 1);
    v.reserved(1);
  } else {
    v.total_length("length", 2, head.length_order);
  }
}

/// The end of a message that may have less than the least size, or in v2 more than we know.
template <class Visitor, class Head>
constexpr void llc_end(Visitor& v, Head& head) {
  if (v.offset() < kLlcSize) v.reserved(kLlcSize - v.offset());
  if (head.version == LlcVersion::V2) v.unknown(head.unknown, 0);
}

}  // namespace detail
}  // namespace smclab::wire
