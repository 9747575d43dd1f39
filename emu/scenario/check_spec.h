// SPDX-License-Identifier: MIT
//
// What must hold when a scenario is over: [PATH, OP, VALUE], no more. PATH is a key of
// `smclab run --json`, or of a trace record, then restricted by `where`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emu/scenario/place.h"
#include "protocol/time.h"

namespace smclab::scenario {

enum class CheckOp : std::uint8_t {
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Happened,  ///< at least one trace record has VALUE under PATH
  Never,     ///< none has
};

struct CheckSpec {
  Place place;
  std::string name;
  std::string path;
  CheckOp op = CheckOp::Equal;
  std::string value;  ///< as written; units are understood where PATH is a size or a time
  std::vector<std::pair<std::string, std::string>> where;  ///< trace record key and its value
  std::optional<Duration> by;  ///< latest time in the run, stretched by the stage
  bool operator==(const CheckSpec&) const = default;
};

[[nodiscard]] constexpr std::string_view describe(CheckOp op) noexcept {
  switch (op) {
    case CheckOp::Equal:
      return "==";
    case CheckOp::NotEqual:
      return "!=";
    case CheckOp::Less:
      return "<";
    case CheckOp::LessEqual:
      return "<=";
    case CheckOp::Greater:
      return ">";
    case CheckOp::GreaterEqual:
      return ">=";
    case CheckOp::Happened:
      return "happened";
    case CheckOp::Never:
      return "never";
  }
  return "?";
}

}  // namespace smclab::scenario
