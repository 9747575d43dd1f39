// SPDX-License-Identifier: MIT
#include "tests/wire/tshark/wireshark_names.h"

#include <cctype>
#include <fstream>
#include <sstream>
#include <vector>

namespace smclab::wire {
namespace {

constexpr const char* kReserved = "smc.reserved";

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

// A path without the places in lists: rkeys.0.new_rkey and rkeys.new_rkey are one field.
std::string without_places(const std::string& path) {
  std::string plain;
  for (const std::string& step : split(path, '.')) {
    if (std::isdigit(static_cast<unsigned char>(step[0])) != 0) continue;
    if (!plain.empty()) plain += '.';
    plain += step;
  }
  return plain;
}

void add(const std::string& name, std::string& list) {
  std::string quoted(1, '`');
  quoted += name.substr(0, name.find('/'));
  quoted += '`';
  if (list.find(quoted) != std::string::npos) return;
  if (!list.empty()) list += ", ";
  list += quoted;
}

}  // namespace

WiresharkNames::WiresharkNames(const std::string& file) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string message;
    std::string expression;
    std::string name;
    if (line.starts_with('#') || !(words >> message >> expression >> name)) continue;
    const bool composed = expression.find('+') != std::string::npos || name.starts_with(kReserved);
    for (const std::string& part : split(expression, '+')) {
      const std::string path = without_places(part.substr(0, part.find_first_of(":>")));
      Names& names = names_[{message, path}];
      add(name, composed ? names.around : names.whole);
    }
  }
}

std::string WiresharkNames::of(const std::string& message, const std::string& field) const {
  const auto found = names_.find({message, field});
  if (found == names_.end()) return "";
  const Names& names = found->second;
  return names.whole.empty() ? "in " + names.around : names.whole;
}

}  // namespace smclab::wire
