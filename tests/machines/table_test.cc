// SPDX-License-Identifier: MIT
#include "protocol/machine/table.h"

#include <gtest/gtest.h>

#include "protocol/machine/current.h"
#include "protocol/machine/diagram.h"

namespace smclab::machine {
namespace {

// A door, with gaps between its values as the kernel's states have.
enum class DoorState : std::uint8_t { Open = 3, Closed = 7, Removed = 200 };
enum class DoorInput : std::uint8_t { Push, Saw };
enum class DoorFact : std::uint8_t { Locked, Wet };
enum class DoorEffect : std::uint8_t { None, Ring };

constexpr std::string_view describe(DoorState state) noexcept {
  switch (state) {
    case DoorState::Open:
      return "Open";
    case DoorState::Closed:
      return "Closed";
    case DoorState::Removed:
      return "Removed";
  }
  return "?";
}
constexpr std::string_view describe(DoorInput input) noexcept {
  switch (input) {
    case DoorInput::Push:
      return "push";
    case DoorInput::Saw:
      return "saw";
  }
  return "?";
}
constexpr std::string_view describe(DoorFact fact) noexcept {
  switch (fact) {
    case DoorFact::Locked:
      return "locked";
    case DoorFact::Wet:
      return "wet";
  }
  return "?";
}
constexpr std::string_view describe(DoorEffect effect) noexcept {
  switch (effect) {
    case DoorEffect::None:
      return "None";
    case DoorEffect::Ring:
      return "Ring";
  }
  return "?";
}

using enum DoorState;
using enum DoorInput;
using enum DoorFact;
using enum DoorEffect;
using Door = Machine<DoorState, DoorInput, DoorFact, DoorEffect>;

constexpr auto kDoor =
    Door::table({.start = {Open}, .end = {Removed}}, {
                                                         {{Open}, {Push}, {}, Closed, Ring},
                                                         {{Closed}, {Push}, {Locked}, kStay, Ring},
                                                         {{Closed}, {Push}, {no(Locked)}, Open},
                                                         {{Open, Closed}, {Saw}, {}, Removed},
                                                         {{Removed}, {Push}, {}, kIgnore},
                                                         {{Removed}, {Saw}, {}, kViolation},
                                                     });

static_assert(kCount<DoorState> == 3);
static_assert(kAll<DoorState>[1] == Closed);
static_assert(place_of(Removed) == 2);
static_assert(every<DoorState>() == AnyOf<DoorState>(Open, Closed, Removed));
static_assert(all_but(Open) == AnyOf<DoorState>(Closed, Removed));
static_assert(all_but(Open, Closed, Removed).empty());
static_assert(kDoor.step(Open, Push).to == Closed);
static_assert(kDoor.step(Open, Push).then == Ring);
static_assert(kDoor.step(Closed, Push, Facts<DoorFact>().set(Locked, true)).to == Closed);
static_assert(kDoor.step(Closed, Push, Facts<DoorFact>().set(Wet, true)).to == Open);
static_assert(kDoor.step(Removed, Saw).verdict == Verdict::Violation);

using DoorFinding = Finding<DoorState, DoorInput>;
constexpr Ends<DoorState> kEnds{.start = {Open}, .end = {Removed}};

TEST(Table, NamesTheCellAndTheRowThatAreAmbiguous) {
  constexpr auto table = Door::sketch(
      kEnds, {{{Open, Closed}, {Push}, {Locked}, Removed}, {{Closed}, {Push}, {Wet}, Open}});
  static_assert(table.finding() == DoorFinding{Flaw::Ambiguous, Closed, Push, 1});
  EXPECT_EQ(table.finding().flaw, Flaw::Ambiguous) << "locked and wet: both rows hold";
}

TEST(Table, NamesTheFirstCellWithoutARow) {
  constexpr auto table = Door::sketch(kEnds, {{{Open}, {Push}, {Locked}, Closed},
                                              {{Open}, {Push}, {no(Locked), Wet}, Closed},
                                              {all_but(Open), {Push}, {}, Removed},
                                              {every<DoorState>(), {Saw}, {}, kIgnore}});
  EXPECT_EQ(table.finding(), (DoorFinding{Flaw::Missing, Open, Push, 0}))
      << "neither locked nor wet is not covered";
}

TEST(Table, NamesAStateThatNothingLeadsTo) {
  constexpr auto table = Door::sketch(kEnds, {{{Open}, {Push}, {}, Removed},
                                              {{Closed}, {Push}, {}, Open},
                                              {{Removed}, {Push}, {}, kIgnore},
                                              {every<DoorState>(), {Saw}, {}, kIgnore}});
  EXPECT_EQ(table.finding(), (DoorFinding{Flaw::Unreachable, Closed, Push, 0}));
}

TEST(Table, NamesAStateWithoutAWayToAnEnd) {
  constexpr auto table = Door::sketch(kEnds, {{{Open}, {Push}, {Wet}, Removed},
                                              {{Open}, {Push}, {no(Wet)}, Closed},
                                              {{Closed, Removed}, {Push}, {}, kIgnore},
                                              {every<DoorState>(), {Saw}, {}, kIgnore}});
  EXPECT_EQ(table.finding(), (DoorFinding{Flaw::Trap, Closed, Push, 0}));
}

TEST(Current, TracesEveryChangeAndNoStandingStill) {
  Current<DoorState> door(Open);
  std::string seen;
  const auto trace = [&](std::string_view from, std::string_view to, std::string_view why) {
    seen.append(from).append(">").append(to).append(" ").append(why).append(";");
  };
  door.become(Closed, "push", trace);
  door.become(Closed, "push", trace);
  door.become(Removed, "saw", trace);
  EXPECT_EQ(seen, "Open>Closed push;Closed>Removed saw;");
  EXPECT_TRUE(door.is({Open, Removed}));
  EXPECT_EQ(door.get(), Removed);
}

TEST(Diagram, DrawsTheRows) {
  EXPECT_EQ(mermaid(kDoor),
            "stateDiagram-v2\n"
            "  [*] --> Open\n"
            "  Open --> Closed : push / Ring\n"
            "  Closed --> Closed : push [locked] / Ring\n"
            "  Closed --> Open : push [not locked]\n"
            "  Open --> Removed : saw\n"
            "  Closed --> Removed : saw\n"
            "  Removed --> [*]\n");
  EXPECT_EQ(markdown(kDoor),
            "| in | on | when | to | and |\n"
            "|---|---|---|---|---|\n"
            "| Open | push |  | Closed | Ring |\n"
            "| Closed | push | locked | stay | Ring |\n"
            "| Closed | push | not locked | Open |  |\n"
            "| Open, Closed | saw |  | Removed |  |\n"
            "| Removed | push |  | ignore |  |\n"
            "| Removed | saw |  | violation |  |\n");
}

TEST(TableDeathTest, AValueThatIsNoStateIsOurBug) {
  EXPECT_DEATH((void)kDoor.step(static_cast<DoorState>(9), Push), "does not hold");
}

}  // namespace
}  // namespace smclab::machine
