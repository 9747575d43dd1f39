// SPDX-License-Identifier: MIT
//
// Which names of one conversation stand for which of another: one to one, and once met always so.
#pragma once

#include <map>
#include <string>

namespace smclab::capture {

/// The names of A and B that are to be one.
struct NamePair {
  std::string a;
  std::string b;
};

class Namesakes {
 public:
  /// False if either name stands for another one already.
  bool match(const NamePair& names) {
    const auto there = to_b_.find(names.a);
    const auto back = to_a_.find(names.b);
    if (there == to_b_.end() && back == to_a_.end()) {
      to_b_.emplace(names.a, names.b);
      to_a_.emplace(names.b, names.a);
      return true;
    }
    return there != to_b_.end() && there->second == names.b;
  }

 private:
  std::map<std::string, std::string> to_b_;
  std::map<std::string, std::string> to_a_;
};

}  // namespace smclab::capture
