// SPDX-License-Identifier: MIT
#include "emu/scenario/judge/value.h"

#include <compare>

#include "emu/scenario/load/problems.h"
#include "emu/scenario/load/units.h"

namespace smclab::scenario {
namespace {

bool holds(std::strong_ordering order, CheckOp op) noexcept {
  switch (op) {
    case CheckOp::Equal:
    case CheckOp::Happened:
    case CheckOp::Never:
      return order == 0;
    case CheckOp::NotEqual:
      return order != 0;
    case CheckOp::Less:
      return order < 0;
    case CheckOp::LessEqual:
      return order <= 0;
    case CheckOp::Greater:
      return order > 0;
    case CheckOp::GreaterEqual:
      return order >= 0;
  }
  return false;
}

bool wants_order(CheckOp op) noexcept {
  return op == CheckOp::Less || op == CheckOp::LessEqual || op == CheckOp::Greater ||
         op == CheckOp::GreaterEqual;
}

std::optional<std::uint64_t> number_of(std::string_view written) {
  if (const auto number = to_number(written)) return *number;
  if (const auto size = to_size(written)) return *size;
  if (const auto time = to_duration(written)) return static_cast<std::uint64_t>(time->count());
  if (const auto rate = to_rate(written)) return *rate;
  return std::nullopt;
}

struct Comparison {
  CheckOp op;
  std::string_view written;
  using Answer = tl::expected<bool, std::string>;

  Answer operator()(std::monostate) const {
    if (wants_order(op)) return false;
    return (written == "null") == (op == CheckOp::Equal);
  }
  Answer operator()(bool value) const {
    const auto wanted = to_flag(written);
    if (!wanted) return tl::unexpected("is true or false, not " + in_quotes(written));
    if (wants_order(op)) return tl::unexpected(std::string("is true or false: use == or !="));
    return holds(value <=> *wanted, op);
  }
  Answer operator()(std::uint64_t value) const {
    const auto wanted = number_of(written);
    if (!wanted) return tl::unexpected("is a number, not " + in_quotes(written));
    return holds(value <=> *wanted, op);
  }
  Answer operator()(const std::string& value) const {
    if (wants_order(op)) return tl::unexpected(std::string("is a word: use == or !="));
    return holds(std::string_view(value) <=> written, op);
  }
};

}  // namespace

std::string show(const Value& value, std::string_view path) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* number = std::get_if<std::uint64_t>(&value);
  if (number == nullptr) return "null";
  if (path.ends_with("_ns")) return show_duration(Duration(static_cast<std::int64_t>(*number)));
  return std::to_string(*number);
}

tl::expected<bool, std::string> compare(const Value& value, CheckOp op, std::string_view written) {
  return std::visit(Comparison{op, written}, value);
}

std::string expectation(const CheckSpec& check) {
  std::string text = check.path + " " + std::string(describe(check.op)) + " " + check.value;
  if (check.by) text += " by " + show_duration(*check.by);
  for (std::size_t i = 0; i < check.where.size(); ++i) {
    text += (i == 0 ? " where " : " and ") + check.where[i].first + " is " + check.where[i].second;
  }
  return text;
}

}  // namespace smclab::scenario
