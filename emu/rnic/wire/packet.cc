// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/packet.h"

#include "protocol/wire/decode.h"

namespace smclab::roce {
namespace {

// Offsets inside the BTH, for errors that no single field's decoding finds.
constexpr std::uint32_t kFlagsOffset = 1;

tl::unexpected<DecodeError> refuse(const char* field, std::size_t offset, Fault fault) {
  return tl::unexpected(DecodeError{field, static_cast<std::uint32_t>(offset), fault});
}

}  // namespace

Result<Packet> decode_packet(std::span<const std::byte> bytes, std::uint32_t unbacked) {
  if (bytes.empty()) return refuse("opcode", 0, Fault::Truncated);
  Packet packet;
  packet.info = find_opcode(std::to_integer<std::uint8_t>(bytes[0]));
  if (packet.info == nullptr) return refuse("opcode", 0, Fault::UnknownType);

  wire::Decoder decoder(bytes);
  Headers::fields(decoder, packet.headers);
  if (decoder.error()) return tl::unexpected(*decoder.error());
  const Bth& bth = packet.headers.bth;
  if (bth.version != 0) return refuse("version", kFlagsOffset, Fault::BadValue);

  const std::size_t carried = bytes.size() - decoder.offset();
  if (unbacked > 0 && carried > 0) return refuse("payload", decoder.offset(), Fault::Trailing);
  const std::uint64_t behind = std::uint64_t{carried} + unbacked;
  if (behind % 4 != 0) return refuse("payload", decoder.offset(), Fault::BadLength);
  if (bth.pad > behind) return refuse("pad", kFlagsOffset, Fault::BadLength);
  if (behind > UINT32_MAX) return refuse("payload", decoder.offset(), Fault::BadLength);
  packet.header_length = static_cast<std::uint32_t>(decoder.offset());
  packet.payload_length = static_cast<std::uint32_t>(behind - bth.pad);
  if (packet.payload_length > 0 && !packet.info->carries_payload()) {
    return refuse("payload", decoder.offset(), Fault::Trailing);
  }
  return packet;
}

}  // namespace smclab::roce
