// SPDX-License-Identifier: MIT
//
// One call of Endpoint::handle, as every part of the core sees it: what time it is, what the host
// was told about itself, where actions go, who wants to be woken, and signals for the parts above.
// Nobody keeps a Turn; it lives as long as the call.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/action.h"
#include "protocol/chance.h"
#include "protocol/config.h"
#include "protocol/timers.h"
#include "protocol/trace.h"
#include "protocol/types.h"

namespace smclab {

/// What an armed timer is for; the Endpoint hands it to the part that owns the object.
enum class TimerKind : std::uint8_t {
  Handshake,  ///< a connection waits for its peer's next CLC or LLC message
  LlcFlow,    ///< a link group waits for an LLC response
  TestLink,   ///< a link was silent for smcr_testlink_time, or its TEST LINK is unanswered
  GroupIdle,  ///< a link group has had no connection for long
  Flush,      ///< a closing connection still has data to send
  CloseWait,  ///< a closed connection waits for the peer's half
};

/// Whose timer it is: the handle's two halves of the connection, link or link group.
struct Alarm {
  TimerKind kind = TimerKind::Handshake;
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  bool operator==(const Alarm&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(kind, index, generation);
  }
};
template <class Id>
[[nodiscard]] constexpr Alarm alarm_of(TimerKind kind, Id id) noexcept {
  return {kind, id.index, id.generation};
}

/// What a part of the core tells the parts above it. Lower layers never call upwards: the
/// Endpoint delivers signals when the part that gave them has returned, in order, in the same call.
enum class SignalKind : std::uint8_t {
  // To the handshake `conn` whose first contact makes `link`.
  LinkMade,       ///< its queue pair exists, if `ok`
  LinkReady,      ///< client: it can receive, so Confirm may be sent
  LinkAsked,      ///< client: the server's CONFIRM LINK arrived and was right
  LinkConfirmed,  ///< CONFIRM LINK was exchanged
  LinkRefused,    ///< it cannot be used: `why`
  LinkLost,       ///< it cannot carry anything any more; not `ok`: the peer deleted it
  // To the handshake whose `buffer` it is.
  BufferReady,  ///< it has a key on every link that is left
  // To the handshake `conn`.
  RkeyDone,  ///< CONFIRM RKEY was answered; `ok` says how
  TryAgain,  ///< the first contact that it waited for is over
  // To connections.
  SlotFree,          ///< `link` can take a message again; some wait in its line
  ConnectionEnds,    ///< `conn` has nothing left to do, its buffers go back to the group
  ConnectionBreaks,  ///< `conn` must be aborted: the peer took its RMBE away
  // About groups.
  GroupEnds,  ///< `group` is terminated: all its connections lose their link
  GroupGone,  ///< nothing of `group` is left but its entry
};
struct Signal {
  SignalKind kind = SignalKind::LinkLost;
  ConnId conn;
  GroupId group;
  LinkId link;
  BufferId buffer;
  bool ok = true;
  Diagnosis why = Diagnosis::None;
  bool operator==(const Signal&) const = default;
};

struct Turn {
  Instant now;
  const Config& config;
  Actions& out;
  Timers<Alarm>& timers;
  Chance& chance;
  std::vector<Signal>& signals;

  void signal(const Signal& signal) { signals.push_back(signal); }
  void push(const Action& action) { out.push(action); }
  /// Re-arms: cancels `id` if it waits and arms it anew, `wait` from now.
  void arm(TimerId& id, Duration wait, Alarm alarm) {
    timers.cancel(id);
    // A configured time may be longer than time itself can count.
    const Duration left = Instant::max() - now;
    id = timers.arm(wait < left ? now + wait : Instant::max(), alarm);
  }
};

/// Names an object in trace records.
struct Subject {
  TraceObject object = TraceObject::Host;
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
};
template <class Id>
[[nodiscard]] constexpr Subject subject(TraceObject object, Id id) noexcept {
  return {object, id.index, id.generation};
}

/// The words of a trace record; all of static storage.
struct Told {
  std::string_view from;
  std::string_view to;
  std::string_view cause;
  std::string_view clause;
  std::uint64_t value = 0;
};

namespace detail {
inline void record(Turn& turn, TraceEvent event, Subject whose, const Told& told) {
  turn.out.trace({.at = turn.now,
                  .event = event,
                  .object = whose.object,
                  .index = whose.index,
                  .generation = whose.generation,
                  .from = told.from,
                  .to = told.to,
                  .cause = told.cause,
                  .clause = told.clause,
                  .value = told.value});
}
}  // namespace detail

/// An object moved from one state to another.
inline void trace_state(Turn& turn, Subject whose, const Told& told) {
  if (turn.config.trace_states) detail::record(turn, TraceEvent::State, whose, told);
}
inline void trace_sends(Turn& turn, Subject whose, const Told& told) {
  if (turn.config.trace_messages) detail::record(turn, TraceEvent::Sends, whose, told);
}
inline void trace_receives(Turn& turn, Subject whose, const Told& told) {
  if (turn.config.trace_messages) detail::record(turn, TraceEvent::Receives, whose, told);
}
/// Bytes or a request were refused; always told.
inline void trace_refuses(Turn& turn, Subject whose, const Told& told) {
  detail::record(turn, TraceEvent::Refuses, whose, told);
}
inline void trace_fires(Turn& turn, Subject whose, const Told& told) {
  if (turn.config.trace_states) detail::record(turn, TraceEvent::Fires, whose, told);
}

}  // namespace smclab
