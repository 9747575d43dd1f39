// SPDX-License-Identifier: MIT
#include "emu/runtime/device/driver_plugin.h"

#include <dlfcn.h>

#include <bit>
#include <filesystem>

namespace smclab::runtime {
namespace {

constexpr const char* kLibrary = "libsmclab_verbs.so";

std::filesystem::path place_of_library() {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
  for (const auto& folder : {program, program / "../lib/smclab"}) {
    if (std::filesystem::exists(folder / kLibrary, unknown)) return folder / kLibrary;
  }
  return {};
}

tl::expected<DeviceDriver*, std::string> load(const std::filesystem::path& library) {
  // Never unloaded: what it made may live as long as the program.
  void* const loaded = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) {
    return tl::unexpected(std::string("cannot load the driver for RDMA devices: ") + ::dlerror());
  }
  void* const symbol = ::dlsym(loaded, kDriverSymbol);
  const auto make = std::bit_cast<MakeDriver>(symbol);
  DeviceDriver* const driver = symbol == nullptr ? nullptr : make(kDriverInterface);
  if (driver == nullptr) {
    return tl::unexpected(library.string() + " belongs to another build of smclab");
  }
  return driver;
}

}  // namespace

tl::expected<DeviceDriver*, std::string> load_driver() {
  const auto library = place_of_library();
  if (library.empty()) {
    return tl::unexpected(std::string("the driver for RDMA devices, ") + kLibrary +
                          ", is not beside the program: build smclab with libibverbs-dev "
                          "installed");
  }
  return load(library);
}

}  // namespace smclab::runtime
