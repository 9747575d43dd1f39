// SPDX-License-Identifier: MIT
//
// LLC messages that make, prove and end links: CONFIRM LINK, ADD LINK and its continuation,
// REQUEST ADD LINK, DELETE LINK, TEST LINK (RFC 7609 A.3.1-A.3.4, A.3.8; v2 forms after Linux,
// net/smc/smc_llc.c).
#pragma once

#include <array>
#include <optional>

#include "protocol/wire/llc_head.h"

namespace smclab::wire {

/// Proves a new link from both ends; flows on that link. The server asks, the client answers.
struct ConfirmLink {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::ConfirmLink;

  LlcHead head;
  std::uint8_t no_rmbe_eye_catcher = 3;  ///< not 0: the sender's RMBEs begin with payload. Linux
                                         ///< sets both bits and declines if the peer sets none
  Mac mac;                               ///< of the sender's end of the link
  Gid gid;
  Qpn qpn;
  LinkNumber link;                   ///< chosen by the server, echoed by the client
  std::uint32_t link_user_id = 0;    ///< opaque, for display
  std::uint8_t max_links = 2;        ///< per link group; the smaller one holds
  std::uint8_t max_connections = 0;  ///< v2.1; else reserved
  bool operator==(const ConfirmLink&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::llc_head<kType>(v, self.head);
    v.bits(1, bit_field("response", 1, self.head.response), reserved_bits(5),
           bit_field("no_rmbe_eye_catcher", 2, self.no_rmbe_eye_catcher));
    v.bytes("mac", self.mac);
    v.bytes("gid", self.gid);
    v.number("qpn", 3, self.qpn);
    v.number("link_number", 1, self.link);
    v.number("link_user_id", 4, self.link_user_id);
    v.number("max_links", 1, self.max_links);
    v.number("max_connections", 1, self.max_connections);
    detail::llc_end(v, self.head);
  }
};

/// An RMB's key on a link that the peer knows, and its key and address on the new link.
struct RkeyPair {
  static constexpr bool is_message = true;
  Rkey reference;
  Rkey rkey;
  VirtualAddress address;
  bool operator==(const RkeyPair&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.number("reference_rkey", 4, self.reference);
    v.number("new_rkey", 4, self.rkey);
    v.number("new_address", 8, self.address);
  }
};

/// What ADD LINK carries in v2, keys included.
struct AddLinkV2 {
  static constexpr bool is_message = true;

  bool direct = false;  ///< peers reach each other without a gateway
  Gid client_target;    ///< the client's address the new link goes to; Linux: the sender's own
  ByteOrder count_order = ByteOrder::Little;  ///< of the key count; send what the peer sends
  BoundedList<RkeyPair, 255> rkeys;
  bool operator==(const AddLinkV2&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.bits(1, bit_field("direct", 1, self.direct), reserved_bits(7));
    v.reserved(1);
    v.bytes("client_target_gid", self.client_target);
    v.reserved(8);
    v.count("rkey_count", 2, self.rkeys, self.count_order);
    v.list("rkeys", self.rkeys);
  }
};

enum class AddLinkReject : std::uint8_t { None = 0, NoAlternatePath = 1, InvalidMtu = 2 };

/// The server offers its end of a new link, the client answers with its own or rejects. From the
/// client as a request it is an invitation, whose content means nothing. The layout is Linux's,
/// which has two bytes between MAC and GID that RFC 7609 figure 32 does not draw.
struct AddLink {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::AddLink;

  LlcHead head;
  AddLinkReject reason = AddLinkReject::None;  ///< v1 only: the v2 length lies over it
  bool rejected = false;                       ///< Z, the only mark of a refusal to rely on
  Mac mac;
  Gid gid;
  Qpn qpn;
  LinkNumber link;  ///< of the new link, chosen by the server
  MtuCode mtu = MtuCode::Mtu1024;
  Psn psn;                      ///< first one the sender will use
  std::optional<AddLinkV2> v2;  ///< in v2, unless rejected
  bool operator==(const AddLink&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::llc_type<kType>(v, self.head);
    if (self.head.version == LlcVersion::V1) {
      v.total_length("length", 1);
      v.bits(1, reserved_bits(4), bit_field("reject_reason", 4, self.reason));
    } else {
      v.total_length("length", 2, self.head.length_order);
    }
    v.bits(1, bit_field("response", 1, self.head.response), bit_field("rejected", 1, self.rejected),
           reserved_bits(6));
    v.bytes("mac", self.mac);
    v.reserved(2);
    v.bytes("gid", self.gid);
    v.number("qpn", 3, self.qpn);
    v.number("link_number", 1, self.link);
    v.bits(1, reserved_bits(4), bit_field("mtu", 4, self.mtu));
    v.number("psn", 3, self.psn);
    v.reserved(8);
    // All the rest are keys: a count that does not fit is an error and no later release.
    if (self.head.version == LlcVersion::V2) v.tail("v2_extension", self.v2);
  }
};

/// Keys for the new link, two a message, server and client in turns (v1 only).
struct AddLinkContinuation {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::AddLinkContinuation;

