// SPDX-License-Identifier: MIT
//
// Carries out a scenario's faults in the world and takes them back. When is decided elsewhere
// (scenario::FaultClock); faults that touch applications are the player's.
#pragma once

#include <cstdint>
#include <vector>

#include "emu/scenario/fault_spec.h"
#include "emu/scenario/scenario.h"
#include "emu/world/world.h"

namespace smclab::world {

class FaultDesk {
 public:
  explicit FaultDesk(const scenario::Scenario& scenario);

  /// The fault begins now, or is over. Nothing is done for AppDoes, nor for faults of messages,
  /// which were armed before.
  void begin(std::uint32_t fault, World& world);
  void end(std::uint32_t fault, World& world);

  /// The host in whose trace the fault is told.
  [[nodiscard]] HostId host_of(std::uint32_t fault) const;

 private:
  struct Before {
    LaneId lane;
    Weather weather;
  };
  void change(const scenario::ChangeLink& change, std::uint32_t fault, World& world);
  void restore(const scenario::ChangeLink& change, std::uint32_t fault, World& world);
  static void part(const scenario::Partition& partition, bool on, World& world);

  const scenario::Scenario& scenario_;
  std::vector<std::vector<Before>> before_;  // by fault: what it changed
};

}  // namespace smclab::world
