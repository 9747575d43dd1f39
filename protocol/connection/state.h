// SPDX-License-Identifier: MIT
//
// The states of a connection (RFC 7609 §4.8, figures 22 and 23) with the kernel's values, which
// smcss shows (include/net/smc.h).
#pragma once

#include <cstdint>
#include <string_view>

namespace smclab {

enum class ConnState : std::uint8_t {
  Active = 1,             ///< data flows
  Init = 2,               ///< the handshake is not over
  Closed = 7,             ///< nothing moves any more
  Listen = 10,            ///< a listening socket; never a connection of the core
  PeerCloseWait1 = 20,    ///< this side sent D or C first
  PeerCloseWait2 = 21,    ///< and then the peer sent D
  AppCloseWait1 = 22,     ///< the peer sent D or C first
  AppCloseWait2 = 23,     ///< and then the application shut down its half
  AppFinCloseWait = 24,   ///< the peer closed; the application has only shut down its half
  PeerFinCloseWait = 25,  ///< the application closed; the peer has only shut down its half
  PeerAbortWait = 26,     ///< this side aborted
  ProcessAbort = 27,      ///< the peer aborted; the application has not closed yet
};

[[nodiscard]] constexpr std::string_view describe(ConnState state) noexcept {
  switch (state) {
    case ConnState::Active:
      return "Active";
    case ConnState::Init:
      return "Init";
    case ConnState::Closed:
      return "Closed";
    case ConnState::Listen:
      return "Listen";
    case ConnState::PeerCloseWait1:
      return "PeerCloseWait1";
    case ConnState::PeerCloseWait2:
      return "PeerCloseWait2";
    case ConnState::AppCloseWait1:
      return "AppCloseWait1";
    case ConnState::AppCloseWait2:
      return "AppCloseWait2";
    case ConnState::AppFinCloseWait:
      return "AppFinCloseWait";
    case ConnState::PeerFinCloseWait:
      return "PeerFinCloseWait";
    case ConnState::PeerAbortWait:
      return "PeerAbortWait";
    case ConnState::ProcessAbort:
      return "ProcessAbort";
  }
  return "?";
}

}  // namespace smclab
