// SPDX-License-Identifier: MIT
//
// A port of an RNIC that this machine has, and the driver that opens it. The driver is a library
// of its own (emu/verbs), loaded only when asked for, so that this program needs no libibverbs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "emu/stack/nic.h"
#include "protocol/types.h"

namespace smclab::runtime {

/// What a port is.
struct PortFacts {
  std::string device;      ///< as the RDMA subsystem names it
  unsigned interface = 0;  ///< index of the network interface below it; 0: not known
  Mac mac;
  MtuCode mtu = MtuCode::Mtu1024;  ///< the largest path MTU now
  bool up = false;
};

/// One port, with one address. Not thread-safe; the loop that owns it watches its descriptors.
class DevicePort : public stack::ForeignNic {
 public:
  [[nodiscard]] virtual const PortFacts& facts() const noexcept = 0;
  /// Readable when collect() has something to take.
  [[nodiscard]] virtual std::vector<int> descriptors() const = 0;
  /// Takes what the device has to tell, without waiting. The Stack learns it by its next Tick.
  virtual void collect() = 0;
  /// Looks at what the device has counted since it was opened; counters() is as of the last look.
  virtual void count() = 0;
  /// Whether the port is up, if that changed since last asked.
  [[nodiscard]] virtual std::optional<bool> take_port_change() = 0;
};

class DeviceDriver {
 public:
  virtual ~DeviceDriver() = default;
  /// Opens the port that has this RoCEv2 address. The error is one sentence for the user, which
  /// says what is missing.
  [[nodiscard]] virtual tl::expected<std::shared_ptr<DevicePort>, std::string> open(
      const Gid& gid) = 0;
};

/// What a driver's library offers under the name kDriverSymbol. Raise the number with every
/// change of the classes above or of what they use: a library of another build is refused.
using MakeDriver = DeviceDriver* (*)(unsigned interface_version);
inline constexpr unsigned kDriverInterface = 2;
inline constexpr const char* kDriverSymbol = "smclab_make_driver";

}  // namespace smclab::runtime
