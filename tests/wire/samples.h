// SPDX-License-Identifier: MIT
//
// One example of every message in every shape, with all optional parts and one or two list
// entries: for truncation, the tables in docs/generated and the fuzzers' first corpus.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "protocol/wire/cdc.h"
#include "protocol/wire/clc.h"
#include "protocol/wire/encode.h"
#include "protocol/wire/llc.h"
#include "protocol/wire/tcp_option.h"
#include "tests/wire/hex.h"

namespace smclab::wire {

using AnyMessage =
    std::variant<SmcrOption, Proposal, Accept, Confirm, Decline, SmcdAccept, SmcdConfirm,
                 ConfirmLink, AddLink, AddLinkContinuation, DeleteLink, RequestAddLink, ConfirmRkey,
                 ConfirmRkeyContinuation, TestLink, DeleteRkey, Cdc>;

struct Sample {
  std::string title;  ///< the RFC's name and the shape
  AnyMessage message;
};

/// In the order of the layers, then of the types.
[[nodiscard]] std::vector<Sample> samples();

template <class T>
[[nodiscard]] Bytes encoded(const T& message) {
  Bytes bytes(encoded_size(message));
  encode(message, bytes);
  return bytes;
}

/// Characters, blank padded, as an EID or host name holds them.
template <class T>
[[nodiscard]] T padded(std::string_view text) {
  T name;
  name.bytes.fill(std::byte{' '});
  for (std::size_t i = 0; i < text.size(); ++i) name.bytes[i] = static_cast<std::byte>(text[i]);
  return name;
}

/// fe80::5efe:fe12:101, a MAC of that interface, and its host.
[[nodiscard]] ConnectionEnd server_end();

}  // namespace smclab::wire
