// SPDX-License-Identifier: MIT
#include "tests/interop/peer/rnic_port.h"

#include <algorithm>
#include <utility>

#include "emu/runtime/device/driver_plugin.h"
#include "tests/interop/peer/interface.h"

namespace smclab::interop {

tl::expected<RnicPort, std::string> open_port(const Options& options) {
  const auto device = find_device(options.own, options.link_local_gid);
  if (!device) {
    return tl::unexpected(std::string("no interface here has that address, a MAC and a GID"));
  }
  RnicPort port{.device = *device};
  if (!options.verbs) return port;
  const auto driver = runtime::load_driver();
  if (!driver) return tl::unexpected(driver.error());
  auto opened = (*driver)->open(device->gid);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  // What the device says of itself is what peers are told, since it is what it will do.
  const runtime::PortFacts& facts = (*opened)->facts();
  port.device.mac = facts.mac;
  port.device.mtu = std::min(port.device.mtu, facts.mtu);
  port.device.up = facts.up;
  port.ports.push_back(std::move(*opened));
  return port;
}

}  // namespace smclab::interop
