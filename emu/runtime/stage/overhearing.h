// SPDX-License-Identifier: MIT
//
// Puts into the capture what devices say to each other. Of each cable one end is watched, where
// frames pass in both directions; what cannot be watched, or was missed, is said in the capture.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "emu/runtime/device/wire_watch.h"
#include "emu/runtime/stage/capture_tap.h"
#include "emu/runtime/stage/machine.h"

namespace smclab::runtime {

class Overhearing {
 public:
  /// The tap outlives this.
  explicit Overhearing(CaptureTap& tap) : tap_(tap) {}

  /// Begins, where there are devices.
  void begin(boost::asio::io_context& loop, const Machine& machine);
  /// Writes what has passed by now, so that what is drawn next stands behind it.
  void collect();

 private:
  void overheard(const WireWatch::Packet& packet);

  CaptureTap& tap_;
  std::vector<std::unique_ptr<WireWatch>> watches_;
};

}  // namespace smclab::runtime
