// SPDX-License-Identifier: MIT
//
// Messages that a scenario loses, patches or replaces before they leave a host. Which message is
// meant is said in the words of the trace, so the records that the core gave along with its
// actions are walked beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emu/stack/input.h"
#include "protocol/trace.h"

namespace smclab::stack {

class Tampering {
 public:
  void add(const input::Tamper& tamper);
  [[nodiscard]] bool armed() const noexcept { return !plans_.empty(); }

  /// A message left the core. `sends` is its record, or null where the core traced none. Says
  /// whether it is to be lost; what it becomes otherwise is in `message`.
  [[nodiscard]] bool touch(const TraceRecord* sends, std::vector<std::byte>& message);

  bool operator==(const Tampering&) const = default;

 private:
  struct Plan {
    std::string what;
    std::uint32_t left = 1;  // this many such messages from now, counting the one that is meant
    Deed deed = Deed::Lose;
    std::uint32_t offset = 0;
    std::vector<std::byte> bytes;
    bool operator==(const Plan&) const = default;
  };
  std::vector<Plan> plans_;
};

}  // namespace smclab::stack
