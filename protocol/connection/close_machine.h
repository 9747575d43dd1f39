// SPDX-License-Identifier: MIT
//
// The way of a connection from Init to Closed as a table: RFC 7609 figures 22 and 23 with the
// kernel's reading of them (smc_close.c). close_machine.h says what, closing.h does it.
//
// Where this table leaves the kernel's:
//   - an abort received is answered with A at once, as figure 23 draws it, and not only when the
//     application closes: a peer that waits for the answer need not wait for an application;
//   - PeerAbortWait is a state to be in, as in figure 23, and not one to pass through: the RMBE is
//     not reused before the peer's A, and the wait ends with its C too, behind which no A can come;
//   - PeerCloseWait1, PeerCloseWait2, PeerFinCloseWait and PeerAbortWait end by a timer (§4.8.1
//     asks for one, Linux has none).
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/connection/state.h"
#include "protocol/machine/table.h"

namespace smclab {

enum class CloseInput : std::uint8_t {
  Established,    ///< the handshake is over
  Close,          ///< the application closes; asked again until its data is sent
  Shutdown,       ///< the application shuts down its half; asked again likewise
  Abort,          ///< this side breaks the connection off
  Undeliverable,  ///< data is there for a peer that has closed
  PeerDone,       ///< first CDC with D
  PeerClosed,     ///< first CDC with C
  PeerAborted,    ///< first CDC with A
  TimedOut,       ///< the peer did not do its half in time
  Killed,         ///< no link is left
};
[[nodiscard]] constexpr std::string_view describe(CloseInput input) noexcept {
  switch (input) {
    case CloseInput::Established:
      return "established";
    case CloseInput::Close:
      return "close";
    case CloseInput::Shutdown:
      return "shutdown";
    case CloseInput::Abort:
      return "abort";
    case CloseInput::Undeliverable:
      return "undeliverable";
    case CloseInput::PeerDone:
      return "peer D";
    case CloseInput::PeerClosed:
      return "peer C";
    case CloseInput::PeerAborted:
      return "peer A";
    case CloseInput::TimedOut:
      return "timed out";
    case CloseInput::Killed:
      return "killed";
  }
  return "?";
}

enum class CloseFact : std::uint8_t {
  Unsent,     ///< data is still to be flushed, and its time is not over
  Lossy,      ///< data is lost by closing: unread here, or unsent and given up
  CloseSent,  ///< this side has said C or A
  PeerGone,   ///< the peer has said C or A
};
[[nodiscard]] constexpr std::string_view describe(CloseFact fact) noexcept {
  switch (fact) {
    case CloseFact::Unsent:
      return "unsent";
    case CloseFact::Lossy:
      return "lossy";
    case CloseFact::CloseSent:
      return "close sent";
    case CloseFact::PeerGone:
      return "peer gone";
  }
  return "?";
}

enum class CloseEffect : std::uint8_t {
  None,
  Wait,        ///< the request stands and is asked again when data has left
  SendDone,    ///< D goes out
  SendClosed,  ///< C goes out, the last CDC
  SendAbort,   ///< A goes out, the last CDC; unsent data is dropped
};
[[nodiscard]] constexpr std::string_view describe(CloseEffect effect) noexcept {
  switch (effect) {
    case CloseEffect::None:
      return "None";
    case CloseEffect::Wait:
      return "Wait";
    case CloseEffect::SendDone:
      return "SendDone";
    case CloseEffect::SendClosed:
      return "SendClosed";
    case CloseEffect::SendAbort:
      return "SendAbort";
  }
  return "?";
}

inline constexpr auto kCloseMachine = [] {
  using enum ConnState;
  using enum CloseInput;
  using enum CloseFact;
  using enum CloseEffect;
  using machine::all_but;
  using machine::kIgnore;
  using machine::kStay;
  using machine::kViolation;
  using machine::no;
  constexpr machine::AnyOf<ConnState> peer_close_wait(PeerCloseWait1, PeerCloseWait2);
  constexpr machine::AnyOf<ConnState> app_close_wait(AppCloseWait1, AppCloseWait2);
  return machine::Machine<ConnState, CloseInput, CloseFact, CloseEffect>::table(
      {.start = {Init, Listen}, .end = {Closed}},
      {
          {{Init}, {Established}, {}, Active},
          // The peer's CDC may overtake its Confirm (RFC 7609 §3.5.2.4).
          {{AppCloseWait1, ProcessAbort}, {Established}, {}, kIgnore},
          {all_but(Init, AppCloseWait1, ProcessAbort), {Established}, {}, kViolation},

          // The application closes: the active side is in Active, the passive one in AppCloseWait.
          {{Init, Listen}, {Close}, {}, Closed},
          {{Active}, {Close}, {Unsent}, kStay, Wait},
          {{Active}, {Close}, {no(Unsent), no(Lossy)}, PeerCloseWait1, SendClosed},
          {{Active}, {Close}, {no(Unsent), Lossy}, PeerCloseWait1, SendAbort},
          {peer_close_wait, {Close}, {CloseSent}, kIgnore},
          {peer_close_wait, {Close}, {no(CloseSent), no(Lossy)}, kStay, SendClosed},
          {peer_close_wait, {Close}, {no(CloseSent), Lossy}, kStay, SendAbort},
          {app_close_wait, {Close}, {no(PeerGone), Unsent}, kStay, Wait},
          {app_close_wait,
           {Close},
           {no(PeerGone), no(Unsent), no(Lossy)},
           PeerFinCloseWait,
           SendClosed},
          {app_close_wait, {Close}, {no(PeerGone), no(Unsent), Lossy}, PeerFinCloseWait, SendAbort},
          {app_close_wait, {Close}, {PeerGone, no(Lossy)}, Closed, SendClosed},
          {app_close_wait, {Close}, {PeerGone, Lossy}, Closed, SendAbort},
          {{AppFinCloseWait}, {Close}, {CloseSent}, Closed},
          {{AppFinCloseWait}, {Close}, {no(CloseSent), no(Lossy)}, Closed, SendClosed},
          {{AppFinCloseWait}, {Close}, {no(CloseSent), Lossy}, Closed, SendAbort},
          {{ProcessAbort}, {Close}, {}, Closed},
          {{PeerFinCloseWait, PeerAbortWait, Closed}, {Close}, {}, kIgnore},

          {{Active}, {Shutdown}, {Unsent}, kStay, Wait},
          {{Active}, {Shutdown}, {no(Unsent)}, PeerCloseWait1, SendDone},
          {{AppCloseWait1}, {Shutdown}, {no(PeerGone), Unsent}, kStay, Wait},
          {{AppCloseWait1}, {Shutdown}, {no(PeerGone), no(Unsent)}, AppCloseWait2, SendDone},
          {{AppCloseWait1}, {Shutdown}, {PeerGone}, AppCloseWait2, SendDone},
          {all_but(Active, AppCloseWait1), {Shutdown}, {}, kIgnore},

          // Active abort, figure 23 1A. A peer that is gone already will not answer.
          {{Init, Listen}, {Abort}, {}, Closed},
          {{Active}, {Abort}, {}, PeerAbortWait, SendAbort},
          {peer_close_wait, {Abort}, {no(CloseSent)}, PeerAbortWait, SendAbort},
          {peer_close_wait, {Abort}, {CloseSent}, Closed},
          {app_close_wait, {Abort}, {no(PeerGone)}, PeerAbortWait, SendAbort},
          {app_close_wait, {Abort}, {PeerGone}, Closed, SendAbort},
          {{AppFinCloseWait}, {Abort}, {}, Closed, SendAbort},
          {{PeerFinCloseWait, ProcessAbort}, {Abort}, {}, Closed},
          {{PeerAbortWait, Closed}, {Abort}, {}, kIgnore},

          // §4.8.1 4A: data that waits for a peer that has closed is a reset.
          {{AppCloseWait1}, {Undeliverable}, {}, ProcessAbort, SendAbort},
          {all_but(AppCloseWait1), {Undeliverable}, {}, kIgnore},

          // What the peer says.
          {{Init, Active}, {PeerDone, PeerClosed}, {}, AppCloseWait1},
          {{PeerCloseWait1}, {PeerDone}, {}, PeerCloseWait2},
          {peer_close_wait, {PeerClosed}, {CloseSent}, Closed},
          {peer_close_wait, {PeerClosed}, {no(CloseSent)}, AppFinCloseWait},
          {{PeerFinCloseWait, PeerAbortWait}, {PeerClosed}, {}, Closed},
          {all_but(Init, Active, PeerCloseWait1, Listen), {PeerDone}, {}, kIgnore},
          {{AppCloseWait1, AppCloseWait2, AppFinCloseWait, ProcessAbort, Closed},
           {PeerClosed},
           {},
           kIgnore},
          {{Init, Active, AppCloseWait1, AppFinCloseWait},
           {PeerAborted},
           {},
           ProcessAbort,
           SendAbort},
          {peer_close_wait, {PeerAborted}, {no(CloseSent)}, ProcessAbort, SendAbort},
          {peer_close_wait, {PeerAborted}, {CloseSent}, Closed},
          {{AppCloseWait2}, {PeerAborted}, {}, Closed, SendAbort},
          {{PeerFinCloseWait, PeerAbortWait}, {PeerAborted}, {}, Closed},
          {{ProcessAbort, Closed}, {PeerAborted}, {}, kIgnore},
          {{Listen}, {PeerDone, PeerClosed, PeerAborted}, {}, kViolation},

          // A half close may last for ever; a full one may not.
          {peer_close_wait, {TimedOut}, {CloseSent}, Closed},
          {peer_close_wait, {TimedOut}, {no(CloseSent)}, kIgnore},
          {{PeerFinCloseWait, PeerAbortWait}, {TimedOut}, {}, Closed},
          {all_but(PeerCloseWait1, PeerCloseWait2, PeerFinCloseWait, PeerAbortWait),
           {TimedOut},
           {},
           kIgnore},

          {all_but(Closed), {Killed}, {}, Closed},
          {{Closed}, {Killed}, {}, kIgnore},
      });
}();

}  // namespace smclab
