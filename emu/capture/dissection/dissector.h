// SPDX-License-Identifier: MIT
//
// The SMC-R messages of a capture, packet by packet: TCP options and CLC out of TCP streams, LLC
// and CDC out of the SENDs of the queue pairs that carry SMC-R. Nothing in a capture stops it;
// memory is bounded whatever the packets say.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "emu/capture/captured_packet.h"
#include "emu/capture/dissection/connections.h"
#include "emu/capture/dissection/message.h"
#include "emu/capture/dissection/queue_pairs.h"

namespace smclab::capture {

/// What was passed over, and why; for a word of warning to the reader.
struct PassedOver {
  std::map<std::uint16_t, std::uint64_t> unknown_links;  ///< packets by link type
  std::uint64_t fragments = 0;                           ///< of IP
  std::uint64_t cut = 0;                                 ///< packets not captured to their end
};

class Dissector {
 public:
  /// Called once for each message, in the order of the frames that complete them. Its views are
  /// good until it returns.
  using Sink = std::function<void(const SmcMessage&)>;

  explicit Dissector(Sink sink);
  // Its parts call back into it.
  Dissector(const Dissector&) = delete;
  Dissector& operator=(const Dissector&) = delete;

  void add(const CapturedPacket& packet);
  /// No more packets: gives what waited for segments that never came.
  void finish();

  /// The number of the last frame.
  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
  [[nodiscard]] const PassedOver& passed_over() const noexcept { return passed_over_; }
  /// CLC messages whose rest the capture does not have.
  [[nodiscard]] std::size_t incomplete() const noexcept { return connections_.incomplete(); }

 private:
  void add_ip(std::span<const std::byte> bytes);
  void add_send(const RoceSend& send);
  void tell(SmcMessage& message);
  void learn(const SmcMessage& message);

  Sink sink_;
  Connections connections_;
  QueuePairs queue_pairs_;
  PassedOver passed_over_;
  std::uint64_t frames_ = 0;
  Stamp at_;
  std::string_view comment_;
};

}  // namespace smclab::capture
