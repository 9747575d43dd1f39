// SPDX-License-Identifier: MIT
//
// What can happen to a handshake, and what comes of it. The Endpoint makes an Event out of each
// input and signal that concerns a connection in negotiation, and acts on the Outcome.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "protocol/action.h"
#include "protocol/input.h"
#include "protocol/link/directory.h"
#include "protocol/result.h"
#include "protocol/turn.h"
#include "protocol/wire/clc.h"

namespace smclab::handshake {

/// What every part of a handshake works with during one call.
struct Context {
  Turn& turn;
  Directory& directory;
};

/// A whole CLC message that passed its decoder; valid during the call.
struct MessageArrived {
  const wire::ClcMessage& message;
};
/// TCP bytes that are no CLC message (RFC 7609 C.6).
struct MessageBroken {
  DecodeError error;
};
struct TcpGone {
  TcpEnd how = TcpEnd::Reset;
};
/// The application closed or aborted.
struct AppLeft {};
struct TimerFired {};

struct LinkMade {};
struct LinkReady {};
struct LinkAsked {};
struct LinkConfirmed {};
struct LinkRefused {
  Diagnosis why = Diagnosis::None;
};
struct LinkLost {
  bool peer_gave_up = false;  ///< by DELETE LINK: its Decline is on the way
};

struct BufferReady {
  BufferId buffer;
};
struct BufferDenied {
  Diagnosis why = Diagnosis::Memory;  ///< or RegistrationFailed
};
struct RkeyDone {
  bool ok = false;
};
/// The first contact that this one waited for is over.
struct TryAgain {};

using Event = std::variant<MessageArrived, MessageBroken, TcpGone, AppLeft, TimerFired, LinkMade,
                           LinkReady, LinkAsked, LinkConfirmed, LinkRefused, LinkLost, BufferReady,
                           BufferDenied, RkeyDone, TryAgain>;

/// Where a handshake stands after an event.
struct Outcome {
  enum class Kind : std::uint8_t {
    Pending,
    Connected,  ///< over SMC-R
    FellBack,   ///< plain TCP from now on; a Decline, if one is due, was sent
    Failed,     ///< the TCP connection is no more
  };
  Kind kind = Kind::Pending;
  Diagnosis own = Diagnosis::None;           ///< FellBack: this side's reason
  Diagnosis peer = Diagnosis::None;          ///< FellBack: the peer's
  CloseReason why = CloseReason::Handshake;  ///< Failed
  bool reset = true;                         ///< Failed: TCP lives and must be reset
};

}  // namespace smclab::handshake
