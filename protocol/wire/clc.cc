// SPDX-License-Identifier: MIT
#include "protocol/wire/clc.h"

#include "protocol/wire/decode.h"
#include "protocol/wire/dissect.h"

namespace smclab::wire {
namespace {

struct LengthRange {
  std::size_t least;
  std::size_t most;
};
constexpr LengthRange lengths_of(ClcType type) noexcept {
  switch (type) {
    case ClcType::Proposal:
      return {52, kLargestClc};
    case ClcType::Accept:
    case ClcType::Confirm:
      return {48, kLargestClc};  // SMC-D v1; later releases may say more than we know
    case ClcType::Decline:
      return {28, 44};
  }
  return {0, 0};
}

template <class T>
Result<ClcMessage> decode_as(std::span<const std::byte> bytes) {
  Result<ClcMessage> result(tl::in_place, std::in_place_type<T>);
  const auto error = decode_into(bytes, *std::get_if<T>(&*result));
  if (error) result = tl::unexpected(*error);
  return result;
}

/// Zero and group addresses name no RNIC port (and would make a sender multicast).
bool is_unicast(const Mac& mac) noexcept {
  return mac != Mac{} && (mac.bytes[0] & std::byte{1}) == std::byte{0};
}

/// RFC 7609 C.6 tells malformed values (reset) from reserved ones (Decline): the former go first.
template <class T>
std::optional<DecodeError> validate_end(const T& message, bool first_contact,
                                        std::uint8_t largest_size_code) {
  const ConnectionEnd& end = message.end;
  const auto bad = [&](std::string_view name) { return objection(message, name, Fault::BadValue); };
  if (message.version == 0) return bad("version");
  if (end.gid == Gid{}) return bad("gid");
  if (!is_unicast(end.mac)) return bad("mac");
  if (end.qpn.value < 2) return bad("qpn");  // 0 and 1 are the management queue pairs
  if (end.rmbe_index == 0) return bad("rmbe_index");
  const std::uint64_t room = UINT64_MAX - end.rmb_address.value;
  if (room < std::uint64_t{rmbe_bytes(end.size_code)} * end.rmbe_index) return bad("rmb_address");
  const auto mtu = static_cast<unsigned>(end.mtu);
  if (first_contact && (mtu < 1 || mtu > 5)) {
    return objection(message, "mtu", Fault::ReservedValue);
  }
  if (end.size_code > largest_size_code) {
    return objection(message, "size_code", Fault::ReservedValue);
  }
  return std::nullopt;
}

std::optional<DecodeError> validate_ip_area(const Proposal& proposal) {
  if (!proposal.ip_area) return std::nullopt;
  if (proposal.ip_area->prefix_length > 32) {
    return objection(proposal, "prefix_length", Fault::BadValue);
  }
  int nth = 1;  // field 0 of that name is the IPv4 one
  for (const Ipv6Prefix& prefix : proposal.ip_area->prefixes) {
    if (prefix.length > 128) return objection(proposal, "prefix_length", Fault::BadValue, nth);
    ++nth;
  }
  return std::nullopt;
}

/// Whether the areas follow each other as place_areas() puts them. Linux computes the length from
/// the areas alone, so any gap makes a message it refuses.
std::optional<DecodeError> validate_offsets(const Proposal& proposal) {
  if (proposal.ip_area_offset > Proposal::kLargestIpAreaOffset) {
    return objection(proposal, "ip_area_offset", Fault::BadOffset);
  }
  Proposal placed = proposal;
  place_areas(placed);
  if (proposal.has_v2() && proposal.v2_offset != placed.v2_offset) {
    return objection(proposal, "v2_offset", Fault::BadOffset);
  }
  if (proposal.has_smcd_v2() && proposal.v2->smcd_offset != placed.v2->smcd_offset) {
    return objection(proposal, "smcd_offset", Fault::BadOffset);
  }
  return std::nullopt;
}

Proposal propose(const ProposalV1& client, std::uint8_t version) {
  Proposal proposal{.version = version,
                    .peer_id = client.peer_id,
                    .gid = client.gid,
                    .mac = client.mac,
                    .ip_area_offset = 0,
                    .ip_area = client.ip_area};
  // RFC 7609 has no types in the header: its reserved bits are zero.
  if (version == 1) proposal.type_v2 = SmcType::R;
  place_areas(proposal);
  return proposal;
}

}  // namespace

Result<ClcHeader> peek_clc(std::span<const std::byte> bytes) {
  const Result<ClcHeader> header = decode_prefix<ClcHeader>(bytes);
  if (!header) return header;
  const auto refuse = [&](std::string_view name, Fault fault) {
    return tl::unexpected(objection(*header, name, fault));
  };
  const bool smcd = header->eye_catcher == kSmcdEyeCatcher;
  const bool answer = header->type == ClcType::Accept || header->type == ClcType::Confirm;
  const bool known = header->eye_catcher == kSmcrEyeCatcher || (smcd && answer);
  if (!known) return refuse("eye_catcher", Fault::BadConstant);
  const LengthRange range = lengths_of(header->type);
  if (range.most == 0) return refuse("type", Fault::UnknownType);
  if (header->length < range.least || header->length > range.most) {
    return refuse("length", Fault::BadLength);
  }
  if (header->version == 0) return refuse("version", Fault::BadValue);
  return header;
}

Result<ClcMessage> decode_clc(std::span<const std::byte> bytes) {
  const Result<ClcHeader> header = peek_clc(bytes);
  if (!header) return tl::unexpected(header.error());
  const bool smcd = header->eye_catcher == kSmcdEyeCatcher;
  switch (header->type) {
    case ClcType::Proposal:
      return decode_as<Proposal>(bytes);
    case ClcType::Accept:
      return smcd ? decode_as<SmcdAccept>(bytes) : decode_as<Accept>(bytes);
    case ClcType::Confirm:
      return smcd ? decode_as<SmcdConfirm>(bytes) : decode_as<Confirm>(bytes);
    case ClcType::Decline:
      return decode_as<Decline>(bytes);
  }
  return tl::unexpected(objection(*header, "type", Fault::UnknownType));
}

std::string_view type_name(const ClcMessage& message) noexcept {
  switch (std::visit([](const auto& held) { return held.kType; }, message)) {
    case ClcType::Proposal:
      return "proposal";
    case ClcType::Accept:
      return "accept";
    case ClcType::Confirm:
      return "confirm";
    case ClcType::Decline:
      return "decline";
  }
  return {};
}

std::uint8_t version_of(const ClcMessage& message) noexcept {
  return std::visit([](const auto& held) { return held.version; }, message);
}

std::optional<DecodeError> validate(const Proposal& proposal) {
  const auto bad = [&](std::string_view name) {
    return objection(proposal, name, Fault::BadValue);
  };
  if (proposal.version == 0) return bad("version");
  if (proposal.version == 1 && proposal.type_v1 == SmcType::None) return bad("type_v1");
  if (proposal.has_ip_area() && includes_r(proposal.type_v1)) {
    if (proposal.gid == Gid{}) return bad("gid");
    if (!is_unicast(proposal.mac)) return bad("mac");
  }
  if (proposal.has_v2() && includes_r(proposal.type_v2) && proposal.v2->gid == Gid{}) {
    return bad("gid_v2");
  }
  if (const auto wrong = validate_ip_area(proposal)) return wrong;
  return validate_offsets(proposal);
}

std::optional<DecodeError> validate(const Accept& accept, std::uint8_t largest_size_code) {
  return validate_end(accept, accept.first_contact, largest_size_code);
}

std::optional<DecodeError> validate(const Confirm& confirm, bool first_contact,
                                    std::uint8_t largest_size_code) {
  return validate_end(confirm, first_contact, largest_size_code);
}

std::optional<DecodeError> validate(const Decline& decline) {
  // Any diagnosis is legal: its meaning is the sender's (RFC 7609 A.2.5).
  if (decline.version == 0) return objection(decline, "version", Fault::BadValue);
  return std::nullopt;
}

std::optional<DecodeError> validate(const ClcMessage& message) {
  if (const auto* proposal = std::get_if<Proposal>(&message)) return validate(*proposal);
  if (const auto* accept = std::get_if<Accept>(&message)) return validate(*accept);
  if (const auto* confirm = std::get_if<Confirm>(&message)) {
    return validate(*confirm, confirm->first_contact);
  }
  if (const auto* decline = std::get_if<Decline>(&message)) return validate(*decline);
  return std::nullopt;
}

void place_areas(Proposal& proposal) {
  std::size_t ip_area = 0;
  if (proposal.has_ip_area() && proposal.ip_area) {
    ip_area = 8 + 17 * proposal.ip_area->prefixes.size();
  }
  if (proposal.version >= 2) {
    proposal.ip_area_offset =
        proposal.has_ip_area() ? Proposal::kLargestIpAreaOffset : std::uint16_t{0};
  }
  const bool v2 = proposal.has_v2() && proposal.v2;
  // 28 bytes lie between the offset's own end and the IP area.
  proposal.v2_offset = v2 ? static_cast<std::uint16_t>(28 + ip_area) : std::uint16_t{0};
  if (!v2) return;
  proposal.v2->smcd_offset = 0;
  if (proposal.has_smcd_v2()) {
    proposal.v2->smcd_offset = static_cast<std::uint16_t>(32 + 32 * proposal.v2->eids.size());
  }
}

IpArea ipv4_area(const IpAddress& address, std::uint8_t prefix_length) {
  SMCLAB_CHECK(prefix_length <= 32);
  IpArea area{.prefix_length = prefix_length};
  for (std::size_t i = 0; i < area.subnet.bytes.size(); ++i) {
    const unsigned whole = static_cast<unsigned>(8 * i);
    const unsigned bits = prefix_length <= whole ? 0 : prefix_length - whole;
    const unsigned mask = bits >= 8 ? 0xFFU : 0xFFU << (8 - bits) & 0xFFU;
    area.subnet.bytes[i] = address.gid.bytes[12 + i] & std::byte(mask);
  }
  return area;
}

Proposal rfc_proposal(const ProposalV1& client) {
  return propose(client, 1);
}

Proposal linux_proposal(const ProposalV1& client) {
  return propose(client, 2);
}

}  // namespace smclab::wire
