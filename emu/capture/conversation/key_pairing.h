// SPDX-License-Identifier: MIT
//
// Which RMB's key on one link is which on its like in another conversation: keys are known by the
// connections whose handshake offered them. Those that no captured handshake names, as on a link
// that was added, are taken in the order of their first message.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "emu/capture/conversation/conversation.h"
#include "emu/capture/conversation/pairing.h"

namespace smclab::capture {

/// Places in LinkTalk::keys; nothing: the key is in one only.
struct KeyPair {
  std::optional<std::size_t> a;
  std::optional<std::size_t> b;
};

/// One link of a conversation.
struct LinkPlace {
  const Conversation& talk;
  std::size_t group = 0;
  const LinkTalk& link;
};

/// Every key of both is in one pair.
[[nodiscard]] std::vector<KeyPair> pair_keys(const LinkPlace& a, const LinkPlace& b,
                                             const std::vector<Pair>& connections);

}  // namespace smclab::capture
