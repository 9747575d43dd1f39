// SPDX-License-Identifier: MIT
//
// Numbers with units, as people write them: "10ms", "25Gbps", "64KiB", "0.5%". A unit is always
// written, so that nobody has to guess; arithmetic is exact, so "0.3ms" is 300,000 ns and a value
// that is no whole number of the smallest unit is refused. Each function gives the value or a
// sentence that says what is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "emu/scenario/place.h"
#include "protocol/time.h"
#include "protocol/types.h"

namespace smclab::scenario {

template <class T>
using Read = tl::expected<T, std::string>;

/// A whole number, decimal or 0x hexadecimal; underscores are not taken.
[[nodiscard]] Read<std::uint64_t> to_number(std::string_view text);
/// ns, us (or µs), ms, s, min, h.
[[nodiscard]] Read<Duration> to_duration(std::string_view text);
/// Bytes: B, KiB, MiB, GiB.
[[nodiscard]] Read<std::uint64_t> to_size(std::string_view text);
/// Bits per second: bps, kbps, Mbps, Gbps.
[[nodiscard]] Read<std::uint64_t> to_rate(std::string_view text);
/// 0% to 100%.
[[nodiscard]] Read<Chance> to_chance(std::string_view text);
/// true, false, on, off.
[[nodiscard]] Read<bool> to_flag(std::string_view text);
/// Pairs of hexadecimal digits; blanks, colons and line ends between pairs are skipped.
[[nodiscard]] Read<std::vector<std::byte>> to_bytes(std::string_view text);
/// Six pairs with colons.
[[nodiscard]] Read<Mac> to_mac(std::string_view text);

/// An interface's address and the length of its subnet's prefix.
struct Interface {
  IpAddress address;
  std::uint8_t prefix_length = 0;
};
/// "10.0.0.1/24" or "fd00::1/64".
[[nodiscard]] Read<Interface> to_interface(std::string_view text);

/// The shortest exact way to write it: "64KiB", "1500B", "10ms", "25Gbps", "5%".
[[nodiscard]] std::string show_size(std::uint64_t bytes);
[[nodiscard]] std::string show_duration(Duration duration);
[[nodiscard]] std::string show_rate(std::uint64_t bits_per_second);
[[nodiscard]] std::string show_chance(Chance chance);

}  // namespace smclab::scenario
