// SPDX-License-Identifier: MIT
//
// Small nouns shared by the blocks of a scenario: a place in the file, a port of a node, a chance.
#pragma once

#include <compare>
#include <cstdint>

namespace smclab::scenario {

/// Where in the file something was written; both count from 1, 0 means nowhere.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const Place&) const = default;
};

/// An RNIC: places in Scenario::nodes and NodeSpec::rnics. Written `node:rnic`.
struct PortRef {
  std::uint32_t node = 0;
  std::uint32_t rnic = 0;
  auto operator<=>(const PortRef&) const = default;
};

/// A probability in parts per billion, so that no float decides anything. Written "5%".
struct Chance {
  static constexpr std::uint32_t kAlways = 1'000'000'000;
  std::uint32_t per_billion = 0;
  auto operator<=>(const Chance&) const = default;
};

}  // namespace smclab::scenario
