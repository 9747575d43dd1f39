// SPDX-License-Identifier: MIT
//
// The half of Assembly that makes a FaultSpec out of a mapping of keys: exactly one trigger,
// exactly one action, and no key that belongs to another action.
#include <algorithm>
#include <array>
#include <optional>

#include "emu/scenario/load/assembly.h"

namespace smclab::scenario {
namespace {

constexpr std::array<std::string_view, 3> kTriggers = {"at", "when", "after"};
constexpr std::array<std::string_view, 11> kActions = {
    "link",         "partition", "stall", "deny",    "fail_qp", "app",
    "strip_option", "lose",      "patch", "replace", "inject"};

// The one of these keys that the mapping has; empty if it has none or several.
std::string_view only_one(const Node& node, std::span<const std::string_view> keys) {
  std::string_view found;
  for (const Entry& entry : node.entries) {
    const auto key = std::ranges::find(keys, entry.key);
    if (key == keys.end()) continue;
    if (!found.empty()) return {};
    found = *key;
  }
  return found;
}

}  // namespace

std::optional<OnEvent> Assembly::event_of(const WhenDraft& when, const Node& node) {
  const std::array<std::pair<const std::string*, TraceEvent>, 4> kinds = {
      {{&when.sends, TraceEvent::Sends},
       {&when.receives, TraceEvent::Receives},
       {&when.enters, TraceEvent::State},
       {&when.fires, TraceEvent::Fires}}};
  std::optional<OnEvent> event;
  for (const auto& [what, kind] : kinds) {
    if (what->empty()) continue;
    if (event) {
      complain(node.place, "when names one of sends, receives, enters, fires");
      return std::nullopt;
    }
    event = OnEvent{.host = *when.host, .event = kind, .what = *what, .nth = when.nth};
  }
  if (!event) complain(node.place, "when needs one of sends, receives, enters, fires");
  return event;
}

bool Assembly::give_trigger(FaultDraft& draft, const Node& node, FaultSpec& fault) {
  const std::string_view key = only_one(node, kTriggers);
  if (key.empty()) {
    complain(node.place, "a fault has exactly one of at, when, after");
    return false;
  }
  if (draft.at) fault.trigger = AtTime{*draft.at};
  if (draft.after.given) {
    fault.trigger = AfterProgress{draft.after.workload.value_or(0), draft.after.bytes.value_or(0)};
    if (scenario_.workloads.empty()) complain(node.place, "there is no workload to wait for");
  }
  if (!draft.when.given) return true;
  const auto event = event_of(draft.when, node);
  if (event) fault.trigger = *event;
  return event.has_value();
}

std::optional<FaultAction> Assembly::link_change(FaultDraft& draft, const Node& node) {
  const PortRef port = *draft.link;
  ChangeLink change = draft.change;
  std::size_t found = 0;
  for (std::uint32_t i = 0; i < scenario_.links.size(); ++i) {
    if (scenario_.links[i].a != port && scenario_.links[i].b != port) continue;
    change.link = i;
    ++found;
  }
  if (found != 1) {
    complain(node.place, found == 0 ? "no link ends at this RNIC"
                                    : "several links end at this RNIC: name the other end");
    return std::nullopt;
  }
  const LinkSpec& link = scenario_.links[change.link];
  if (change.from && *change.from != link.a.node && *change.from != link.b.node) {
    complain(node.place, "'from' is not an end of this link");
    return std::nullopt;
  }
  if (change.down && (change.from || change.only != Traffic::All)) {
    complain(node.place, "a link is down for everybody: 'down' goes without 'from' and 'only'");
    return std::nullopt;
  }
  const bool changes = change.down || change.loss || change.duplicate || change.corrupt ||
                       change.reorder || change.delay;
  if (!changes) {
    complain(node.place,
             "say what happens to the link: down, loss, duplicate, corrupt, reorder "
             "or delay");
    return std::nullopt;
  }
  return change;
}

// The action for a host, an application or a path; nothing after a complaint.
std::optional<FaultAction> Assembly::action_of(FaultDraft& draft, const Node& node) {
  const auto need = [&](bool given, const char* key) {
    if (!given) complain(node.place, std::string("this fault needs the key '") + key + "'");
    return given;
  };
  if (draft.link) return link_change(draft, node);
  if (draft.partition.size() == 2) {
    return Partition{draft.partition[0], draft.partition[1], draft.change.only};
  }
  if (draft.stall && need(draft.lasts.has_value(), "for")) return Stall{*draft.stall};
  if (draft.deny && need(draft.host.has_value(), "host")) {
    return Deny{*draft.host, *draft.deny, draft.shortage.first, draft.shortage.count};
  }
  if (draft.fail_qp) return FailQp{*draft.fail_qp};
  if (draft.app && need(draft.workload.has_value(), "workload")) {
    return AppDoes{*draft.workload, draft.side, *draft.app};
  }
  if (draft.strip_option) return StripOption{*draft.strip_option};
  if (draft.lose) return LoseMessage{};
  if (draft.patch && need(draft.offset.has_value(), "offset")) {
    return PatchMessage{*draft.offset, std::move(*draft.patch)};
  }
  if (draft.replace) return ReplaceMessage{std::move(*draft.replace)};
  if (draft.inject && need(draft.host.has_value(), "host") &&
      need(draft.bytes.has_value(), "bytes")) {
    return Inject{*draft.host, *draft.inject, std::move(*draft.bytes)};
  }
  return std::nullopt;
}

bool Assembly::give_action(FaultDraft& draft, const Node& node, FaultSpec& fault) {
  static constexpr std::array<Belongs, 15> kTable = {{
      {"from", "link"},
      {"only", "link partition"},
      {"down", "link"},
      {"loss", "link"},
      {"duplicate", "link"},
      {"corrupt", "link"},
      {"reorder", "link"},
      {"delay", "link"},
      {"first", "deny"},
      {"count", "deny"},
      {"side", "app"},
      {"workload", "app"},
      {"offset", "patch"},
      {"bytes", "inject"},
      {"host", "deny inject"},
  }};
  const std::string_view name = only_one(node, kActions);
  if (name.empty()) {
    std::string list;
    for (const std::string_view action : kActions) {
      list += (list.empty() ? "" : ", ") + std::string(action);
    }
    complain(node.place, "a fault has exactly one action of " + list);
    return false;
  }
  check_company(node, name, kTable);
  auto action = action_of(draft, node);
  if (!action) return false;
  fault.action = std::move(*action);
  const auto* event = std::get_if<OnEvent>(&fault.trigger);
  const bool sends = event != nullptr && event->event == TraceEvent::Sends;
  if ((name == "lose" || name == "patch" || name == "replace") && !sends) {
    complain(node.place, std::string(name) + " is for the message of a 'when' with 'sends'");
    return false;
  }
  return true;
}

void Assembly::add_fault(FaultDraft& draft, const Node& node) {
  FaultSpec fault{.place = node.place, .lasts = draft.lasts};
  if (!give_trigger(draft, node, fault) || !give_action(draft, node, fault)) return;
  const bool lasting = std::holds_alternative<ChangeLink>(fault.action) ||
                       std::holds_alternative<Partition>(fault.action) ||
                       std::holds_alternative<Stall>(fault.action) ||
                       std::holds_alternative<StripOption>(fault.action);
  if (fault.lasts && !lasting) {
    return complain(node.place, "'for' goes with link, partition, stall and strip_option");
  }
  scenario_.faults.push_back(std::move(fault));
}

}  // namespace smclab::scenario
