// SPDX-License-Identifier: MIT
//
// When a row of a table holds. Facts are the few things beside the state on which a machine's
// next step depends; a guard demands some and forbids others. Guards are data like the rest of a
// row, so a table can be proven for every combination of facts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/machine/enumerators.h"

namespace smclab::machine {

/// For machines whose rows need no guards.
enum class NoFact : std::uint8_t {};
[[nodiscard]] constexpr std::string_view describe(NoFact) noexcept {
  return "?";
}
/// What is so, at the moment of an input, beside the state. Rows may depend on it.
template <Named Fact>
class Facts {
 public:
  static_assert(kCount<Fact> <= 6, "a table has a cell for every combination of facts");
  static constexpr std::size_t kCombinations = std::size_t{1} << kCount<Fact>;

  constexpr Facts() = default;
  [[nodiscard]] static constexpr Facts combination(std::size_t index) noexcept {
    Facts facts;
    facts.bits_ = index;
    return facts;
  }
  constexpr Facts& set(Fact fact, bool holds) noexcept {
    const std::size_t bit = std::size_t{1} << place_of(fact);
    bits_ = holds ? bits_ | bit : bits_ & ~bit;
    return *this;
  }
  [[nodiscard]] constexpr bool has(Fact fact) const noexcept {
    return (bits_ >> place_of(fact) & 1) != 0;
  }
  [[nodiscard]] constexpr std::size_t index() const noexcept { return bits_; }
  bool operator==(const Facts&) const = default;

 private:
  std::size_t bits_ = 0;
};

/// One condition of a guard: a fact, or its absence by no(fact).
template <Named Fact>
struct Condition {
  Fact fact;
  bool holds = true;
  constexpr Condition(Fact f) noexcept : fact(f) {}
  constexpr Condition(Fact f, bool h) noexcept : fact(f), holds(h) {}
};
template <Named Fact>
[[nodiscard]] constexpr Condition<Fact> no(Fact fact) noexcept {
  return {fact, false};
}

/// A guard: all its conditions must hold; {} always does.
template <Named Fact>
class When {
 public:
  constexpr When() = default;
  template <class... Conditions>
  requires(sizeof...(Conditions) > 0) constexpr When(Conditions... conditions) noexcept {
    (demand(Condition<Fact>(conditions)), ...);
  }
  [[nodiscard]] constexpr bool holds(Facts<Fact> facts) const noexcept {
    return (facts.index() & must_.index()) == must_.index() &&
           (facts.index() & must_not_.index()) == 0;
  }
  [[nodiscard]] constexpr bool demands(Fact fact) const noexcept { return must_.has(fact); }
  [[nodiscard]] constexpr bool forbids(Fact fact) const noexcept { return must_not_.has(fact); }
  [[nodiscard]] constexpr bool always() const noexcept {
    return must_.index() == 0 && must_not_.index() == 0;
  }

 private:
  constexpr void demand(Condition<Fact> c) noexcept {
    (c.holds ? must_ : must_not_).set(c.fact, true);
  }
  Facts<Fact> must_;
  Facts<Fact> must_not_;
};

}  // namespace smclab::machine
