// SPDX-License-Identifier: MIT
//
// Frames of a Linux kernel by name, out of tests/rnic/wire/data/kernel_frames.txt.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace smclab::roce {

using Bytes = std::vector<std::byte>;

/// The bytes that hexadecimal digits, with or without blanks, stand for.
[[nodiscard]] Bytes from_hex(std::string_view digits);

/// All frames of the data file. Tests run with the repository as their directory.
[[nodiscard]] const std::map<std::string, Bytes>& kernel_frames();

/// One of them; fails the test when it is missing.
[[nodiscard]] const Bytes& kernel_frame(const std::string& name);

}  // namespace smclab::roce
