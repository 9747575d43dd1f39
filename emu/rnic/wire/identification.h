// SPDX-License-Identifier: MIT
//
// The ICRC covers the identification of the IPv4 header, which a UDP socket does not show to its
// reader. Our own senders write 0; the Linux kernel and hardware write what they like. But a CRC
// is linear: how far the received ICRC is off from the one computed with identification 0 depends
// on the identification and the length alone, and no two identifications are off alike. So the
// field can be solved for, at the price of 16 of the 32 bits that the ICRC checks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace smclab::roce {

class IdentificationSolver {
 public:
  /// The identification that turns the ICRC by `difference` (computed with 0, XOR received) in a
  /// packet with `behind` bytes covered behind the field, or nothing if none does: then the packet
  /// is damaged. Remembers each length it met.
  [[nodiscard]] std::optional<std::uint16_t> solve(std::uint32_t difference, std::size_t behind);

 private:
  /// What some bits of the identification do to the ICRC. `crc` has its highest bit to itself:
  /// no row behind it in the system has that bit.
  struct Row {
    std::uint32_t crc = 0;
    std::uint16_t bits = 0;
  };
  using System = std::array<Row, 16>;
  [[nodiscard]] static System make(std::size_t behind);

  std::map<std::size_t, System> systems_;  // by length
};

}  // namespace smclab::roce
