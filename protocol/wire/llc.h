// SPDX-License-Identifier: MIT
//
// Any Link Layer Control message: decoding one without knowing which, and the meaning checks of
// each (RFC 7609 A.3, C.7.1). A message that fails either is an unambiguous error of the peer, for
// which the RFC takes the link down; which remedy fits is the caller's to know.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "protocol/result.h"
#include "protocol/wire/llc_link.h"
#include "protocol/wire/llc_rkey.h"

namespace smclab::wire {

using LlcMessage =
    std::variant<ConfirmLink, AddLink, AddLinkContinuation, DeleteLink, RequestAddLink, ConfirmRkey,
                 TestLink, ConfirmRkeyContinuation, DeleteRkey>;

/// Decodes one message that fills `bytes` whole. A type that is no LLC message, CDC included,
/// gives Fault::UnknownType.
[[nodiscard]] Result<LlcMessage> decode_llc(std::span<const std::byte> bytes);

/// What the first byte of a message on an SMC-R queue pair says (RFC 7609 A.3).
enum class MessageClass : std::uint8_t {
  Llc,        ///< top bits 00: required; RFC 7609 takes the link down if it is unknown, Linux
              ///< drops it
  Ignorable,  ///< top bits 10: optional; discard it silently if it is unknown
  Cdc,        ///< 0xFE
  Other,      ///< top bits 01 or 11: nothing that is defined
};
[[nodiscard]] MessageClass class_of(std::byte type) noexcept;

/// "confirm_link", "add_link", "add_link_continuation", "delete_link", "request_add_link",
/// "confirm_rkey", "confirm_rkey_continuation", "test_link" or "delete_rkey".
[[nodiscard]] std::string_view type_name(const LlcMessage& message) noexcept;
/// Version, response flag and byte order, whatever the message.
[[nodiscard]] const LlcHead& head_of(const LlcMessage& message) noexcept;
/// 1 or 2.
[[nodiscard]] std::uint8_t version_of(const LlcMessage& message) noexcept;

/// The client's wish for a further link in v1: an ADD LINK request without a queue pair.
[[nodiscard]] bool is_invitation(const AddLink& message) noexcept;

/// Each says what is wrong with the message's meaning, if anything. Whether a link, key or
/// request it names exists is not looked at. A reserved MTU code is Fault::ReservedValue; the
/// answer to that is an ADD LINK rejection.
[[nodiscard]] std::optional<DecodeError> validate(const ConfirmLink& message);
[[nodiscard]] std::optional<DecodeError> validate(const AddLink& message);
[[nodiscard]] std::optional<DecodeError> validate(const AddLinkContinuation& message);
[[nodiscard]] std::optional<DecodeError> validate(const DeleteLink& message);
[[nodiscard]] std::optional<DecodeError> validate(const RequestAddLink& message);
[[nodiscard]] std::optional<DecodeError> validate(const ConfirmRkey& message);
[[nodiscard]] std::optional<DecodeError> validate(const TestLink& message);
[[nodiscard]] std::optional<DecodeError> validate(const ConfirmRkeyContinuation& message);
[[nodiscard]] std::optional<DecodeError> validate(const DeleteRkey& message);
[[nodiscard]] std::optional<DecodeError> validate(const LlcMessage& message);

}  // namespace smclab::wire
