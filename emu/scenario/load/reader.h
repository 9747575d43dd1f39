// SPDX-License-Identifier: MIT
//
// The visitor that loads: for each key that keys.h names it takes the value out of a mapping,
// checks unit, range and reference, and puts it into its member. finish() complains of the keys
// that nothing asked for. Members that a file does not mention keep what they hold.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emu/scenario/load/document.h"
#include "emu/scenario/load/names.h"
#include "emu/scenario/load/units.h"
#include "emu/scenario/scenario.h"

namespace smclab::scenario {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Stores a value that was checked to fit, whatever the member's width.
template <class T, class Value>
void store(T& member, const Value& value) {
  if constexpr (is_optional<T>) {
    member = static_cast<typename T::value_type>(value);
  } else {
    member = static_cast<T>(value);
  }
}

class Reader {
 public:
  /// Reads `node`, which is a mapping or nothing; `what` names it in complaints ("link 2").
  /// `known` is what was loaded so far: names are looked up there.
  Reader(const Node& node, std::string what, Problems& problems, const Scenario& known);

  // --- scalars: keys.h says which key is which -------------------------------------------------
  template <class T>
  void number(std::string_view key, T& member, Range range, Need need = Need::Optional) {
    if (const auto value = read_number(key, range, need)) store(member, *value);
  }
  template <class T>
  void size(std::string_view key, T& member, Range range, Need need = Need::Optional) {
    if (const auto value = read_size(key, range, need)) store(member, *value);
  }
  template <class T>
  void time(std::string_view key, T& member, Span span = {}, Need need = Need::Optional) {
    if (const auto value = read_time(key, span, need)) store(member, *value);
  }
  template <class T>
  void chance(std::string_view key, T& member) {
    if (const auto value = read_chance(key)) store(member, *value);
  }
  template <class T>
  void flag(std::string_view key, T& member) {
    if (const auto value = read_flag(key)) store(member, *value);
  }
  template <class T, class E, std::size_t kSize>
  void one_of(std::string_view key, T& member, const std::array<Choice<E>, kSize>& choices,
              Need need = Need::Optional) {
    std::array<std::string_view, kSize> names;
    for (std::size_t i = 0; i < kSize; ++i) names[i] = choices[i].name;
    if (const auto place = read_choice(key, names, need)) store(member, choices[*place].value);
  }
  void rate(std::string_view key, std::uint64_t& member, Range range);
  void text(std::string_view key, std::string& member, TextKind kind, Need need = Need::Optional);
  void bytes(std::string_view key, std::optional<std::vector<std::byte>>& member);
  void mac(std::string_view key, std::optional<Mac>& member);
  void interface(std::string_view key, std::optional<Interface>& member);
  void ueids(std::string_view key, std::vector<Eid>& member);

  // --- names of what the file defines ----------------------------------------------------------
  template <class T>
  void node(std::string_view key, T& member, Need need = Need::Optional) {
    if (const auto value = read_node(key, need)) store(member, *value);
  }
  void port(std::string_view key, std::optional<PortRef>& member);
  void ports(std::string_view key, std::vector<PortRef>& member, Range count);
  void nodes(std::string_view key, std::vector<std::uint32_t>& member, Range count);
  /// `node` or `node:1234`.
  void service(std::string_view key, Service& member, Need need);
  void workload(std::string_view key, std::optional<std::uint32_t>& member);

