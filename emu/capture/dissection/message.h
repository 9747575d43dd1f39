// SPDX-License-Identifier: MIT
//
// One SMC-R message as a capture shows it: where and when, between whom, its bytes, and what they
// mean or why they mean nothing. Everything that lists, counts or compares messages works on this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "emu/capture/dissection/roce_send.h"
#include "emu/capture/dissection/tcp_order.h"
#include "protocol/result.h"
#include "protocol/types.h"
#include "protocol/wire/cdc.h"
#include "protocol/wire/clc.h"
#include "protocol/wire/llc.h"
#include "protocol/wire/tcp_option.h"

namespace smclab::capture {

enum class Layer : std::uint8_t { TcpOption, Clc, Llc, Cdc };

/// "tcp_option", "clc", "llc" or "cdc".
[[nodiscard]] std::string_view name_of(Layer layer) noexcept;

/// What the bytes mean; monostate where they do not decode.
using Content =
    std::variant<std::monostate, wire::SmcrOption, wire::ClcMessage, wire::LlcMessage, wire::Cdc>;

struct SmcMessage {
  Stamp at;
  IpAddress source;
  IpAddress destination;
  // Of a TCP connection: the option and CLC.
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t stream = 0;  ///< counted from 0 in the order of first segments, as tshark does
  // Of an RC queue pair: LLC and CDC.
  Qpn qpn;  ///< of the receiver
  Psn psn;  ///< of the last packet
  bool retransmission = false;
  IcrcStatus icrc = IcrcStatus::Unknown;

  Layer layer = Layer::TcpOption;
  std::string_view type;                ///< static storage; "unknown" for types that have no name
  std::optional<std::uint8_t> version;  ///< of CLC and LLC
  bool response = false;                ///< LLC
  std::span<const std::byte> bytes;
  bool cut = false;  ///< the capture, or the connection, ended inside the message
  Content content;
  std::optional<DecodeError> error;    ///< why the bytes are no message
  std::optional<DecodeError> warning;  ///< what is odd about the meaning of a message
  std::string_view comment;            ///< of the packet

  [[nodiscard]] bool on_tcp() const noexcept {
    return layer == Layer::TcpOption || layer == Layer::Clc;
  }
};

/// Decodes `message.bytes` by `message.layer`: fills in type, version, response, content, error
/// and warning, as far as bytes that are cut or wrong allow.
void decode_content(SmcMessage& message);

/// Whether the first byte of a message on a queue pair makes it CDC or LLC.
[[nodiscard]] Layer layer_of_sent(std::span<const std::byte> bytes) noexcept;

}  // namespace smclab::capture
