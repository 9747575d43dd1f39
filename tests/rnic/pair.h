// SPDX-License-Identifier: MIT
//
// Two RNICs, a virtual clock and a wire on which a test drops, doubles, delays and spoils frames.
// A test tells a story: post here, settle, look there.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "emu/rnic/wire/encapsulation.h"
#include "emu/rnic/wire/packet.h"
#include "tests/rnic/host.h"

namespace smclab::rnic {

enum class Side : std::uint8_t { A, B };

/// What a hook may do to a frame. Frames are counted from 0, over both directions and per one.
struct WireFrame {
  Side from = Side::A;
  std::uint32_t index = 0;            ///< among all frames
  std::uint32_t index_from_side = 0;  ///< among those of its sender
  roce::Headers headers;
  bool drop = false;
  bool corrupt = false;      ///< a bit flips; the ICRC tells
  std::uint32_t copies = 1;  ///< 2 or more: doubled
  Duration delay = std::chrono::microseconds(1);
};

struct PairSettings {
  RnicConfig config;
  QpAttributes attributes;  ///< of both; the peer's address and the PSNs are filled in
  Psn psn_a{1000};          ///< first PSN of A
  Psn psn_b{2000};
  bool backed = true;
  roce::Version version = roce::Version::V2;
  bool connected = true;  ///< false: both queue pairs stay in Reset
};

class Pair {
 public:
  explicit Pair(const PairSettings& settings = {});

  [[nodiscard]] Host& host(Side side) { return side == Side::A ? a : b; }

  // --- verbs ---------------------------------------------------------------------------------
  output::VerbDone tell(Side side, const Input& input) { return host(side).tell(now, input); }
  VerbStatus move(Side side, QpState to);
  VerbStatus post(Side side, const SendRequest& request);
  /// Posts a receive buffer at this offset of the memory.
  VerbStatus receive(Side side, WorkId work, std::uint32_t offset, std::uint32_t length);
  /// What is posted most: bytes of A's memory to or from the same place of B's.
  [[nodiscard]] SendRequest write(WorkId work, std::uint32_t offset, std::uint32_t length) const;
  [[nodiscard]] SendRequest read(WorkId work, std::uint32_t offset, std::uint32_t length) const;
  [[nodiscard]] SendRequest send(WorkId work, std::uint32_t offset, std::uint32_t length) const;

  // --- time ----------------------------------------------------------------------------------
  /// Pulls frames and puts them on the wire, as many as there are.
  void pull();
  /// Lets the earliest thing happen: a frame arrives or a timer fires. False: nothing is left.
  bool step();
  /// Goes on until nothing is left, or `most` steps.
  void settle(std::uint32_t most = 100'000);
  /// Gives the RNIC a frame as if it came from the wire, from this address.
  void inject(Side to, const roce::Headers& headers, std::span<const std::byte> payload = {});
  void inject_from(const Gid& source, Side to, std::span<const std::byte> frame);

  /// Fills A's memory and B's with different patterns.
  void fill();

  Instant now{};
  std::function<void(WireFrame&)> on_wire;
  PairSettings settings;
  Host a;
  Host b;
  std::vector<WireFrame> history;  ///< all frames, dropped ones too

 private:
  struct Flight {
    Instant at;
    Side to = Side::A;
    std::vector<std::byte> bytes;  ///< the Ethernet frame, or headers where memory is unbacked
    std::uint32_t unbacked = 0;
    Gid source;
    bool corrupt = false;
  };
  void connect(Side side);
  void launch(Side from, const OutgoingFrame& frame);
  Flight sealed(Side from, const OutgoingFrame& frame);
  void deliver(const Flight& flight);

  std::vector<Flight> flights_;  // in the order in which they arrive
  OutgoingFrames frames_;
  std::array<std::uint32_t, 2> sent_{};
};

/// The address of a side.
[[nodiscard]] Gid gid_of(Side side);
[[nodiscard]] constexpr Side other(Side side) {
  return side == Side::A ? Side::B : Side::A;
}

}  // namespace smclab::rnic
