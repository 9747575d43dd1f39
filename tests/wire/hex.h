// SPDX-License-Identifier: MIT
//
// Bytes written as hexadecimal digits, for vectors in tests.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace smclab::wire {

using Bytes = std::vector<std::byte>;

/// The bytes that the digits stand for; blanks are skipped. An odd digit at the end is a mistake
/// of the test and is dropped.
[[nodiscard]] inline Bytes from_hex(std::string_view digits) {
  Bytes bytes;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::byte>(high << 4 | digit));
      high = -1;
    }
  }
  return bytes;
}

}  // namespace smclab::wire