  // --- what has an inside ----------------------------------------------------------------------
  template <class T>
  void block(std::string_view key, T& member) {
    if (const Node* node = take_map(key)) read_inside(*node, std::string(key), member);
  }
  /// A block, or the word `off`, which clears `enabled`.
  template <class T>
  void block_or_off(std::string_view key, T& member, bool& enabled) {
    if (!take_off(key)) return block(key, member);
    enabled = false;
  }
  /// A list of blocks; sink(block, node, good) gets each, which began as a copy of `prototype`.
  /// Blocks with a problem are passed on too, so that later references still find them.
  template <class T, class Sink>
  void list(std::string_view key, const T& prototype, Sink&& sink) {
    const Node* list = take_list(key);
    if (list == nullptr) return;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      T member = prototype;
      const std::string name = std::string(singular(key)) + " " + std::to_string(i);
      if (!is_map(list->items[i], name)) continue;
      const bool good = read_inside(list->items[i], name, member);
      sink(member, list->items[i], good);
    }
  }
  /// A mapping from names to blocks; sink(entry, block, good).
  template <class T, class Sink>
  void map(std::string_view key, const T& prototype, Sink&& sink) {
    if (const Node* node = take_map(key)) read_entries(*node, key, prototype, sink);
  }
  /// The same, or a list of names whose blocks are empty.
  template <class T, class Sink>
  void named(std::string_view key, const T& prototype, Sink&& sink) {
    if (const Node* node = take(key, Need::Optional)) read_entries(*node, key, prototype, sink);
  }
  /// A mapping from names to lists of ports.
  template <class Sink>
  void named_ports(std::string_view key, Sink&& sink) {
    const Node* node = take_map(key);
    if (node == nullptr) return;
    for (const Entry& entry : node->entries) {
      for (const PortRef port : read_ports(entry.value, entry.key))
        sink(entry.key, port, entry.place);
    }
  }
  /// A list of words out of a table.
  template <class E, std::size_t kSize>
  void choices(std::string_view key, std::vector<E>& member,
               const std::array<Choice<E>, kSize>& choices) {
    std::array<std::string_view, kSize> names;
    for (std::size_t i = 0; i < kSize; ++i) names[i] = choices[i].name;
    const auto places = read_choices(key, names);
    if (!places) return;
    member.clear();
    for (const std::size_t place : *places) member.push_back(choices[place].value);
  }
  /// A list of plain values, or a mapping from keys to plain values; as they are written.
  void values(std::string_view key, std::vector<std::string>& member, Range count, Need need);
  void pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& member);
  /// Only whether it is there.
  void anything(std::string_view key, bool& present);

  /// Complains of unknown keys. Returns whether this reader found nothing wrong.
  bool finish();

 private:
  const Node* take(std::string_view key, Need need);
  const Node* take_scalar(std::string_view key, Need need);
  const Node* take_list(std::string_view key);
  const Node* take_map(std::string_view key);
  bool take_off(std::string_view key);
  bool is_map(const Node& node, std::string_view name);
  template <class T, class Sink>
  void read_entries(const Node& node, std::string_view key, const T& prototype, Sink& sink) {
    for (const Entry& entry : named_entries(node, key)) {
      T member = prototype;
      const std::string name = std::string(singular(key)) + " " + in_quotes(entry.key);
      if (!is_map(entry.value, name)) continue;
      const bool good = read_inside(entry.value, name, member);
      sink(entry, member, good);
    }
  }
  std::vector<Entry> named_entries(const Node& node, std::string_view key);
  [[nodiscard]] static std::string_view singular(std::string_view key) noexcept;
  void complain(const Node& node, std::string message);
  template <class T>
  std::optional<T> take_value(const Read<T>& value, const Node& node, std::string_view key) {
    if (value) return *value;
    complain(node, std::string(key) + ": " + value.error());
    return std::nullopt;
  }
  template <class T>
  bool read_inside(const Node& node, std::string name, T& member) {
    Reader inside(node, std::move(name), problems_, known_);
    keys(inside, member);
    const bool good = inside.finish();
    good_ = good_ && good;
    return good;
  }

  std::optional<std::uint64_t> read_number(std::string_view key, Range range, Need need);
  std::optional<std::uint64_t> read_size(std::string_view key, Range range, Need need);
  std::optional<Duration> read_time(std::string_view key, Span span, Need need);
  std::optional<Chance> read_chance(std::string_view key);
  std::optional<bool> read_flag(std::string_view key);
  using NameList = std::span<const std::string_view>;
  std::optional<std::size_t> read_choice(std::string_view key, NameList names, Need need);
  std::optional<std::vector<std::size_t>> read_choices(std::string_view key, NameList names);
  std::optional<std::uint32_t> read_node(std::string_view key, Need need);
  std::vector<PortRef> read_ports(const Node& node, std::string_view name);
  std::optional<std::size_t> choose(const Node& node, std::string_view key, NameList names);
  std::optional<std::uint32_t> find_node(const Node& node, std::string_view name);
  std::optional<PortRef> find_port(const Node& node);

  const Node& node_;
  std::string what_;
  Problems& problems_;
  const Scenario& known_;
  std::vector<std::string_view> keys_;  ///< all that were asked for
  bool good_ = true;
};

}  // namespace smclab::scenario
