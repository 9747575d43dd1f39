// SPDX-License-Identifier: MIT
//
// What all Connection Layer Control messages share (RFC 7609 A.2): the 8-byte header, the trailer
// and the numbers in them. CLC is pulled out of the TCP stream: read kClcHeaderSize bytes, give
// them to peek_clc(), read exactly the rest. Not one byte more, since what follows may belong to
// the application.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/eid.h"
#include "protocol/result.h"
#include "protocol/types.h"
#include "protocol/wire/field_list.h"

namespace smclab::wire {

enum class ClcType : std::uint8_t { Proposal = 1, Accept = 2, Confirm = 3, Decline = 4 };

/// What is offered or chosen: SMC-R, SMC-D, neither or both (Linux: SMC_TYPE_*). RFC 7609 has
/// these bits reserved, which reads as R.
enum class SmcType : std::uint8_t { R = 0, D = 1, None = 2, Both = 3 };
[[nodiscard]] constexpr bool includes_r(SmcType type) noexcept {
  return type == SmcType::R || type == SmcType::Both;
}
[[nodiscard]] constexpr bool includes_d(SmcType type) noexcept {
  return type == SmcType::D || type == SmcType::Both;
}

/// "SMCR" and "SMCD" in EBCDIC: first and last four bytes of a message. Proposals and Declines
/// always bear the first.
inline constexpr std::uint32_t kSmcrEyeCatcher = 0xE2D4C3D9;
inline constexpr std::uint32_t kSmcdEyeCatcher = 0xE2D4C3C4;

inline constexpr std::size_t kClcHeaderSize = 8;
inline constexpr std::size_t kClcTrailerSize = 4;
/// The longest CLC message that we take: a Proposal with 8 IPv6 prefixes, 8 EIDs and 8 ISM GIDs.
inline constexpr std::size_t kLargestClc = 652;

/// The sender's operating system; peers may send values that are not listed.
enum class OsType : std::uint8_t { Unknown = 0, ZOs = 1, Linux = 2, Aix = 3 };

using smclab::Eid;
template <>
struct FormOf<Eid> : ShownAs<Form::Text> {};

/// The header as it stands, before anything is known of the message.
struct ClcHeader {
  static constexpr bool is_message = true;

  std::uint32_t eye_catcher = kSmcrEyeCatcher;
  ClcType type = ClcType::Proposal;
  std::uint16_t length = 0;  ///< bytes of the whole message, header and trailer included
  std::uint8_t version = 1;  ///< 1 or 2; higher ones are read as 2
  std::uint8_t type_v2 = 0;  ///< depends on the message
  std::uint8_t type_v1 = 0;  ///< depends on the message
  bool operator==(const ClcHeader&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("eye_catcher", 4, self.eye_catcher);
    v.number("type", 1, self.type);
    v.number("length", 2, self.length);
    v.bits(1, bit_field("version", 4, self.version), bit_field("type_v2", 2, self.type_v2),
           bit_field("type_v1", 2, self.type_v1));
  }
};

/// Reads the header from the first kClcHeaderSize bytes of `bytes`. Refuses a wrong eye catcher,
/// an unknown type, version 0, and a length that no message of this type can have: so a peer
/// makes nobody wait for more than kLargestClc bytes. On success `length - kClcHeaderSize` bytes
/// are still to be read.
[[nodiscard]] Result<ClcHeader> peek_clc(std::span<const std::byte> bytes);

namespace detail {

/// The first seven bytes of every message.
template <ClcType kType, std::uint32_t kEyeCatcher = kSmcrEyeCatcher, class Visitor>
constexpr void clc_head(Visitor& v) {
  v.constant("eye_catcher", 4, kEyeCatcher);
  v.constant("type", 1, static_cast<std::uint64_t>(kType));
  v.total_length("length", 2);
}

}  // namespace detail
}  // namespace smclab::wire
