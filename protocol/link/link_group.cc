// SPDX-License-Identifier: MIT
#include "protocol/link/link_group.h"

#include <algorithm>

#include "protocol/check.h"

namespace smclab {
namespace {

auto place_of_token(auto& roll, AlertToken token) {
  return std::lower_bound(roll.begin(), roll.end(), token,
                          [](const Member& member, AlertToken t) { return member.token < t; });
}

}  // namespace

const Member* LinkGroup::find(AlertToken token) const noexcept {
  const auto place = place_of_token(roll, token);
  return place != roll.end() && place->token == token ? &*place : nullptr;
}

Member* LinkGroup::find(AlertToken token) noexcept {
  const auto place = place_of_token(roll, token);
  return place != roll.end() && place->token == token ? &*place : nullptr;
}

const Member* LinkGroup::user_of(PeerRmb rmb, std::uint8_t rmbe_index) const noexcept {
  const auto place = std::find_if(roll.begin(), roll.end(), [&](const Member& member) {
    return member.rmb == rmb && member.rmbe_index == rmbe_index;
  });
  return place != roll.end() ? &*place : nullptr;
}

AlertToken LinkGroup::join(Turn& turn, ConnId conn) {
  AlertToken token;
  // A group has a few hundred tokens of 2^32: a second draw is rare, a third never seen.
  do {
    token.value = static_cast<std::uint32_t>(turn.chance.draw(32));
  } while (token.value == 0 || find(token) != nullptr);
  roll.insert(place_of_token(roll, token), Member{.token = token, .conn = conn});
  turn.timers.cancel(idle_timer);
  return token;
}

void LinkGroup::leave(AlertToken token) {
  const auto place = place_of_token(roll, token);
  SMCLAB_CHECK(place != roll.end() && place->token == token);
  roll.erase(place);
}

void LinkGroup::feed(Turn& turn, GroupInput input, std::string_view why) {
  const auto step = kGroupMachine.step(state.get(), input);
  SMCLAB_CHECK(step.verdict != machine::Verdict::Violation);
  state.become(step.to, why, [&](auto from, auto to, auto cause) {
    trace_state(turn, subject(),
                {.from = from, .to = to, .cause = cause, .clause = "RFC 7609 §2.2"});
  });
}

}  // namespace smclab
