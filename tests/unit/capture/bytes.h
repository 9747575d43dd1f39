// SPDX-License-Identifier: MIT
//
// Bytes for tests of the capture readers, written the way people read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace smclab::capture::testing {

using Bytes = std::vector<std::byte>;

/// Bytes from hexadecimal digits; blanks are ignored.
inline Bytes hex(std::string_view digits) {
  Bytes bytes;
  unsigned value = 0;
  bool half = false;
  for (const char c : digits) {
    if (c == ' ' || c == '\n') continue;
    const unsigned digit = static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    value = value << 4 | digit;
    if (half) bytes.push_back(static_cast<std::byte>(value & 0xFF));
    half = !half;
  }
  return bytes;
}

inline Bytes text(std::string_view letters) {
  Bytes bytes;
  for (const char c : letters) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace smclab::capture::testing
