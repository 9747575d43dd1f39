// SPDX-License-Identifier: MIT
//
// What a World is told before it starts: hosts, the cables between them, and what goes wrong on
// those all the time. What goes wrong at some moment comes later, by World's own functions.
#pragma once

#include <cstdint>
#include <vector>

#include "emu/stack/parameters.h"
#include "emu/world/chance.h"
#include "protocol/time.h"
#include "protocol/types.h"

namespace smclab::world {

/// A place in WorldParameters::hosts.
using HostId = Number<struct HostTag, std::uint32_t>;
/// A place in WorldParameters::cables.
using CableId = Number<struct CableTag, std::uint32_t>;
/// One direction of a cable: 2 · cable + 0 from a to b, + 1 from b to a.
using LaneId = Number<struct LaneTag, std::uint32_t>;

/// One SMC-R host. `stack.smc.peer_id` is filled in by the World: an instance number from the
/// seed, and the first device's MAC.
struct HostParameters {
  stack::Parameters stack;
  bool echoes_option = false;  ///< a host without SMC-R whose TCP copies unknown options back
};

/// How frames fare in one direction of a cable. TCP segments feel rate, delay and cuts only.
struct Weather {
  Probability loss;
  Probability duplicate;
  Probability corrupt;  ///< one bit of the frame is flipped
  Probability reorder;  ///< a frame is held back by reorder_delay
  Duration reorder_delay = std::chrono::microseconds(20);
  Duration delay = std::chrono::microseconds(5);  ///< propagation
  bool operator==(const Weather&) const = default;
};

/// A cable between two RNIC ports.
struct CableParameters {
  HostId host_a;
  DeviceId device_a;
  HostId host_b;
  DeviceId device_b;
  std::uint64_t rate = 25'000'000'000;  ///< bits per second, each direction
  std::uint32_t mtu = 1'500;            ///< largest IP packet in bytes
  Weather weather;                      ///< of both directions
};

/// Hosts that no cable joins reach each other's TCP over a plain network of 10 Gbit/s and 5 µs.
struct WorldParameters {
  std::uint64_t seed = 1;
  std::vector<HostParameters> hosts;
  std::vector<CableParameters> cables;
  bool capture = false;  ///< every frame is handed out in Happenings
  bool oracle = true;    ///< compare every byte received with what was sent
};

}  // namespace smclab::world
