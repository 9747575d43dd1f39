// SPDX-License-Identifier: MIT
#include "tests/rnic/wire/kernel_frames.h"

#include <gtest/gtest.h>

#include <cctype>
#include <fstream>

namespace smclab::roce {
namespace {

std::map<std::string, Bytes> read_frames() {
  std::map<std::string, Bytes> frames;
  std::ifstream file("tests/rnic/wire/data/kernel_frames.txt");
  std::string line;
  Bytes* frame = nullptr;
  while (std::getline(file, line)) {
    if (line.empty()) {
      frame = nullptr;
    } else if (line[0] == '#') {
      continue;
    } else if (frame == nullptr) {
      frame = &frames[line];
    } else {
      const Bytes more = from_hex(line);
      frame->insert(frame->end(), more.begin(), more.end());
    }
  }
  return frames;
}

}  // namespace

Bytes from_hex(std::string_view digits) {
  Bytes bytes;
  unsigned value = 0;
  unsigned count = 0;
  for (const char c : digits) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) continue;
    const int digit =
        std::isdigit(static_cast<unsigned char>(c)) != 0 ? c - '0' : (c | 32) - 'a' + 10;
    value = value << 4 | static_cast<unsigned>(digit);
    if (++count % 2 == 0) bytes.push_back(static_cast<std::byte>(value & 0xFF));
  }
  return bytes;
}

const std::map<std::string, Bytes>& kernel_frames() {
  static const std::map<std::string, Bytes> frames = read_frames();
  return frames;
}

const Bytes& kernel_frame(const std::string& name) {
  static const Bytes none;
  const auto found = kernel_frames().find(name);
  EXPECT_NE(found, kernel_frames().end()) << "no kernel frame " << name;
  return found == kernel_frames().end() ? none : found->second;
}

}  // namespace smclab::roce
