// SPDX-License-Identifier: MIT
//
// One direction of a cable: it decides each frame's fate when it is launched and holds it while
// it flies. Frames lie in slots that are used again, so a warm lane allocates nothing, and one
// pending event is enough for all of them: the first arrival.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "emu/world/chance.h"
#include "emu/world/parameters.h"
#include "protocol/time.h"

namespace smclab::world {

enum class FrameKind : std::uint8_t { Roce, Tcp };

/// A frame on its way: its Ethernet bytes, or, unbacked, a RoCE packet's headers alone.
struct Frame {
  FrameKind kind = FrameKind::Roce;
  std::vector<std::byte> bytes;
  std::uint32_t unbacked = 0;  ///< bytes of payload that have no bytes
  bool spoiled = false;        ///< an unbacked frame whose ICRC would be wrong
  Gid source;                  ///< of an unbacked frame, which has no envelope
  Gid destination;
  /// Bytes on the wire.
  [[nodiscard]] std::size_t size() const noexcept { return bytes.size() + unbacked; }
  bool operator==(const Frame&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(kind, size(), unbacked, spoiled);
  }
};

/// What became of a frame that was launched.
enum class Fate : std::uint8_t { Arrives, Cut, Lost, Duplicated, Corrupted, Delayed };
[[nodiscard]] std::string_view describe(Fate fate) noexcept;

/// What happened to all frames of a lane.
struct LaneCounters {
  std::uint64_t launched = 0;
  std::uint64_t cut = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t delayed = 0;
  bool operator==(const LaneCounters&) const = default;
};

class Lane {
 public:
  Lane(const Weather& weather, const Dice& dice) : weather(weather), dice_(dice) {}

  /// A blank frame to fill, which launch() sends off.
  [[nodiscard]] Frame& blank();
  /// The frame being filled.
  [[nodiscard]] const Frame& blank_frame() const noexcept { return frames_[*blank_]; }
  /// Sends the blank frame; its last bit leaves at `end`.
  Fate launch(Instant end);

  /// When the next frame arrives.
  [[nodiscard]] std::optional<Instant> next_arrival() const noexcept;
  /// The frame that arrives next, valid until the next blank() or land().
  [[nodiscard]] const Frame& arriving() const noexcept;
  /// Forgets the frame that arrived.
  void land();
  /// Whatever flies is lost: the port went down.
  void drop_all();

  /// Cuts count, so that overlapping faults end when the last one ends; to mend what is whole
  /// does nothing.
  void cut(FrameKind kind, bool on) noexcept;
  [[nodiscard]] bool is_cut(FrameKind kind) const noexcept {
    return cuts_[static_cast<std::size_t>(kind)] > 0;
  }

  [[nodiscard]] std::size_t flying() const noexcept { return flights_.size() - front_; }
  [[nodiscard]] const LaneCounters& counters() const noexcept { return counters_; }

  bool operator==(const Lane& other) const;
  template <class V>
  void members(V& v) const {
    v(dice_, cuts_, flying(), counters_.launched);
    for (std::size_t i = front_; i < flights_.size(); ++i) {
      v(flights_[i].at, frames_[flights_[i].frame]);
    }
  }

  Weather weather;  ///< may be changed at any time; frames in flight are not touched

 private:
  struct Flight {
    Instant at;
    std::uint32_t frame = 0;  // in frames_
    bool operator==(const Flight&) const = default;
  };
  void fly(Instant at, std::uint32_t frame);
  std::uint32_t take_frame();
  void corrupt(Frame& frame);

  Dice dice_;
  std::array<std::uint32_t, 2> cuts_{};  // by FrameKind
  LaneCounters counters_;
  std::vector<Frame> frames_;
  std::vector<std::uint32_t> free_;
  std::optional<std::uint32_t> blank_;
  std::vector<Flight> flights_;  // from front_ on, by time of arrival
  std::size_t front_ = 0;
};

}  // namespace smclab::world
