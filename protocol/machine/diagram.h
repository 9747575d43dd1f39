// SPDX-License-Identifier: MIT
//
// A machine for people, from the very rows that run: a Mermaid state diagram and a table of all
// rows in Markdown. docs/generated/machines.md is written by this.
#pragma once

#include <string>
#include <string_view>

#include "protocol/machine/table.h"

namespace smclab::machine {

namespace detail {

/// "A, B", "any", or "all but C" where that is shorter.
template <Named E>
[[nodiscard]] std::string list_of(const AnyOf<E>& set) {
  std::string members;
  std::string others;
  std::size_t left_out = 0;
  for (const E e : kAll<E>) {
    std::string& list = set.has(e) ? members : others;
    if (!set.has(e)) ++left_out;
    if (!list.empty()) list += ", ";
    list += describe(e);
  }
  if (left_out == 0) return "any";
  return left_out < kCount<E> / 2 ? "all but " + others : members;
}

template <Named Fact>
[[nodiscard]] std::string guard_of(const When<Fact>& when) {
  std::string text;
  for (const Fact fact : kAll<Fact>) {
    if (!when.demands(fact) && !when.forbids(fact)) continue;
    if (!text.empty()) text += ", ";
    if (when.forbids(fact)) text += "not ";
    text += describe(fact);
  }
  return text;
}

template <Named Effect>
[[nodiscard]] std::string effect_of(Effect effect) {
  return effect == Effect{} ? std::string() : std::string(describe(effect));
}

template <class Row>
[[nodiscard]] std::string label_of(const Row& row) {
  std::string label = list_of(row.on);
  if (!row.when.always()) label += " [" + guard_of(row.when) + "]";
  const std::string effect = effect_of(row.then);
  if (!effect.empty()) label += " / " + effect;
  return label;
}

template <Named State>
[[nodiscard]] std::string target_of(const Target<State>& to) {
  switch (to.verdict) {
    case Verdict::Move:
      return std::string(describe(to.state));
    case Verdict::Stay:
      return "stay";
    case Verdict::Ignore:
      return "ignore";
    case Verdict::Violation:
      return "violation";
  }
  return "?";
}

}  // namespace detail

/// The moves of a table as a Mermaid state diagram, one line a move.
template <class Table>
[[nodiscard]] std::string mermaid(const Table& table) {
  std::string text = "stateDiagram-v2\n";
  const auto line = [&](std::string_view from, std::string_view to, const std::string& label) {
    text.append("  ").append(from).append(" --> ").append(to);
    text.append(label.empty() ? "" : " : ").append(label).append("\n");
  };
  using State = typename Table::StateType;
  for (const State state : kAll<State>) {
    if (table.ends().start.has(state)) line("[*]", describe(state), "");
  }
  for (const auto& row : table.rows()) {
    const bool stays = row.to.verdict == Verdict::Stay;
    if (!stays && row.to.verdict != Verdict::Move) continue;
    for (const State state : kAll<State>) {
      if (!row.from.has(state)) continue;
      line(describe(state), describe(stays ? state : row.to.state), detail::label_of(row));
    }
  }
  for (const State state : kAll<State>) {
    if (table.ends().end.has(state)) line(describe(state), "[*]", "");
  }
  return text;
}

/// All rows of a table, ignored inputs and violations too, as a Markdown table.
template <class Table>
[[nodiscard]] std::string markdown(const Table& table) {
  std::string text = "| in | on | when | to | and |\n|---|---|---|---|---|\n";
  for (const auto& row : table.rows()) {
    text += "| " + detail::list_of(row.from) + " | " + detail::list_of(row.on);
    text += " | " + detail::guard_of(row.when) + " | " + detail::target_of(row.to);
    text += " | " + detail::effect_of(row.then) + " |\n";
  }
  return text;
}

}  // namespace smclab::machine