  LlcHead head;  ///< version 1
  LinkNumber link;
  std::uint8_t rkeys_left = 0;      ///< how many are still to come, these included
  std::array<RkeyPair, 2> rkeys{};  ///< min(rkeys_left, 2) of them mean something
  bool operator==(const AddLinkContinuation&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.constant("type", 1, static_cast<std::uint64_t>(kType));
    v.total_length("length", 1);
    v.reserved(1);
    v.bits(1, bit_field("response", 1, self.head.response), reserved_bits(7));
    v.number("link_number", 1, self.link);
    v.number("rkeys_left", 1, self.rkeys_left);
    v.reserved(2);
    v.list("rkeys", self.rkeys);
    v.reserved(4);
  }
};

/// The client would like a further link and says over which of its addresses (v2 only). The
/// server answers only if it will not add one.
struct RequestAddLink {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::RequestAddLink;
  static constexpr std::size_t kCapacity = 255;

  LlcHead head{.version = LlcVersion::V2};  ///< version 2
  BoundedList<Gid, kCapacity> gids;
  bool operator==(const RequestAddLink&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    v.constant("type", 1, 0x20 | static_cast<std::uint64_t>(kType));
    v.total_length("length", 2, self.head.length_order);
    v.bits(1, bit_field("response", 1, self.head.response), reserved_bits(7));
    v.reserved(20);
    v.count("gid_count", 1, self.gids);
    v.reserved(3);
    v.list("gids", self.gids);
    detail::llc_end(v, self.head);
  }
};

/// Why a link goes; peers may send values that are not listed.
enum class DeleteLinkReason : std::uint32_t {
  None = 0,
  LostPath = 0x0001'0000,
  Operator = 0x0002'0000,
  Program = 0x0003'0000,  ///< for example an idle link group
  Violation = 0x0004'0000,
  AsymmetricNotNeeded = 0x0005'0000,
  UnknownLink = 0x0010'0000,       ///< in a response
  UnknownLinkGroup = 0x0020'0000,  ///< in a response (Linux)
};
template <>
struct FormOf<DeleteLinkReason> : ShownAs<Form::Hex> {};

/// Ends one link or the whole group. From the client it is a notice that the server takes up.
struct DeleteLink {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::DeleteLink;

  LlcHead head;
  bool all = false;      ///< A: the whole group
  bool orderly = false;  ///< O: other work may finish first
  LinkNumber link;       ///< 0 with `all`
  DeleteLinkReason reason = DeleteLinkReason::None;
  bool operator==(const DeleteLink&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::llc_head<kType>(v, self.head);
    v.bits(1, bit_field("response", 1, self.head.response), bit_field("all", 1, self.all),
           bit_field("orderly", 1, self.orderly), reserved_bits(5));
    v.number("link_number", 1, self.link);
    v.number("reason", 4, self.reason);
    detail::llc_end(v, self.head);
  }
};

/// Asks whether a link lives; the answer repeats the data. Flows on the link in question.
struct TestLink {
  static constexpr bool is_message = true;
  static constexpr LlcType kType = LlcType::TestLink;

  LlcHead head;
  std::array<std::byte, 16> user_data{};  ///< Linux sends zero and does not compare the echo
  bool operator==(const TestLink&) const = default;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    detail::llc_head<kType>(v, self.head);
    v.bits(1, bit_field("response", 1, self.head.response), reserved_bits(7));
    v.bytes("user_data", self.user_data);
    detail::llc_end(v, self.head);
  }
};

}  // namespace smclab::wire
