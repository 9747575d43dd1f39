// SPDX-License-Identifier: MIT
//
// The capture of a world: every frame once, as its sender made it, in the order of time, one
// interface a cable. What the network does to a frame is told in a comment, since a capture at
// the sender cannot show it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "emu/capture/pcapng_writer.h"
#include "emu/scenario/scenario.h"
#include "emu/world/happenings.h"

namespace smclab::world {

class WireLog {
 public:
  using Sink = std::function<void(std::span<const std::byte> pcapng)>;
  WireLog(const scenario::Scenario& scenario, const Sink& sink);

  /// Takes the frames that left; `until` is the earliest time that later ones may have.
  void add(const Happenings& happenings, Instant until);
  /// Puts a comment on the next frame of that host.
  void comment_next(HostId host, std::string text);
  /// Writes what is left.
  void finish();

 private:
  struct Packet {
    Instant at;
    std::uint32_t interface = 0;
    std::uint32_t length = 0;
    std::vector<std::byte> bytes;
    std::string comment;
  };
  std::uint32_t interface_of(LaneId lane);
  std::string comment_of(const WireFrame& frame);
  void write_until(Instant until);

  capture::PcapngWriter writer_;
  std::uint32_t interfaces_ = 0;
  std::vector<Packet> waiting_;
  std::vector<std::string> next_;  // by host
};

}  // namespace smclab::world
