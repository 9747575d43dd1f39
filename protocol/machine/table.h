// SPDX-License-Identifier: MIT
//
// State machines as data. A machine is a table of rows {from, on, when, to, then}, and the
// compiler proves it before anything runs: for every state, input and combination of facts there
// is exactly one row, every state can be reached, and from every state an end can be reached.
// A table that is wrong does not compile; the error names the flaw. Looking up a step is one
// array access. diagram.h draws the same rows.
//
//   inline constexpr auto kDoor = Machine<DoorState, DoorInput, DoorFact, DoorEffect>::table(
//       {.start = {Open}, .end = {Removed}},
//       {{{Open}, {Push}, {}, Closed, Ring},
//        {{Closed}, {Push}, {Locked}, kIgnore},
//        {{Closed}, {Push}, {no(Locked)}, Open}, ... });
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/machine/enumerators.h"
#include "protocol/machine/guard.h"

namespace smclab::machine {

/// For machines whose rows cause nothing.
enum class NoEffect : std::uint8_t { None };
[[nodiscard]] constexpr std::string_view describe(NoEffect effect) noexcept {
  switch (effect) {
    case NoEffect::None:
      return "None";
  }
  return "?";
}

/// What a row says about its input.
enum class Verdict : std::uint8_t {
  Move,       ///< go to `to`, which may be where one is
  Stay,       ///< remain, but cause the effect
  Ignore,     ///< nothing happens; that is legal here
  Violation,  ///< this input must not come here: the peer's breach, or our bug
};

/// Where a row leads: a state, or one of the constants below.
template <Named State>
struct Target {
  Verdict verdict = Verdict::Move;
  State state{};
  constexpr Target(State s) noexcept : state(s) {}
  constexpr Target(Verdict v) noexcept : verdict(v) {}
};
inline constexpr Verdict kStay = Verdict::Stay;
inline constexpr Verdict kIgnore = Verdict::Ignore;
inline constexpr Verdict kViolation = Verdict::Violation;

/// What can be wrong with a table.
enum class Flaw : std::uint8_t {
  None,
  Ambiguous,    ///< two rows hold for the same state, input and facts
  Missing,      ///< no row does
  Unreachable,  ///< no input leads into this state
  Trap,         ///< no sequence of inputs leads from this state to an end
};

/// The first flaw found, and where. `row` counts from 0; only an ambiguous cell has one.
template <Named State, Named Input>
struct Finding {
  Flaw flaw = Flaw::None;
  State state{};
  Input input{};
  std::size_t row = 0;
  bool operator==(const Finding&) const = default;
};

/// Where a machine starts and where it may end.
template <Named State>
struct Ends {
  AnyOf<State> start;
  AnyOf<State> end;
};

template <Named State, Named Input, Named Fact, Named Effect>
struct Row {
  AnyOf<State> from;
  AnyOf<Input> on;
  When<Fact> when;
  Target<State> to;
  Effect then{};
};

// These are not constexpr: reaching one while a table is built stops the compiler at its name.
inline void two_rows_hold_for_one_cell() {}
inline void a_cell_has_no_row() {}
inline void a_state_cannot_be_reached() {}
inline void a_state_cannot_be_left_for_an_end() {}

/// A proven table. Made by Machine<...>::table().
template <Named State, Named Input, Named Fact, Named Effect, std::size_t kRows>
class Table {
 public:
  using StateType = State;
  using RowType = Row<State, Input, Fact, Effect>;
  using FindingType = Finding<State, Input>;
  struct Step {
    Verdict verdict;
    State to;  ///< the state one is in after the step, whatever the verdict
    Effect then;
  };

  /// The table as it is, with its first flaw in finding(); for tests of the proofs.
  constexpr Table(const Ends<State>& ends, const std::array<RowType, kRows>& rows)
      : ends_(ends), rows_(rows) {
    static_assert(kRows < kNoRow);
    cells_.fill(kNoRow);
    fill();
    if (finding_.flaw == Flaw::None) find_missing();
    if (finding_.flaw == Flaw::None) find_unreachable();
    if (finding_.flaw == Flaw::None) find_trap();
  }

  /// What `input` does in `state` when `facts` are so. O(1).
  [[nodiscard]] constexpr Step step(State state, Input input,
                                    Facts<Fact> facts = {}) const noexcept {
    const RowType& row = rows_[cells_[cell(state, input, facts)]];
    return {row.to.verdict, row.to.verdict == Verdict::Move ? row.to.state : state, row.then};
  }
  [[nodiscard]] constexpr const FindingType& finding() const noexcept { return finding_; }
  [[nodiscard]] constexpr const Ends<State>& ends() const noexcept { return ends_; }
  [[nodiscard]] constexpr const std::array<RowType, kRows>& rows() const noexcept { return rows_; }

