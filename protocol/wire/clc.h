// SPDX-License-Identifier: MIT
//
// Any Connection Layer Control message: decoding one without knowing which, and the meaning checks
// of each. A peer's CLC is handled in three steps: peek_clc() on the header, decode_clc() on the
// whole, validate() on the result. An error of the first two, or Fault::BadValue of the third,
// ends the TCP connection; Fault::ReservedValue is answered by a Decline (RFC 7609 C.6).
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "protocol/wire/clc_answer.h"
#include "protocol/wire/clc_header.h"
#include "protocol/wire/clc_proposal.h"
#include "protocol/wire/clc_smcd.h"

namespace smclab::wire {

using ClcMessage = std::variant<Proposal, Accept, Confirm, Decline, SmcdAccept, SmcdConfirm>;

/// Decodes one message that fills `bytes` whole.
[[nodiscard]] Result<ClcMessage> decode_clc(std::span<const std::byte> bytes);

/// "proposal", "accept", "confirm" or "decline".
[[nodiscard]] std::string_view type_name(const ClcMessage& message) noexcept;
/// The version nibble.
[[nodiscard]] std::uint8_t version_of(const ClcMessage& message) noexcept;

/// The largest size code that Linux may send; RFC 7609 reserves those above 5.
inline constexpr std::uint8_t kLargestSizeCode = 15;

/// Each says what is wrong with the message's meaning, if anything; malformed values are reported
/// before reserved ones. A nonzero MTU code is asked for on first contact only, since it has no
/// meaning later. `largest_size_code` is the caller's limit; beyond it is a reserved value.
[[nodiscard]] std::optional<DecodeError> validate(const Proposal& proposal);
[[nodiscard]] std::optional<DecodeError> validate(
    const Accept& accept, std::uint8_t largest_size_code = kLargestSizeCode);
/// `first_contact` is what this side's Accept said: a Confirm need not repeat it.
[[nodiscard]] std::optional<DecodeError> validate(
    const Confirm& confirm, bool first_contact, std::uint8_t largest_size_code = kLargestSizeCode);
[[nodiscard]] std::optional<DecodeError> validate(const Decline& decline);
/// The same for a message that nobody waits for, as a capture shows it. SMC-D passes.
[[nodiscard]] std::optional<DecodeError> validate(const ClcMessage& message);

}  // namespace smclab::wire
