// SPDX-License-Identifier: MIT
//
// The states of a queue pair and what moves them (InfiniBand 10.3.1), as a proven table. States
// have no data of their own; what a queue pair holds is in queue_pair.h.
#pragma once

#include <string_view>

#include "protocol/input.h"
#include "protocol/machine/table.h"

namespace smclab {

[[nodiscard]] constexpr std::string_view describe(QpState state) noexcept {
  switch (state) {
    case QpState::Reset:
      return "Reset";
    case QpState::Init:
      return "Init";
    case QpState::ReadyToReceive:
      return "ReadyToReceive";
    case QpState::ReadyToSend:
      return "ReadyToSend";
    case QpState::Error:
      return "Error";
  }
  return "?";
}

namespace rnic {

/// What can move a queue pair: the driver's wish for a state, or its own misfortune.
enum class QpInput : std::uint8_t { ToReset, ToInit, ToReceive, ToSend, ToError, Failure };

[[nodiscard]] constexpr std::string_view describe(QpInput input) noexcept {
  switch (input) {
    case QpInput::ToReset:
      return "ToReset";
    case QpInput::ToInit:
      return "ToInit";
    case QpInput::ToReceive:
      return "ToReceive";
    case QpInput::ToSend:
      return "ToSend";
    case QpInput::ToError:
      return "ToError";
    case QpInput::Failure:
      return "Failure";
  }
  return "?";
}

/// What the step does to the work that is queued.
enum class QpEffect : std::uint8_t {
  None,
  Forget,   ///< drop all work without a completion
  Connect,  ///< take the attributes of the peer
  Flush,    ///< complete all work as flushed
};

[[nodiscard]] constexpr std::string_view describe(QpEffect effect) noexcept {
  switch (effect) {
    case QpEffect::None:
      return "None";
    case QpEffect::Forget:
      return "Forget";
    case QpEffect::Connect:
      return "Connect";
    case QpEffect::Flush:
      return "Flush";
  }
  return "?";
}

/// A violation here is a verb that is refused with VerbStatus::BadState.
inline constexpr auto kQpStates = [] {
  using enum QpState;
  using enum QpInput;
  using machine::all_but;
  using machine::every;
  using machine::kIgnore;
  using machine::kViolation;
  using machine::NoFact;
  return machine::Machine<QpState, QpInput, NoFact, QpEffect>::table(
      {.start = {Reset}, .end = {Reset}},
      {{every<QpState>(), {ToReset}, {}, Reset, QpEffect::Forget},
       {{Reset}, {ToInit}, {}, Init},
       {all_but(Reset), {ToInit}, {}, kViolation},
       {{Init}, {ToReceive}, {}, ReadyToReceive, QpEffect::Connect},
       {all_but(Init), {ToReceive}, {}, kViolation},
       {{ReadyToReceive}, {ToSend}, {}, ReadyToSend},
       {all_but(ReadyToReceive), {ToSend}, {}, kViolation},
       {all_but(Error), {ToError, Failure}, {}, Error, QpEffect::Flush},
       {{Error}, {ToError, Failure}, {}, kIgnore}});
}();

/// The driver's wish as an input of the table.
[[nodiscard]] constexpr QpInput wish_for(QpState state) noexcept {
  switch (state) {
    case QpState::Reset:
      return QpInput::ToReset;
    case QpState::Init:
      return QpInput::ToInit;
    case QpState::ReadyToReceive:
      return QpInput::ToReceive;
    case QpState::ReadyToSend:
      return QpInput::ToSend;
    case QpState::Error:
      return QpInput::ToError;
  }
  return QpInput::ToError;
}

/// Where requests of the peer are executed.
[[nodiscard]] constexpr bool may_receive(QpState state) noexcept {
  return state == QpState::ReadyToReceive || state == QpState::ReadyToSend;
}

}  // namespace rnic
}  // namespace smclab