 private:
  static constexpr std::uint8_t kNoRow = 0xFF;
  static constexpr std::size_t kFacts = Facts<Fact>::kCombinations;

  [[nodiscard]] static constexpr std::size_t cell(State s, Input i, Facts<Fact> facts) noexcept {
    return (place_of(s) * kCount<Input> + place_of(i)) * kFacts + facts.index();
  }
  constexpr void fill() {
    for (std::size_t r = 0; r < kRows; ++r) {
      for (const State state : kAll<State>) {
        if (!rows_[r].from.has(state)) continue;
        for (const Input input : kAll<Input>) {
          if (rows_[r].on.has(input)) fill_cells(r, state, input);
        }
      }
    }
  }
  constexpr void fill_cells(std::size_t r, State state, Input input) {
    for (std::size_t f = 0; f < kFacts; ++f) {
      const auto facts = Facts<Fact>::combination(f);
      if (!rows_[r].when.holds(facts)) continue;
      std::uint8_t& place = cells_[cell(state, input, facts)];
      if (place != kNoRow && finding_.flaw == Flaw::None) {
        finding_ = {Flaw::Ambiguous, state, input, r};
      }
      place = static_cast<std::uint8_t>(r);
    }
  }
  constexpr void find_missing() {
    for (const State state : kAll<State>) {
      for (const Input input : kAll<Input>) {
        for (std::size_t f = 0; f < kFacts; ++f) {
          const auto place = cells_[cell(state, input, Facts<Fact>::combination(f))];
          if (place == kNoRow) {
            finding_ = {Flaw::Missing, state, input, 0};
            return;
          }
        }
      }
    }
  }
  // Grows the set of states along the rows until nothing is added.
  constexpr void find_unreachable() {
    AnyOf<State> reached = ends_.start;
    for (std::size_t round = 0; round < kCount<State>; ++round) {
      for (const RowType& row : rows_) {
        if (row.to.verdict != Verdict::Move) continue;
        for (const State state : kAll<State>) {
          if (row.from.has(state) && reached.has(state)) reached.insert(row.to.state);
        }
      }
    }
    report_absent(reached, Flaw::Unreachable);
  }
  constexpr void find_trap() {
    AnyOf<State> leads_out = ends_.end;
    for (std::size_t round = 0; round < kCount<State>; ++round) {
      for (const RowType& row : rows_) {
        if (row.to.verdict != Verdict::Move || !leads_out.has(row.to.state)) continue;
        for (const State state : kAll<State>) {
          if (row.from.has(state)) leads_out.insert(state);
        }
      }
    }
    report_absent(leads_out, Flaw::Trap);
  }
  constexpr void report_absent(const AnyOf<State>& states, Flaw flaw) {
    for (const State state : kAll<State>) {
      if (!states.has(state) && finding_.flaw == Flaw::None) finding_ = {flaw, state, Input{}, 0};
    }
  }

  Ends<State> ends_;
  std::array<RowType, kRows> rows_;
  std::array<std::uint8_t, kCount<State> * kCount<Input> * kFacts> cells_{};
  FindingType finding_;
};

/// Names the types of a machine once, so that rows can be plain braces.
template <Named State, Named Input, Named Fact = NoFact, Named Effect = NoEffect>
struct Machine {
  using RowType = Row<State, Input, Fact, Effect>;

  /// The table, not proven: finding() says what is wrong with it.
  template <std::size_t kRows>
  [[nodiscard]] static constexpr auto sketch(const Ends<State>& ends,
                                             const RowType (&rows)[kRows]) {
    return Table<State, Input, Fact, Effect, kRows>(ends, std::to_array(rows));
  }
  /// The table, proven: a flaw is a compile error.
  template <std::size_t kRows>
  [[nodiscard]] static consteval auto table(const Ends<State>& ends, const RowType (&rows)[kRows]) {
    const auto table = sketch(ends, rows);
    if (table.finding().flaw == Flaw::Ambiguous) two_rows_hold_for_one_cell();
    if (table.finding().flaw == Flaw::Missing) a_cell_has_no_row();
    if (table.finding().flaw == Flaw::Unreachable) a_state_cannot_be_reached();
    if (table.finding().flaw == Flaw::Trap) a_state_cannot_be_left_for_an_end();
    return table;
  }
};

}  // namespace smclab::machine
