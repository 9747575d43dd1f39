// SPDX-License-Identifier: MIT
//
// Wireshark's names for our fields, from the map in names.txt that tests/wire/against_tshark.py
// proves right.
#pragma once

#include <map>
#include <string>

namespace smclab::wire {

class WiresharkNames {
 public:
  /// Reads the map; paths are relative to the repository.
  explicit WiresharkNames(const std::string& file = "tests/wire/tshark/names.txt");

  /// What Wireshark calls a field, in Markdown: its names, or what it is a part of. Empty where it
  /// has none. `message` is a type of `smclab decode --json`, `field` a path in its fields.
  [[nodiscard]] std::string of(const std::string& message, const std::string& field) const;

 private:
  struct Names {
    std::string whole;
    std::string around;
  };
  std::map<std::pair<std::string, std::string>, Names> names_;
};

}  // namespace smclab::wire
