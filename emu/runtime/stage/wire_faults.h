// SPDX-License-Identifier: MIT
//
// Loss, duplication, corruption and delay for frames on real sockets: decides the fate of each
// frame before it leaves. Chance comes from the run's seed, but the order of frames does not, so
// unlike in the world a run cannot be repeated exactly.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "emu/scenario/scenario.h"
#include "protocol/chance.h"

namespace smclab::runtime {

/// What becomes of one frame.
struct Fate {
  bool lost = false;
  bool doubled = false;
  bool damaged = false;  ///< one bit is flipped
  Duration held{};       ///< leaves this much later
  std::string_view why;  ///< for the capture's comment; empty if nothing happens to it
};

class WireFaults {
 public:
  WireFaults(const scenario::Scenario& scenario, std::uint64_t seed);

  /// A fault of the scenario begins or ends. False if it is none for the wire.
  [[nodiscard]] bool turn(const scenario::FaultSpec& fault, bool begins);
  [[nodiscard]] static bool knows(const scenario::FaultAction& action) noexcept;

  /// The fate of the next frame that `from` sends.
  [[nodiscard]] Fate fate(scenario::PortRef from);
  /// Flips one bit.
  void damage(std::span<std::byte> bytes);

 private:
  struct Cable {
    scenario::LinkSpec spec;      // as it is now
    scenario::LinkSpec original;  // as the file says
    bool down = false;
    std::optional<std::uint32_t> only_from;  // the last change holds for this node's frames
  };
  [[nodiscard]] bool happens(scenario::Chance chance);
  [[nodiscard]] Cable* cable_of(scenario::PortRef port);
  [[nodiscard]] bool parted(const Cable& cable) const;
  void change(const scenario::ChangeLink& change, bool begins);

  std::vector<Cable> cables_;
  std::vector<scenario::Partition> partitions_;
  smclab::Chance chance_;
};

}  // namespace smclab::runtime
