// SPDX-License-Identifier: MIT
//
// CLC Accept and Confirm of SMC-D (Linux: smcd_clc_msg_accept_confirm). smclab never speaks SMC-D;
// these are read so that a capture of such a handshake is shown and not called malformed. A peer
// that answers us with one has chosen what was not offered.
#pragma once

#include <optional>

#include "protocol/wire/clc_answer.h"

namespace smclab::wire {

/// The first contact extension in SMC-D, which lacks the v2.1 part in v2.0.
struct SmcdFirstContact {
  static constexpr bool is_message = true;
  FirstContact part;
  bool operator==(const SmcdFirstContact&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    FirstContact::v20_fields(v, self.part);
    if (self.part.release >= 1) FirstContact::v21_fields(v, self.part);
  }
};

/// 48 bytes in version 1; 78 in version 2, and 36 (v2.0) or 52 (v2.1) more on first contact.
template <ClcType kClcType>
struct SmcdAnswer {
  static constexpr bool is_message = true;
  static constexpr ClcType kType = kClcType;

  std::uint8_t version = 1;
  bool first_contact = false;
  std::uint64_t gid = 0;        ///< of the sender's ISM device
  std::uint64_t dmb_token = 0;  ///< names the sender's direct memory buffer
  std::uint8_t dmbe_index = 0;
  std::uint8_t size_code = 0;
  std::uint32_t link_id = 0;
  std::uint16_t chid = 0;  ///< this and the next three: version 2 only
  Eid eid;
  std::uint64_t gid_extension = 0;            ///< second half of a loopback device's GID
  std::optional<SmcdFirstContact> extension;  ///< there exactly if has_extension()
  bool operator==(const SmcdAnswer&) const = default;

  [[nodiscard]] constexpr bool has_extension() const noexcept {
    return version >= 2 && first_contact;
  }
  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::clc_head<kType, kSmcdEyeCatcher>(v);
    v.bits(1, bit_field("version", 4, self.version),
           bit_field("first_contact", 1, self.first_contact), reserved_bits(1),
           constant_bits("type_v1", 2, static_cast<std::uint64_t>(SmcType::D)));
    v.number("ism_gid", 8, self.gid);
    v.number("dmb_token", 8, self.dmb_token);
    v.number("dmbe_index", 1, self.dmbe_index);
    v.bits(1, bit_field("size_code", 4, self.size_code), reserved_bits(4));
    v.reserved(2);
    v.number("link_id", 4, self.link_id);
    if (self.version >= 2) {
      v.number("ism_chid", 2, self.chid);
      v.bytes("eid", self.eid);
      v.number("ism_gid_extension", 8, self.gid_extension);
    } else {
      v.reserved(12);
    }
    v.section("first_contact_extension", self.has_extension(), self.extension);
    v.constant("trailer", 4, kSmcdEyeCatcher);
  }
};
using SmcdAccept = SmcdAnswer<ClcType::Accept>;
using SmcdConfirm = SmcdAnswer<ClcType::Confirm>;

}  // namespace smclab::wire
