// SPDX-License-Identifier: MIT
#include "protocol/wire/llc.h"

#include <algorithm>

#include "protocol/wire/decode.h"
#include "protocol/wire/dissect.h"

namespace smclab::wire {
namespace {

constexpr std::uint8_t kV2 = 0x20;
/// RFC 7609 2.2.2: a link group has at most eight links.
constexpr std::uint8_t kMostOtherLinks = 7;

/// Decodes in place: the largest of the messages has four kilobytes.
template <class T>
Result<LlcMessage> decode_as(std::span<const std::byte> bytes) {
  Result<LlcMessage> result(tl::in_place, std::in_place_type<T>);
  const auto error = decode_into(bytes, *std::get_if<T>(&*result));
  if (error) result = tl::unexpected(*error);
  return result;
}

constexpr std::uint8_t type_byte(LlcType type) {
  return static_cast<std::uint8_t>(type);
}

/// Whether the first `count` entries name links, each another one. Gives the place of the first
/// that does not.
template <std::size_t kSize>
std::optional<int> bad_link(const std::array<LinkRkey, kSize>& entries, std::size_t count) {
  count = std::min(count, kSize);
  for (std::size_t i = 0; i < count; ++i) {
    bool bad = entries[i].link.value == 0;
    for (std::size_t j = 0; j < i; ++j) bad = bad || entries[i].link == entries[j].link;
    if (bad) return static_cast<int>(i);
  }
  return std::nullopt;
}

/// Zero and group addresses name no RNIC port.
bool is_unicast(const Mac& mac) noexcept {
  return mac != Mac{} && (mac.bytes[0] & std::byte{1}) == std::byte{0};
}

/// What CONFIRM LINK and ADD LINK say of the sender's end of a link.
template <class T>
std::optional<DecodeError> validate_link_end(const T& message) {
  const auto bad = [&](std::string_view name) { return objection(message, name, Fault::BadValue); };
  if (!is_unicast(message.mac)) return bad("mac");
  if (message.gid == Gid{}) return bad("gid");
  if (message.qpn.value < 2) return bad("qpn");  // 0 and 1 are the management queue pairs
  if (message.link.value == 0) return bad("link_number");
  return std::nullopt;
}

}  // namespace

Result<LlcMessage> decode_llc(std::span<const std::byte> bytes) {
  if (bytes.empty()) return tl::unexpected(DecodeError{"type", 0, Fault::Truncated});
  switch (std::to_integer<std::uint8_t>(bytes[0])) {
    case type_byte(LlcType::ConfirmLink):
    case kV2 | type_byte(LlcType::ConfirmLink):
      return decode_as<ConfirmLink>(bytes);
    case type_byte(LlcType::AddLink):
    case kV2 | type_byte(LlcType::AddLink):
      return decode_as<AddLink>(bytes);
    case type_byte(LlcType::AddLinkContinuation):
      return decode_as<AddLinkContinuation>(bytes);
    case type_byte(LlcType::DeleteLink):
    case kV2 | type_byte(LlcType::DeleteLink):
      return decode_as<DeleteLink>(bytes);
    case kV2 | type_byte(LlcType::RequestAddLink):
      return decode_as<RequestAddLink>(bytes);
    case type_byte(LlcType::ConfirmRkey):
    case kV2 | type_byte(LlcType::ConfirmRkey):
      return decode_as<ConfirmRkey>(bytes);
    case type_byte(LlcType::TestLink):
    case kV2 | type_byte(LlcType::TestLink):
      return decode_as<TestLink>(bytes);
    case type_byte(LlcType::ConfirmRkeyContinuation):
      return decode_as<ConfirmRkeyContinuation>(bytes);
    case type_byte(LlcType::DeleteRkey):
    case kV2 | type_byte(LlcType::DeleteRkey):
      return decode_as<DeleteRkey>(bytes);
    default:
      return tl::unexpected(DecodeError{"type", 0, Fault::UnknownType});
  }
}

MessageClass class_of(std::byte type) noexcept {
  if (type == std::byte{0xFE}) return MessageClass::Cdc;
  switch (std::to_integer<unsigned>(type) >> 6) {
    case 0:
      return MessageClass::Llc;
    case 2:
      return MessageClass::Ignorable;
    default:
      return MessageClass::Other;
  }
}

std::string_view type_name(const LlcMessage& message) noexcept {
  switch (std::visit([](const auto& held) { return held.kType; }, message)) {
    case LlcType::ConfirmLink:
      return "confirm_link";
    case LlcType::AddLink:
      return "add_link";
    case LlcType::AddLinkContinuation:
      return "add_link_continuation";
    case LlcType::DeleteLink:
      return "delete_link";
    case LlcType::RequestAddLink:
      return "request_add_link";
    case LlcType::ConfirmRkey:
      return "confirm_rkey";
    case LlcType::TestLink:
      return "test_link";
    case LlcType::ConfirmRkeyContinuation:
      return "confirm_rkey_continuation";
    case LlcType::DeleteRkey:
      return "delete_rkey";
  }
  return {};
}

const LlcHead& head_of(const LlcMessage& message) noexcept {
  return std::visit([](const auto& held) -> const LlcHead& { return held.head; }, message);
}

std::uint8_t version_of(const LlcMessage& message) noexcept {
  return head_of(message).version == LlcVersion::V1 ? 1 : 2;
}

bool is_invitation(const AddLink& message) noexcept {
  return !message.head.response && message.qpn.value == 0;
}

std::optional<DecodeError> validate(const ConfirmLink& message) {
  return validate_link_end(message);
}

std::optional<DecodeError> validate(const AddLink& message) {
  // A rejection and an invitation say nothing about a link.
  if (message.rejected || is_invitation(message)) return std::nullopt;
  if (const auto wrong = validate_link_end(message)) return wrong;
  if (message.head.version == LlcVersion::V2 && !message.v2) {
    return objection(message, "length", Fault::BadLength);
  }
  const auto mtu = static_cast<unsigned>(message.mtu);
  if (mtu < 1 || mtu > 5) return objection(message, "mtu", Fault::ReservedValue);
  return std::nullopt;
}

std::optional<DecodeError> validate(const AddLinkContinuation& message) {
  if (message.link.value == 0) return objection(message, "link_number", Fault::BadValue);
  return std::nullopt;
}

std::optional<DecodeError> validate(const DeleteLink& message) {
  if (!message.all && message.link.value == 0) {
    return objection(message, "link_number", Fault::BadValue);
  }
  return std::nullopt;
}

std::optional<DecodeError> validate(const RequestAddLink& message) {
  if (!message.head.response && message.gids.empty()) {
    return objection(message, "gid_count", Fault::BadCount);
  }
  return std::nullopt;
}

std::optional<DecodeError> validate(const ConfirmRkey& message) {
  if (message.other_links > kMostOtherLinks) {
    return objection(message, "other_links", Fault::BadCount);
  }
  if (const auto nth = bad_link(message.others, message.other_links)) {
    return objection(message, "link_number", Fault::BadValue, *nth);
  }
  return std::nullopt;
}

std::optional<DecodeError> validate(const TestLink&) {
  return std::nullopt;
}

std::optional<DecodeError> validate(const ConfirmRkeyContinuation& message) {
  if (message.links_left == 0 || message.links_left > kMostOtherLinks) {
    return objection(message, "links_left", Fault::BadCount);
  }
  if (const auto nth = bad_link(message.others, message.links_left)) {
    return objection(message, "link_number", Fault::BadValue, *nth);
  }
  return std::nullopt;
}

std::optional<DecodeError> validate(const DeleteRkey& message) {
  if (message.rkeys.empty()) return objection(message, "rkey_count", Fault::BadCount);
  return std::nullopt;
}

std::optional<DecodeError> validate(const LlcMessage& message) {
  return std::visit([](const auto& held) { return validate(held); }, message);
}

}  // namespace smclab::wire
