// SPDX-License-Identifier: MIT
//
// One value of a run and its comparison with what a check's author wrote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <tl/expected.hpp>

#include "emu/scenario/check_spec.h"

namespace smclab::scenario {

/// monostate is JSON's null: nothing there, such as the end of what did not end.
using Value = std::variant<std::monostate, bool, std::uint64_t, std::string>;

/// For people: "1048576", "12.5ms" where the path ends in `_ns`, "null".
[[nodiscard]] std::string show(const Value& value, std::string_view path);

/// Whether `value` OP `written` holds, or why the two cannot be compared. Numbers may be written
/// with a unit of time, size or rate; then the value counts in ns, bytes or bits per second.
[[nodiscard]] tl::expected<bool, std::string> compare(const Value& value, CheckOp op,
                                                      std::string_view written);

/// "PATH OP VALUE by 60ms where host is b".
[[nodiscard]] std::string expectation(const CheckSpec& check);

}  // namespace smclab::scenario
