// SPDX-License-Identifier: MIT
//
// The door of the plugin: the one symbol that `smclab` looks for in it.
#include <utility>

#include "emu/runtime/device/device_port.h"
#include "emu/verbs/port.h"

namespace smclab::verbs {
namespace {

class Driver : public runtime::DeviceDriver {
 public:
  tl::expected<std::shared_ptr<runtime::DevicePort>, std::string> open(const Gid& gid) override {
    auto found = open_port(gid);
    if (!found) return tl::unexpected(std::move(found.error()));
    return Port::make(std::move(*found));
  }
};

}  // namespace
}  // namespace smclab::verbs

extern "C" [[gnu::visibility("default")]] smclab::runtime::DeviceDriver* smclab_make_driver(
    unsigned interface_version) {
  static smclab::verbs::Driver driver;
  return interface_version == smclab::runtime::kDriverInterface ? &driver : nullptr;
}
