// SPDX-License-Identifier: MIT
//
// What happened, as data. The core has no logger: records leave with the actions, and text, JSON,
// ladder pictures, ns-3 trace sources and test assertions are renderers of them. All strings are
// static; two runs of one seed give the same records in the same order.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/time.h"

namespace smclab {

enum class TraceEvent : std::uint8_t {
  State,     ///< an object moved `from` a state `to` another
  Sends,     ///< a message of type `to` left; `value` is its size in bytes
  Receives,  ///< a message of type `to` arrived; `value` is its size in bytes
  Refuses,   ///< bytes or a request were not accepted; `cause` says why
  Fires,     ///< a timer ran out
  Notes,     ///< something worth telling; `value` depends on `to`
};

enum class TraceObject : std::uint8_t {
  Host,
  Connection,
  LinkGroup,
  Link,
  Buffer,
  Handshake,
  LlcFlow,
  QueuePair,
  CompletionQueue,
  Network,
};

[[nodiscard]] constexpr std::string_view describe(TraceEvent event) noexcept {
  switch (event) {
    case TraceEvent::State:
      return "state";
    case TraceEvent::Sends:
      return "sends";
    case TraceEvent::Receives:
      return "receives";
    case TraceEvent::Refuses:
      return "refuses";
    case TraceEvent::Fires:
      return "fires";
    case TraceEvent::Notes:
      return "notes";
  }
  return "?";
}

[[nodiscard]] constexpr std::string_view describe(TraceObject object) noexcept {
  switch (object) {
    case TraceObject::Host:
      return "host";
    case TraceObject::Connection:
      return "connection";
    case TraceObject::LinkGroup:
      return "link_group";
    case TraceObject::Link:
      return "link";
    case TraceObject::Buffer:
      return "buffer";
    case TraceObject::Handshake:
      return "handshake";
    case TraceObject::LlcFlow:
      return "llc_flow";
    case TraceObject::QueuePair:
      return "queue_pair";
    case TraceObject::CompletionQueue:
      return "completion_queue";
    case TraceObject::Network:
      return "network";
  }
  return "?";
}

struct TraceRecord {
  Instant at;
  TraceEvent event = TraceEvent::Notes;
  TraceObject object = TraceObject::Host;
  std::uint32_t index = 0;       ///< of the object among its kind
  std::uint32_t generation = 0;  ///< of that index
  std::string_view from;         ///< earlier state, or empty
  std::string_view to;           ///< later state, or message type
  std::string_view cause;        ///< why, in a few words
  std::string_view clause;       ///< "RFC 7609 §3.5.1", a kernel function, or empty
  std::uint64_t value = 0;       ///< a size, a count or a diagnosis code
  bool operator==(const TraceRecord&) const = default;
};

}  // namespace smclab
