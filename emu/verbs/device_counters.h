// SPDX-License-Identifier: MIT
//
// What a device counts, under the names of our own RNIC. Drivers of the kernel show their counters
// as files (ports/N/hw_counters in sysfs), each driver those it likes; where none means exactly
// what ours means, it is not known, which is not the same as 0.
//
// The counters are the port's: whoever else uses it is counted as well.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "emu/rnic/output.h"

namespace smclab::verbs {

class DeviceCounters {
 public:
  /// Counts from now on. A folder that is not there counts nothing.
  explicit DeviceCounters(const std::filesystem::path& folder);

  void look();
  /// As of the last look.
  [[nodiscard]] const rnic::Counters& last() const noexcept { return last_; }
  [[nodiscard]] bool counts(rnic::Counters::Which which) const noexcept;

 private:
  struct Source {
    rnic::Counters::Which which;
    std::filesystem::path file;
    std::uint64_t at_first = 0;
  };
  std::vector<Source> sources_;
  rnic::Counters last_;
};

}  // namespace smclab::verbs
