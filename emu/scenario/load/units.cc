// SPDX-License-Identifier: MIT
#include "emu/scenario/load/units.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "emu/scenario/load/problems.h"

namespace smclab::scenario {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;  ///< in the smallest unit
};
constexpr std::array<Unit, 7> kTimes = {{{"ns", 1},
                                         {"us", 1'000},
                                         {"µs", 1'000},
                                         {"ms", 1'000'000},
                                         {"s", 1'000'000'000},
                                         {"min", 60'000'000'000},
                                         {"h", 3'600'000'000'000}}};
constexpr std::array<Unit, 4> kSizes = {
    {{"B", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};
constexpr std::array<Unit, 4> kRates = {
    {{"bps", 1}, {"kbps", 1'000}, {"Mbps", 1'000'000}, {"Gbps", 1'000'000'000}}};
constexpr std::array<Unit, 1> kPercent = {{{"%", Chance::kAlways / 100}}};

// What a kind of quantity is called in complaints.
struct Quantity {
  std::span<const Unit> units;
  std::string_view example;
};

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string list_units(std::span<const Unit> units) {
  std::string list;
  for (const Unit& unit : units) list += (list.empty() ? "" : ", ") + std::string(unit.name);
  return list;
}

tl::unexpected<std::string> refuse(std::string_view text, std::string why) {
  return tl::unexpected(in_quotes(text) + " " + std::move(why));
}

std::string wrong_unit(std::string_view unit, const Quantity& quantity) {
  std::vector<std::string_view> names;
  for (const Unit& known : quantity.units) names.push_back(known.name);
  std::string hint = suggestion(unit, names);
  // KB is off by 2.4 %, GB by 7 %: what people mean by them is KiB and GiB.
  const bool decimal_size = quantity.example == "64KiB" && unit.size() == 2;
  for (const Unit& known : decimal_size ? quantity.units : std::span<const Unit>{}) {
    const bool same = (known.name[0] | 0x20) == (unit[0] | 0x20) && (unit[1] | 0x20) == 'b';
    if (same && known.name.size() == 3) hint = " (did you mean '" + std::string(known.name) + "'?)";
  }
  return "has the unit " + in_quotes(unit) + ", but it must be one of " +
         list_units(quantity.units) + hint;
}

// digits[.digits] in units of 10^-6: at most six decimals, so that products stay below 2^64.
struct Mantissa {
  std::uint64_t whole = 0;
  std::uint64_t millionths = 0;
  std::size_t length = 0;  ///< characters read; 0: no number here
  bool fits = true;
};

Mantissa mantissa_of(std::string_view text) {
  Mantissa m;
  for (; m.length < text.size() && is_digit(text[m.length]); ++m.length) {
    if (m.whole > std::numeric_limits<std::uint64_t>::max() / 10 - 1) m.fits = false;
    if (m.fits) m.whole = m.whole * 10 + static_cast<std::uint64_t>(text[m.length] - '0');
  }
  const bool decimals = m.length > 0 && m.length + 1 < text.size() && text[m.length] == '.' &&
                        is_digit(text[m.length + 1]);
  if (!decimals) return m;
  std::uint64_t worth = 100'000;
  for (++m.length; m.length < text.size() && is_digit(text[m.length]); ++m.length) {
    if (worth == 0 && text[m.length] != '0') m.fits = false;
    m.millionths += worth * static_cast<std::uint64_t>(text[m.length] - '0');
    worth /= 10;
  }
  return m;
}

Read<std::uint64_t> to_quantity(std::string_view text, const Quantity& quantity) {
  const std::string example = ", for example " + std::string(quantity.example);
  const Mantissa m = mantissa_of(text);
  if (m.length == 0) return refuse(text, "does not begin with a number" + example);
  std::string_view unit = text.substr(m.length);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty())
    return refuse(text, "needs a unit (" + list_units(quantity.units) + ")" + example);
  const auto* const known = std::ranges::find(quantity.units, unit, &Unit::name).base();
  if (known == quantity.units.data() + quantity.units.size()) {
    return refuse(text, wrong_unit(unit, quantity));
  }
  const std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (!m.fits || m.whole > most / known->factor) return refuse(text, "is out of range");
  const std::uint64_t part = m.millionths * known->factor;
  if (part % 1'000'000 != 0) {
    return refuse(text, "is finer than one " + std::string(quantity.units.front().name));
  }
  const std::uint64_t total = m.whole * known->factor + part / 1'000'000;
  if (total > most) return refuse(text, "is out of range");
  return total;
}

// The largest unit that divides the value.
std::string show_quantity(std::uint64_t value, std::span<const Unit> units) {
  const Unit* best = units.data();
  for (const Unit& unit : units) {
    if (value % unit.factor == 0 && unit.factor >= best->factor && unit.name != "µs") best = &unit;
  }
  if (value == 0) best = units.data();
  return std::to_string(value / best->factor) + std::string(best->name);
}

}  // namespace

Read<std::uint64_t> to_number(std::string_view text) {
  const bool hex = text.starts_with("0x") && text.size() > 2;
  const std::uint64_t base = hex ? 16 : 10;
  std::uint64_t value = 0;
  if (text.empty()) return refuse(text, "is not a whole number");
  for (const char c : text.substr(hex ? 2 : 0)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool letter = hex && lower >= 'a' && lower <= 'f';
    if (!is_digit(c) && !letter) return refuse(text, "is not a whole number");
    const auto digit = static_cast<std::uint64_t>(letter ? lower - 'a' + 10 : c - '0');
    if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / base) {
      return refuse(text, "is out of range");
    }
    value = value * base + digit;
  }
  return value;
}

Read<Duration> to_duration(std::string_view text) {
  return to_quantity(text, {kTimes, "10ms"}).map([](std::uint64_t ns) {
    return Duration(static_cast<Duration::rep>(ns));
  });
}

Read<std::uint64_t> to_size(std::string_view text) {
  return to_quantity(text, {kSizes, "64KiB"});
}

Read<std::uint64_t> to_rate(std::string_view text) {
  return to_quantity(text, {kRates, "25Gbps"});
}

Read<Chance> to_chance(std::string_view text) {
  const auto parts = to_quantity(text, {kPercent, "5%"});
  if (!parts) {
    return tl::unexpected(parts.error().ends_with("one %")
                              ? in_quotes(text) + " has too many decimals"
                              : parts.error());
  }
  if (*parts > Chance::kAlways) return refuse(text, "is more than 100%");
  return Chance{static_cast<std::uint32_t>(*parts)};
}

Read<bool> to_flag(std::string_view text) {
  if (text == "true" || text == "on") return true;
  if (text == "false" || text == "off") return false;
  return refuse(text, "must be true, false, on or off");
}

std::string show_size(std::uint64_t bytes) {
  return show_quantity(bytes, kSizes);
}

std::string show_duration(Duration duration) {
  const std::string sign = duration.count() < 0 ? "-" : "";
  const auto ns =
      static_cast<std::uint64_t>(duration.count() < 0 ? -duration.count() : duration.count());
  return sign + show_quantity(ns, kTimes);
}

std::string show_rate(std::uint64_t bits_per_second) {
  return show_quantity(bits_per_second, kRates);
}

std::string show_chance(Chance chance) {
  const std::uint32_t percent = Chance::kAlways / 100;
  std::string shown = std::to_string(chance.per_billion / percent);
  std::uint32_t rest = chance.per_billion % percent;
  if (rest != 0) shown += '.';
  for (std::uint32_t worth = percent / 10; rest != 0; worth /= 10) {
    shown += static_cast<char>('0' + rest / worth);
    rest %= worth;
  }
  return shown + "%";
}

}  // namespace smclab::scenario
