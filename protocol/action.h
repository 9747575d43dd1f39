// SPDX-License-Identifier: MIT
//
// All that an Endpoint can ask for. A driver carries actions out in order, within the call that
// gave them or soon after, and answers those that have an answer in input.h. Nothing here points
// into the core: message bytes lie in the arena of the Actions list that carries them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "protocol/input.h"
#include "protocol/limits.h"
#include "protocol/trace.h"
#include "protocol/types.h"

namespace smclab {

/// What a request of the application met.
enum class Refusal : std::uint8_t {
  UnknownConnection,   ///< the id names no connection, or one that ended
  NotConnected,        ///< the handshake is not over, or it fell back
  TooMuch,             ///< more bytes than were granted
  AfterShutdown,       ///< Wrote behind Shutdown
  TooManyConnections,  ///< Limits::connections or pending_handshakes is reached
};

/// How a connection over SMC-R ended.
enum class CloseReason : std::uint8_t {
  Orderly,      ///< both sides closed
  ResetByPeer,  ///< the peer aborted: ECONNRESET
  LinkLost,     ///< no link is left, or the group was terminated: ECONNABORTED
  Violation,    ///< the peer broke the protocol: ECONNABORTED
  TimedOut,     ///< the peer did not finish its half of the close in time
  LocalAbort,   ///< the application aborted
  TcpFailed,    ///< TCP died during the handshake: ECONNRESET or ETIMEDOUT
  Handshake,    ///< CLC bytes were not CLC (RFC 7609 C.6): no fallback is possible
};

[[nodiscard]] constexpr std::string_view describe(CloseReason reason) noexcept {
  switch (reason) {
    case CloseReason::Orderly:
      return "orderly";
    case CloseReason::ResetByPeer:
      return "reset_by_peer";
    case CloseReason::LinkLost:
      return "link_lost";
    case CloseReason::Violation:
      return "violation";
    case CloseReason::TimedOut:
      return "timed_out";
    case CloseReason::LocalAbort:
      return "local_abort";
    case CloseReason::TcpFailed:
      return "tcp_failed";
    case CloseReason::Handshake:
      return "handshake";
  }
  return "?";
}

/// Bytes in the arena of the Actions that hold this.
struct ArenaBytes {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

namespace action {

// --- TCP ---------------------------------------------------------------------------------------

/// Read exactly `length` bytes and not one more, then give input::TcpBytes. At most one is
/// outstanding per connection; a later action for the same connection may withdraw it.
struct ReadTcp {
  ConnId conn;
  std::uint32_t length = 0;
};
/// Stop the outstanding ReadTcp; bytes already taken off the socket stay with the driver.
struct CancelRead {
  ConnId conn;
};
struct WriteTcp {
  ConnId conn;
  ArenaBytes bytes;
};
/// Close this side's half in order (FIN).
struct FinishTcp {
  ConnId conn;
};
/// Close at once with RST.
struct ResetTcp {
  ConnId conn;
};

// --- RNIC --------------------------------------------------------------------------------------

/// Make a protection domain, completion queues and an RC queue pair in state Init for this link,
/// and post its receives. Answered by QpMade. Version 2 has messages longer than 44 bytes, and one
/// that finds too short a receive breaks the queue pair: each is to take `receive_size` bytes.
struct MakeQp {
  LinkId link;
  DeviceId device;
  std::uint32_t receive_size = kMessageSize;  ///< or kLargestMessage in version 2
};
/// Move the link's queue pair. Addresses and PSNs matter on the way to ReadyToReceive, `send_psn`
/// on the way to ReadyToSend. Answered by QpMoved.
struct MoveQp {
  LinkId link;
  Gid peer_gid;
  Mac peer_mac;
  QpState to = QpState::Error;
  MtuCode mtu = MtuCode::Mtu1024;
  Qpn peer_qpn;
  Psn receive_psn;
  Psn send_psn;
};
/// Destroy the queue pair and all that MakeQp made. Requests in flight are not answered any more.
struct DestroyQp {
  LinkId link;
};
enum class BufferKind : std::uint8_t { Send, Rmb };
/// Allocate zeroed memory of `size` bytes. Answered by BufferMade.
struct MakeBuffer {
  BufferId buffer;
  BufferKind kind = BufferKind::Rmb;
  std::uint32_t size = 0;
};
/// Register a buffer in the link's protection domain: an RMB for local and remote write and
/// nothing else, a send buffer for local reads only. Answered by BufferRegistered.
struct RegisterBuffer {
  BufferId buffer;
  LinkId link;
  BufferKind kind = BufferKind::Rmb;
};
/// Fill with zeros before the next connection gets it (RFC 7609 §4.4.1).
struct ZeroBuffer {
  BufferId buffer;
};
/// Deregister everywhere and free.
struct ReleaseBuffer {
  BufferId buffer;
};
/// Send a message, signalled and solicited. Answered by SendDone.
struct PostSend {
  LinkId link;
  RequestId request = 0;
  ArenaBytes bytes;
};
/// RDMA write, unsignalled: SendDone only if it fails. The source is the send buffer from
/// `offset`, `length` bytes, then `wrapped` bytes from the buffer's start. A PostSend on the same
/// link follows in the same list.
struct PostWrite {
  LinkId link;
  RequestId request = 0;
  BufferId buffer;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t wrapped = 0;
  Rkey rkey;
  VirtualAddress target;
};

// --- the application ---------------------------------------------------------------------------

/// Data flows over SMC-R from now on. The application writes into the ring `send` of `send_size`
/// bytes and reads from the ring `rmb` of `rmb_size` bytes, both from offset 0.
struct Connected {
  ConnId conn;
  BufferId send;
  BufferId rmb;
  std::uint32_t send_size = 0;
  std::uint32_t rmb_size = 0;
};
/// `available` bytes lie in the RMBE behind what was Read; all of them, not only the new ones.
struct Readable {
  ConnId conn;
  std::uint32_t available = 0;
};
/// No more data will come behind what is readable.
struct EndOfStream {
  ConnId conn;
};
/// `space` bytes may be Wrote; all that is free, not only what was freed.
struct Writable {
  ConnId conn;
  std::uint32_t space = 0;
};
/// The connection is plain TCP from now on: the socket's next byte is the application's. `own` is
/// the local reason, `peer` the diagnosis of the peer's Decline if it sent one.
struct FellBack {
  ConnId conn;
  Diagnosis own = Diagnosis::None;
  Diagnosis peer = Diagnosis::None;
};
/// A request of the application or the driver was not carried out.
struct Refused {
  ConnId conn;
  Refusal why = Refusal::UnknownConnection;
};
/// The connection ended. Sent once, to an application that has not closed, or when its close is
/// complete.
struct Closed {
  ConnId conn;
  CloseReason why = CloseReason::Orderly;
};
/// The core forgot the connection: its index may be used again, with a new generation.
struct Released {
  ConnId conn;
};

}  // namespace action

using Action =
    std::variant<action::ReadTcp, action::CancelRead, action::WriteTcp, action::FinishTcp,
                 action::ResetTcp, action::MakeQp, action::MoveQp, action::DestroyQp,
                 action::MakeBuffer, action::RegisterBuffer, action::ZeroBuffer,
                 action::ReleaseBuffer, action::PostSend, action::PostWrite, action::Connected,
                 action::Readable, action::EndOfStream, action::Writable, action::FellBack,
                 action::Refused, action::Closed, action::Released>;

static_assert(sizeof(Action) <= 64);
static_assert(std::is_trivially_copyable_v<Action>);

/// The caller's list. It keeps its memory across clear(), so a warm driver never allocates.
class Actions {
 public:
  void clear() noexcept {
    actions_.clear();
    arena_.clear();
    trace_.clear();
  }
  void push(const Action& action) { actions_.push_back(action); }
  void trace(const TraceRecord& record) { trace_.push_back(record); }
  /// Reserves `length` zeroed bytes in the arena; fill them through bytes().
  [[nodiscard]] ArenaBytes reserve(std::size_t length) {
    const auto offset = static_cast<std::uint32_t>(arena_.size());
    arena_.resize(arena_.size() + length);
    return {offset, static_cast<std::uint32_t>(length)};
  }
  /// Valid until the next reserve() or clear().
  [[nodiscard]] std::span<std::byte> bytes(ArenaBytes place) noexcept {
    return std::span(arena_).subspan(place.offset, place.length);
  }
  [[nodiscard]] std::span<const std::byte> bytes(ArenaBytes place) const noexcept {
    return std::span(arena_).subspan(place.offset, place.length);
  }
  [[nodiscard]] std::span<const Action> list() const noexcept { return actions_; }
  [[nodiscard]] std::span<const TraceRecord> records() const noexcept { return trace_; }
  [[nodiscard]] bool empty() const noexcept { return actions_.empty() && trace_.empty(); }

 private:
  std::vector<Action> actions_;
  std::vector<std::byte> arena_;
  std::vector<TraceRecord> trace_;
};

}  // namespace smclab
