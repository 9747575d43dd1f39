// SPDX-License-Identifier: MIT
//
// Finds the port of this machine that has a RoCEv2 address, and says in one sentence what is
// missing where there is none.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "emu/runtime/device/device_port.h"
#include "emu/verbs/handles.h"
#include "emu/verbs/translate.h"

namespace smclab::verbs {

/// An opened device and which of its ports and addresses is meant.
struct OpenPort {
  Context context;
  Gid gid;
  PortPlace place;
  std::filesystem::path counters;  ///< the folder where the kernel shows what the port counts
  runtime::PortFacts facts;
};

[[nodiscard]] tl::expected<OpenPort, std::string> open_port(const Gid& gid);

/// Where its address is now; nothing while the port is down or does not have the address, as when
/// its network interface is deleted.
[[nodiscard]] std::optional<PortPlace> find_place(const OpenPort& open);

/// The sentences, apart from the search so that they can be tested without a device.
namespace missing {
/// There is no list of devices, or an empty one.
[[nodiscard]] std::string devices(int error);
/// A device is there and may not be opened.
[[nodiscard]] std::string rights(const std::string& device, int error);
/// None of these RoCEv2 addresses is the one asked for.
[[nodiscard]] std::string address(const Gid& wanted, const std::vector<Gid>& present);
}  // namespace missing

}  // namespace smclab::verbs
