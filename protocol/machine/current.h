// SPDX-License-Identifier: MIT
//
// Where a machine is. become() is the only way to write it, so no state changes without a word
// of why in the trace.
#pragma once

#include <string_view>

#include "protocol/machine/enumerators.h"

namespace smclab::machine {

template <Named State>
class Current {
 public:
  constexpr explicit Current(State start) noexcept : state_(start) {}
  [[nodiscard]] constexpr State get() const noexcept { return state_; }
  [[nodiscard]] constexpr bool is(AnyOf<State> any) const noexcept { return any.has(state_); }

  /// Moves to `next` and calls trace(from, to, why) with static texts, if that is a change.
  template <class Trace>
  constexpr void become(State next, std::string_view why, Trace&& trace) {
    if (next == state_) return;
    const State from = state_;
    state_ = next;
    trace(describe(from), describe(next), why);
  }

  bool operator==(const Current&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(state_);
  }

 private:
  State state_;
};

}  // namespace smclab::machine
