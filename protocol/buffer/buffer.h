// SPDX-License-Identifier: MIT
//
// One buffer of a link group, a send buffer or an RMB, and the machine of its life. As with Linux
// an RMB has one element and serves one connection at a time. It outlives the connection, because
// making and registering memory is dear, but nobody gets it before the peer is known to write no
// more (RFC 7609 §4.4.2) and before it was filled with zeros (§4.4.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/action.h"
#include "protocol/buffer/rtokens.h"
#include "protocol/machine/current.h"
#include "protocol/types.h"

namespace smclab {

enum class BufferState : std::uint8_t {
  Making,       ///< its owner waits for memory
  Registering,  ///< its owner waits for a key on each link
  InUse,        ///< serves a connection
  Revoking,     ///< DELETE RKEY is on its way to the peer
  Withheld,     ///< the peer may still write into it: kept from others until the group ends
  Free,         ///< zeroed, for the next connection
  Gone,
};
[[nodiscard]] constexpr std::string_view describe(BufferState state) noexcept {
  switch (state) {
    case BufferState::Making:
      return "Making";
    case BufferState::Registering:
      return "Registering";
    case BufferState::InUse:
      return "InUse";
    case BufferState::Revoking:
      return "Revoking";
    case BufferState::Withheld:
      return "Withheld";
    case BufferState::Free:
      return "Free";
    case BufferState::Gone:
      return "Gone";
  }
  return "?";
}

/// The key and address of a buffer on one link.
struct LinkKey {
  LinkId link;
  Rtoken token;
  bool operator==(const LinkKey&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(link, token);
  }
};

struct Buffer {
  GroupId group;
  action::BufferKind kind = action::BufferKind::Rmb;
  std::uint8_t size_code = 0;  ///< as allocated, which may be less than was wanted
  machine::Current<BufferState> state{BufferState::Making};
  bool group_over = false;   ///< its group ended while it had an owner
  bool peer_writes = false;  ///< released before the peer said that it writes no more
  bool peer_knows = false;   ///< CONFIRM RKEY announced it
  std::vector<LinkKey> keys;

  /// The key on `link`; nothing before it is registered there.
  [[nodiscard]] std::optional<Rtoken> key_on(LinkId link) const noexcept;

  bool operator==(const Buffer&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(group, kind, size_code, state, group_over, peer_writes, peer_knows, keys);
  }
};

}  // namespace smclab
