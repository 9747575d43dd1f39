// SPDX-License-Identifier: MIT
//
// The vocabulary in which keys.h describes a key: ranges, words to choose from, what a text is for.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

#include "emu/scenario/place.h"
#include "protocol/time.h"

namespace smclab::scenario {

enum class Need : std::uint8_t { Optional, Required };

/// Both ends belong to it.
struct Range {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::int64_t>::max();
};

/// A range of time; a week is longer than any experiment.
struct Span {
  Duration least{};
  Duration most = std::chrono::hours(168);
};

/// A word of a file and what it stands for.
template <class E>
struct Choice {
  std::string_view name;
  E value;
};

enum class TextKind : std::uint8_t {
  Name,      ///< 1…32 of A-Z a-z 0-9 _ -
  PnetName,  ///< 1…16 of A-Z 0-9, as smc_pnet takes them
  Path,      ///< of a file; neither empty nor longer than 255
  Event,     ///< a message type, state or timer: a-z 0-9 _
};

/// `node:port` of TCP.
struct Service {
  std::uint32_t node = 0;
  std::uint16_t port = 0;  ///< 0: not given
};

}  // namespace smclab::scenario
