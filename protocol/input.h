// SPDX-License-Identifier: MIT
//
// All that an Endpoint can be told. Spans are views that need to live only during the call.
// Answers carry the id the core gave in its action, and success or failure: a denied buffer,
// queue pair or send slot is an input like any other.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "protocol/types.h"

namespace smclab {

/// Work request names, chosen by the core; unique among those in flight.
using RequestId = std::uint64_t;

/// How a posted send or write ended (InfiniBand 11.6.2).
enum class CompletionStatus : std::uint8_t {
  Success,
  LocalLength,
  LocalProtection,
  Flushed,             ///< the queue pair was in error when its turn came
  RemoteInvalid,       ///< the peer NAKed: invalid request
  RemoteAccess,        ///< the peer NAKed: key, range or right
  RemoteOperation,     ///< the peer NAKed: it could not do it
  RetriesExceeded,     ///< no acknowledgement after retry_cnt tries
  RnrRetriesExceeded,  ///< the peer had no receive buffer, rnr_retry times
  NotPosted,           ///< the queue was full: nothing was sent
};

[[nodiscard]] constexpr std::string_view describe(CompletionStatus status) noexcept {
  switch (status) {
    case CompletionStatus::Success:
      return "success";
    case CompletionStatus::LocalLength:
      return "local_length";
    case CompletionStatus::LocalProtection:
      return "local_protection";
    case CompletionStatus::Flushed:
      return "flushed";
    case CompletionStatus::RemoteInvalid:
      return "remote_invalid";
    case CompletionStatus::RemoteAccess:
      return "remote_access";
    case CompletionStatus::RemoteOperation:
      return "remote_operation";
    case CompletionStatus::RetriesExceeded:
      return "retries_exceeded";
    case CompletionStatus::RnrRetriesExceeded:
      return "rnr_retries_exceeded";
    case CompletionStatus::NotPosted:
      return "not_posted";
  }
  return "?";
}

/// Why TCP is no more.
enum class TcpEnd : std::uint8_t {
  Fin,      ///< the peer closed its half in order
  Reset,    ///< RST, or the local stack gave up
  Refused,  ///< the connection never came up
};

enum class QpState : std::uint8_t { Reset, Init, ReadyToReceive, ReadyToSend, Error };

namespace input {

// --- chance ------------------------------------------------------------------------------------

/// 256 bits of entropy for keys, tokens and PSNs: from the seed in world and ns-3, from the
/// operating system on real stages. Must come before the first TcpUp; more may follow any time.
struct Entropy {
  std::array<std::uint64_t, 4> words{};
};

// --- what TCP says -----------------------------------------------------------------------------

/// A connection is established. The driver names it: an index into its own dense table, smaller
/// than Limits::connections, with a generation it never used before for that index.
/// `both_offered` says that SYN and SYN-ACK carried the SMC-R option (RFC 7609 §3.1), or that the
/// stage agreed on it out of band. Server: this host accepted the connection.
struct TcpUp {
  ConnId conn;
  Role role = Role::Client;
  bool both_offered = false;
  IpAddress local;
  IpAddress peer;
};

/// The answer to action::ReadTcp: exactly the number of bytes that were asked for.
struct TcpBytes {
  ConnId conn;
  std::span<const std::byte> bytes;
};

/// TCP ended, or the peer's half of it did.
struct TcpDown {
  ConnId conn;
  TcpEnd how = TcpEnd::Reset;
};

// --- what the application asks; only for connections that are connected over SMC-R --------------

/// The application put `bytes` more into the send buffer, behind what it wrote before; at most
/// the space that action::Connected and action::Writable granted.
struct Wrote {
  ConnId conn;
  std::uint32_t bytes = 0;
};
/// The application took `bytes` out of the RMBE; at most what action::Readable offered.
struct Read {
  ConnId conn;
  std::uint32_t bytes = 0;
};
/// shutdown(SHUT_WR): no more Wrote for this connection.
struct Shutdown {
  ConnId conn;
};
/// close(): the application is gone. Legal in every state; data still unsent is flushed.
struct Close {
  ConnId conn;
};
/// Close without flushing: the peer sees a reset.
struct Abort {
  ConnId conn;
};

// --- what the RNIC answers ---------------------------------------------------------------------

/// Answers action::MakeQp. The queue pair is in state Init with its receives posted.
struct QpMade {
  LinkId link;
  bool ok = false;
  Qpn qpn;
};
/// Answers action::MoveQp.
struct QpMoved {
  LinkId link;
  QpState to = QpState::Error;
  bool ok = false;
};
/// Answers action::MakeBuffer.
struct BufferMade {
  BufferId buffer;
  bool ok = false;
};
/// Answers action::RegisterBuffer: the key and address by which peers reach it on that link.
struct BufferRegistered {
  BufferId buffer;
  LinkId link;
  bool ok = false;
  Rkey rkey;
  VirtualAddress address;
};
/// A posted message or write is finished, for better or worse.
struct SendDone {
  LinkId link;
  RequestId request = 0;
  CompletionStatus status = CompletionStatus::Success;
};
/// A message arrived on the link's queue pair: 44 bytes, in v2 up to kLargestMessage.
struct Message {
  LinkId link;
  std::span<const std::byte> bytes;
};
/// The queue pair went to the error state by itself.
struct QpFailed {
  LinkId link;
};
/// A port came up or went down.
struct PortState {
  DeviceId device;
  bool up = false;
};

/// Time has passed. Legal at any moment; does nothing before Endpoint::deadline().
struct Tick {};

}  // namespace input

using Input =
    std::variant<input::Entropy, input::TcpUp, input::TcpBytes, input::TcpDown, input::Wrote,
                 input::Read, input::Shutdown, input::Close, input::Abort, input::QpMade,
                 input::QpMoved, input::BufferMade, input::BufferRegistered, input::SendDone,
                 input::Message, input::QpFailed, input::PortState, input::Tick>;

}  // namespace smclab
