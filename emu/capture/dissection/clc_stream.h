// SPDX-License-Identifier: MIT
//
// CLC messages out of one direction of a TCP connection. CLC is the beginning of the stream (RFC
// 7609 §3.2): once the handshake is over, or bytes are not CLC, what follows is the application's
// and is not looked at. A capture that missed the SYN is searched for a segment that begins with
// a CLC eye catcher.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "emu/capture/dissection/tcp_order.h"
#include "emu/capture/network/tcp.h"

namespace smclab::capture {

/// Types of CLC messages, byte 4 of each (RFC 7609 A.2.1).
inline constexpr std::uint8_t kClcProposal = 1;
inline constexpr std::uint8_t kClcAccept = 2;
inline constexpr std::uint8_t kClcConfirm = 3;
inline constexpr std::uint8_t kClcDecline = 4;

/// Bytes that begin with a CLC eye catcher and are as long as their header says, unless `cut`.
struct ClcBytes {
  Stamp at;  ///< of the segment that completed them
  std::span<const std::byte> bytes;
  bool cut = false;  ///< the connection ended before the message did
  [[nodiscard]] std::uint8_t type() const noexcept;
};

class ClcStream {
 public:
  /// A message that claims to be longer ends the search in its stream: the longest Proposal that
  /// Linux takes has 652 bytes.
  static constexpr std::size_t kMaxMessage = 4096;

  using Sink = std::function<void(const ClcBytes&)>;

  /// A SYN was seen: the stream's first byte will have this sequence number.
  void begin(std::uint32_t first_byte);
  void add(const TcpSegment& segment, const Stamp& at, const Sink& sink);
  void acknowledged(std::uint32_t sequence) noexcept { order_.acknowledged(sequence); }
  /// The handshake ended: a Decline may still come (RFC 7609 C.2), nothing else.
  void only_decline();
  /// No more segments will come.
  void finish(const Sink& sink);

  [[nodiscard]] bool over() const noexcept { return phase_ == Phase::Over; }
  /// Bytes of a message that waits for its rest.
  [[nodiscard]] std::size_t incomplete() const noexcept { return message_.size(); }

 private:
  enum class Phase : std::uint8_t { Handshake, OnlyDecline, Over };

  void take(std::span<const std::byte> bytes, const Stamp& at, const Sink& sink);
  void close(const Stamp& at, const Sink& sink);
  std::size_t take_message(std::span<const std::byte> bytes, const Stamp& at, const Sink& sink);
  void give_up();
  void end();
  [[nodiscard]] bool may_be_clc() const noexcept;

  TcpOrder order_;
  std::vector<std::byte> message_;
  Phase phase_ = Phase::Handshake;
  bool saw_start_ = false;  ///< the position in the stream is known, not guessed
};

}  // namespace smclab::capture
