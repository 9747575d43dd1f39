// SPDX-License-Identifier: MIT
//
// What the CDCs of one direction of a connection say in the end. How many there are, and which
// bytes share one, depends on the pace of two programs; what they announce does not: the flags in
// the order in which they changed, how many bytes were produced and consumed, and where the
// cursors stand at last (RFC 7609 §4.7, A.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emu/capture/conversation/said.h"
#include "protocol/wire/cdc.h"

namespace smclab::capture {

/// The flags took another value. B and R are not among them: they are the pace.
struct FlagChange {
  std::string flags;  ///< "sending_done", or several with blanks between, or "none"
  Place place;
};

/// How far a cursor went in all, or, where the ring's size is not known, its last place only.
struct Distance {
  wire::CdcCursor last;
  std::optional<std::uint64_t> bytes;
};

class CdcLane {
 public:
  /// Sizes of the rings, where the handshake was captured: the receiver's, into which `producer`
  /// points, and the sender's own, of `consumer`.
  void know_rings(std::optional<std::uint32_t> receivers, std::optional<std::uint32_t> senders);
  void add(const wire::Cdc& cdc, const Place& place);

  [[nodiscard]] const std::vector<FlagChange>& changes() const noexcept { return changes_; }
  [[nodiscard]] const Distance& produced() const noexcept { return produced_; }
  [[nodiscard]] const Distance& consumed() const noexcept { return consumed_; }
  /// The newest message; ordinal 0 if there was none.
  [[nodiscard]] const Place& last() const noexcept { return last_; }
  /// CDCs in which the sender told that it waits for space.
  [[nodiscard]] std::uint64_t blocked() const noexcept { return blocked_; }
  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }

 private:
  std::optional<std::uint32_t> receivers_ring_;
  std::optional<std::uint32_t> senders_ring_;
  std::vector<FlagChange> changes_;
  std::string flags_ = "none";
  Distance produced_;
  Distance consumed_;
  std::optional<std::uint16_t> sequence_;
  Place last_;
  std::uint64_t blocked_ = 0;
  std::uint64_t messages_ = 0;
};

}  // namespace smclab::capture
