// SPDX-License-Identifier: MIT
#include "emu/scenario/fault_spec.h"

namespace smclab::scenario {
namespace {

struct NameOf {
  std::string_view operator()(const ChangeLink& change) const noexcept {
    if (change.down) return *change.down ? "link_down" : "link_up";
    return "link";
  }
  std::string_view operator()(const Partition&) const noexcept { return "partition"; }
  std::string_view operator()(const Stall&) const noexcept { return "stall"; }
  std::string_view operator()(const Deny&) const noexcept { return "deny"; }
  std::string_view operator()(const FailQp&) const noexcept { return "fail_qp"; }
  std::string_view operator()(const AppDoes&) const noexcept { return "app"; }
  std::string_view operator()(const StripOption&) const noexcept { return "strip_option"; }
  std::string_view operator()(const LoseMessage&) const noexcept { return "lose"; }
  std::string_view operator()(const PatchMessage&) const noexcept { return "patch"; }
  std::string_view operator()(const ReplaceMessage&) const noexcept { return "replace"; }
  std::string_view operator()(const Inject&) const noexcept { return "inject"; }
};

}  // namespace

std::string_view describe(const FaultAction& action) noexcept {
  return std::visit(NameOf{}, action);
}

}  // namespace smclab::scenario
