// SPDX-License-Identifier: MIT
//
// One direction of a captured TCP connection, put into order: segments may come late, twice,
// overlapping or not at all. Only as much is held back as a CLC message can be long, since the
// handshake is all that is wanted of TCP here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace smclab::capture {

/// Where in the capture something was seen.
struct Stamp {
  std::uint64_t frame = 0;  ///< counted from 1, as Wireshark does
  std::int64_t time_ns = 0;
};

class TcpOrder {
 public:
  /// Bytes (and segments) that wait behind a hole; more than this and the hole is given up.
  static constexpr std::size_t kMaxHeld = 8192;
  static constexpr std::size_t kMaxHeldSegments = 256;

  /// Takes the next bytes of the stream. `after_hole`: bytes before these were not captured.
  using Deliver =
      std::function<void(std::span<const std::byte> bytes, const Stamp& at, bool after_hole)>;

  /// The next byte to deliver has this sequence number. Forgets what was held.
  void start(std::uint32_t sequence);
  [[nodiscard]] bool started() const noexcept { return started_; }
  [[nodiscard]] std::uint32_t next() const noexcept { return next_; }
  /// Stops delivering and frees what was held, until the next start().
  void stop();

  /// A segment; delivers what became deliverable. Only after start().
  void add(std::uint32_t sequence, std::span<const std::byte> bytes, const Stamp& at,
           const Deliver& deliver);
  /// The peer has received everything before `sequence`: a hole before it will not be filled by
  /// the capture, unless the very next segment does.
  void acknowledged(std::uint32_t sequence) noexcept;
  /// The capture is over: delivers what waits behind holes, with the stamps it came with.
  void finish(const Deliver& deliver);

 private:
  struct Held {
    std::uint32_t sequence;
    Stamp at;
    std::vector<std::byte> bytes;
  };

  void hold(std::uint32_t sequence, std::span<const std::byte> bytes, const Stamp& at);
  void deliver_held(const Stamp* at, const Deliver& deliver);
  void skip_hole();

  std::vector<Held> held_;  ///< sorted by sequence number, relative to next_
  std::size_t held_bytes_ = 0;
  std::uint32_t next_ = 0;
  bool started_ = false;
  bool hole_acknowledged_ = false;
  bool after_hole_ = false;
};

}  // namespace smclab::capture
