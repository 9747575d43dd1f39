// SPDX-License-Identifier: MIT
//
// All that a software RNIC gives back. Outputs are carried out in order: a Place is done before
// the completion that announces it is seen. Completions themselves wait in their queue until
// Rnic::poll takes them, as in verbs, which is what makes overflow possible. Frames leave only
// through Rnic::transmit.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "emu/rnic/input.h"
#include "emu/rnic/memory.h"

namespace smclab::rnic {

/// Why a verb was refused; Success otherwise.
enum class VerbStatus : std::uint8_t {
  Success,
  UnknownObject,  ///< the id names nothing that lives
  InUse,          ///< the id is taken, or the object still has users
  BadArgument,    ///< out of range, or rights that contradict each other
  BadState,       ///< not from this queue pair state
  QueueFull,
  NoMemory,  ///< a limit of this RNIC is reached
};

enum class CompletionKind : std::uint8_t { Send, Write, Read, Receive, ReceiveWithImmediate };

/// An entry of a completion queue.
struct Completion {
  WorkId work = 0;
  QpId qp;
  CompletionKind kind = CompletionKind::Send;
  CompletionStatus status = CompletionStatus::Success;
  std::uint32_t length = 0;  ///< bytes received or read; undefined on error
  std::uint32_t immediate = 0;
  bool operator==(const Completion&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(work, qp, kind, status, length, immediate);
  }
};

enum class AsyncKind : std::uint8_t { QpFatal, QpAccessError, CqOverflow, PortUp, PortDown };

namespace output {

/// Answers the verb just handled. `qpn` after CreateQp, `key` (lkey and rkey are one number, as
/// with most hardware) after RegisterMr.
struct VerbDone {
  VerbStatus status = VerbStatus::Success;
  Qpn qpn;
  Rkey key;
};
/// Copy `target.length` bytes of the frame just handled, from `frame_offset`, to memory.
struct Place {
  MemorySlice target;
  std::uint32_t frame_offset = 0;
};
/// The armed queue has a completion.
struct CompletionEvent {
  CqId cq;
};
struct AsyncEvent {
  AsyncKind kind = AsyncKind::QpFatal;
  QpId qp;
  CqId cq;
};

}  // namespace output

using Output =
    std::variant<output::VerbDone, output::Place, output::CompletionEvent, output::AsyncEvent>;
using Outputs = std::vector<Output>;

/// A frame to send: encoded headers (BTH and what follows it), up to two slices of payload that
/// the fabric gathers, and the pad. The fabric wraps it in IP or GRH and adds the ICRC.
struct OutgoingFrame {
  QpId qp;
  Qpn qpn;                        ///< of the sending queue pair
  std::uint16_t source_port = 0;  ///< UDP source port of RoCEv2
  Gid source;
  Gid destination;
  Mac destination_mac;
  std::uint8_t priority = 0;  ///< 0…7
  std::uint8_t header_length = 0;
  std::uint8_t slice_count = 0;
  std::uint8_t pad = 0;  ///< 0…3 zero bytes behind the payload
  std::array<std::byte, 48> header{};
  std::array<MemorySlice, 2> slices{};

  [[nodiscard]] std::span<const std::byte> headers() const noexcept {
    return std::span(header).first(header_length);
  }
  /// Bytes from BTH to the end of the pad.
  [[nodiscard]] std::uint32_t size() const noexcept {
    std::uint32_t total = std::uint32_t{header_length} + pad;
    for (std::uint8_t i = 0; i < slice_count; ++i) total += slices[i].length;
    return total;
  }
};
using OutgoingFrames = std::vector<OutgoingFrame>;

/// How much the wire takes now.
struct Budget {
  std::uint32_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint8_t open_priorities = 0xFF;  ///< bit p: priority p is not paused
};

/// Frames and bytes that were dropped or refused, by reason. Nothing a stranger sends moves
/// anything but one of these.
struct Counters {
  using Which = std::uint64_t Counters::*;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t retransmissions = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t out_of_sequence = 0;
  std::uint64_t rnr_naks_sent = 0;
  std::uint64_t rnr_naks_received = 0;
  std::uint64_t access_naks_sent = 0;
  std::uint64_t dropped_malformed = 0;  ///< lengths, pad, header version
  std::uint64_t dropped_opcode = 0;
  std::uint64_t dropped_qpn = 0;     ///< no such queue pair, or not ready
  std::uint64_t dropped_source = 0;  ///< not the connected peer
  std::uint64_t dropped_psn = 0;     ///< answers to what was never asked
  std::uint64_t dropped_port = 0;    ///< arrived while the port was down
  std::uint64_t timeouts = 0;        ///< waits for an answer that ended in a retry or an error
  std::uint64_t notifications = 0;   ///< congestion notifications received
  bool operator==(const Counters&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(frames_sent, frames_received, retransmissions, duplicates, out_of_sequence);
    v(rnr_naks_sent, rnr_naks_received, access_naks_sent, dropped_malformed, dropped_opcode);
    v(dropped_qpn, dropped_source, dropped_psn, dropped_port, timeouts, notifications);
  }
};

}  // namespace smclab::rnic
