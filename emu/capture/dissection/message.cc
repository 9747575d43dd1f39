// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/message.h"

#include "emu/capture/network/big_endian.h"
#include "protocol/wire/decode.h"

namespace smclab::capture {
namespace {

constexpr std::string_view kUnknown = "unknown";

// Types as bytes name them, for messages that do not decode; the codecs name the others.
std::string_view clc_type(std::uint8_t byte) noexcept {
  constexpr std::string_view kNames[] = {"proposal", "accept", "confirm", "decline"};
  return byte >= 1 && byte <= std::size(kNames) ? kNames[byte - 1] : kUnknown;
}

std::string_view llc_type(std::uint8_t byte) noexcept {
  constexpr std::string_view kNames[] = {
      "confirm_link", "add_link",  "add_link_continuation",     "delete_link", "request_add_link",
      "confirm_rkey", "test_link", "confirm_rkey_continuation", "delete_rkey"};
  const unsigned type = byte & 0x1FU;
  return byte < 0x40 && type >= 1 && type <= std::size(kNames) ? kNames[type - 1] : kUnknown;
}

void decode_option(SmcMessage& message) {
  const auto option = wire::decode<wire::SmcrOption>(message.bytes);
  if (option) {
    message.content = *option;
  } else {
    message.error = option.error();
  }
}

void decode_clc(SmcMessage& message) {
  constexpr std::size_t kTypeAt = 4;
  constexpr std::size_t kVersionAt = 7;
  const auto bytes = message.bytes;
  message.type = bytes.size() > kTypeAt ? clc_type(byte_at(bytes, kTypeAt)) : kUnknown;
  if (bytes.size() > kVersionAt) {
    message.version = static_cast<std::uint8_t>(byte_at(bytes, kVersionAt) >> 4U);
  }
  const auto clc = wire::decode_clc(bytes);
  if (!clc) {
    message.error = clc.error();
    return;
  }
  message.content = *clc;
  message.warning = wire::validate(*clc);
}

void decode_llc(SmcMessage& message) {
  constexpr std::size_t kFlagsAt = 3;
  const auto bytes = message.bytes;
  const std::uint8_t first = bytes.empty() ? std::uint8_t{0} : byte_at(bytes, 0);
  message.type = llc_type(first);
  message.version = static_cast<std::uint8_t>((first & 0x20U) != 0 ? 2 : 1);
  message.response = bytes.size() > kFlagsAt && (byte_at(bytes, kFlagsAt) & 0x80U) != 0;
  const auto llc = wire::decode_llc(bytes);
  if (llc) {
    message.content = *llc;
    message.warning = wire::validate(*llc);
    return;
  }
  // RFC 7609 A.3: types of this class may be anything, and are discarded silently.
  const bool ignorable =
      !bytes.empty() && wire::class_of(bytes[0]) == wire::MessageClass::Ignorable;
  if (!ignorable) message.error = llc.error();
}

void decode_cdc(SmcMessage& message) {
  message.type = "cdc";
  const auto cdc = wire::decode<wire::Cdc>(message.bytes);
  if (cdc) {
    message.content = *cdc;
  } else {
    message.error = cdc.error();
  }
}

}  // namespace

std::string_view name_of(Layer layer) noexcept {
  switch (layer) {
    case Layer::TcpOption:
      return "tcp_option";
    case Layer::Clc:
      return "clc";
    case Layer::Llc:
      return "llc";
    case Layer::Cdc:
      return "cdc";
  }
  return {};
}

void decode_content(SmcMessage& message) {
  switch (message.layer) {
    case Layer::TcpOption:
      return decode_option(message);
    case Layer::Clc:
      return decode_clc(message);
    case Layer::Llc:
      return decode_llc(message);
    case Layer::Cdc:
      return decode_cdc(message);
  }
}

Layer layer_of_sent(std::span<const std::byte> bytes) noexcept {
  return !bytes.empty() && bytes[0] == std::byte{wire::Cdc::kType} ? Layer::Cdc : Layer::Llc;
}

}  // namespace smclab::capture
