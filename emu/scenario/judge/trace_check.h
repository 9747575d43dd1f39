// SPDX-License-Identifier: MIT
//
// Checks whose PATH is a key of a trace record. `happened`: a record that matches `where` has
// VALUE under the key. `never`: none has. Other operators: there are records that match `where`,
// and each of them holds. With `by` only records up to that time count.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "emu/scenario/judge/judge.h"
#include "emu/scenario/judge/value.h"

namespace smclab::scenario {

[[nodiscard]] bool is_trace_key(std::string_view key) noexcept;
/// The nearest trace key as a suggestion, if one is near.
[[nodiscard]] std::string trace_key_hint(std::string_view key);
/// What a record has under a key of trace.jsonl.
[[nodiscard]] Value trace_value(const Scenario& scenario, const HostRecord& record,
                                std::string_view key);
/// What is wrong with such a check before anything is played; empty if nothing.
[[nodiscard]] std::string trace_fault(const CheckSpec& check, const Scenario& scenario);

[[nodiscard]] CheckVerdict judge_trace(const CheckSpec& check, const Scenario& scenario,
                                       StageKind stage, std::span<const HostRecord> trace);

}  // namespace smclab::scenario
