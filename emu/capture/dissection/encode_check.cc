// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/encode_check.h"

#include <algorithm>
#include <vector>

#include "protocol/wire/encode.h"

namespace smclab::capture {
namespace {

std::vector<std::byte> encoded(const Content& content) {
  return std::visit(
      [](const auto& held) -> std::vector<std::byte> {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(held)>, std::monostate>) {
          return {};
        } else {
          std::vector<std::byte> bytes(wire::encoded_size(held));
          wire::encode(held, bytes);
          return bytes;
        }
      },
      content);
}

}  // namespace

std::optional<std::size_t> encode_difference(const SmcMessage& message) {
  if (std::holds_alternative<std::monostate>(message.content)) return std::nullopt;
  const std::vector<std::byte> again = encoded(message.content);
  const auto [ours, theirs] =
      std::mismatch(again.begin(), again.end(), message.bytes.begin(), message.bytes.end());
  if (ours == again.end() && theirs == message.bytes.end()) return std::nullopt;
  return static_cast<std::size_t>(ours - again.begin());
}

}  // namespace smclab::capture
