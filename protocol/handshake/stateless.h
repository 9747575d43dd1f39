// SPDX-License-Identifier: MIT
//
// What a state without data of its own needs to be a value among others in a variant.
#pragma once

namespace smclab::handshake {

template <class Self>
struct Stateless {
  bool operator==(const Stateless&) const = default;
  template <class V>
  constexpr void members(V&) const {}
};

}  // namespace smclab::handshake
