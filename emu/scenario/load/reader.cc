// SPDX-License-Identifier: MIT
#include "emu/scenario/load/reader.h"

#include <algorithm>

namespace smclab::scenario {
namespace {

std::string not_in(const Range& range, std::string (*show)(std::uint64_t)) {
  if (range.least == range.most) return "must be " + show(range.least);
  return "must be " + show(range.least) + " to " + show(range.most);
}
std::string show_plain(std::uint64_t value) {
  return std::to_string(value);
}

bool is_name_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

// What is wrong with a text of this kind; empty if nothing.
std::string_view fault_of(std::string_view text, TextKind kind) {
  const auto all = [&](auto&& good) { return !text.empty() && std::ranges::all_of(text, good); };
  switch (kind) {
    case TextKind::Name:
      if (text.size() <= 32 && all(is_name_letter)) return {};
      return "must be 1 to 32 letters, digits, or _ -";
    case TextKind::PnetName: {
      const auto good = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
      if (text.size() <= 16 && all(good)) return {};
      return "must be 1 to 16 capital letters or digits";
    }
    case TextKind::Path:
      if (!text.empty() && text.size() <= 255) return {};
      return "must be a path of 1 to 255 characters";
    case TextKind::Event: {
      const auto good = [](char c) { return (c >= 'a' && c <= 'z') || is_name_letter(c); };
      if (text.size() <= 48 && all(good)) return {};
      return "must be the name of a message, state or timer";
    }
  }
  return {};
}

}  // namespace

Reader::Reader(const Node& node, std::string what, Problems& problems, const Scenario& known)
    : node_(node), what_(std::move(what)), problems_(problems), known_(known) {}

void Reader::complain(const Node& node, std::string message) {
  good_ = false;
  problems_.add(node.place, std::move(message));
}

const Node* Reader::take(std::string_view key, Need need) {
  keys_.push_back(key);
  const auto entry = std::ranges::find(node_.entries, key, &Entry::key);
  if (entry != node_.entries.end()) return &entry->value;
  if (need == Need::Required) {
    complain(node_, what_ + " needs the key '" + std::string(key) + "'");
  }
  return nullptr;
}

const Node* Reader::take_scalar(std::string_view key, Need need) {
  const Node* node = take(key, need);
  if (node == nullptr || node->kind == Node::Kind::Scalar) return node;
  complain(*node, std::string(key) + " is " + std::string(describe(node->kind)) +
                      ", but must be a plain value");
  return nullptr;
}

const Node* Reader::take_list(std::string_view key) {
  const Node* node = take(key, Need::Optional);
  if (node == nullptr || node->kind == Node::Kind::List) return node;
  if (node->kind == Node::Kind::Null) return nullptr;
  complain(*node,
           std::string(key) + " is " + std::string(describe(node->kind)) + ", but must be a list");
  return nullptr;
}

const Node* Reader::take_map(std::string_view key) {
  const Node* node = take(key, Need::Optional);
  if (node == nullptr || !is_map(*node, key)) return nullptr;
  return node;
}

bool Reader::take_off(std::string_view key) {
  const auto entry = std::ranges::find(node_.entries, key, &Entry::key);
  const bool off = entry != node_.entries.end() && entry->value.kind == Node::Kind::Scalar &&
                   entry->value.text == "off";
  if (off) keys_.push_back(key);
  return off;
}

bool Reader::is_map(const Node& node, std::string_view name) {
  if (node.kind == Node::Kind::Map || node.kind == Node::Kind::Null) return true;
  complain(node, std::string(name) + " is " + std::string(describe(node.kind)) +
                     ", but must be a mapping");
  return false;
}

std::vector<Entry> Reader::named_entries(const Node& node, std::string_view key) {
  std::vector<Entry> entries;
  if (node.kind == Node::Kind::Null) return entries;
  if (node.kind == Node::Kind::Map) entries = node.entries;
  for (const Node& item : node.items) {
    if (item.kind == Node::Kind::Scalar) {
      const bool twice = std::ranges::find(entries, item.text, &Entry::key) != entries.end();
      if (twice) complain(item, in_quotes(item.text) + " is named twice");
      entries.push_back({item.text, item.place, {.place = item.place}});
    } else {
      complain(item, std::string(key) + " as a list holds names only");
    }
  }
  if (node.kind == Node::Kind::Scalar) {
    complain(node, std::string(key) + " is a value, but must be a mapping or a list of names");
  }
  std::erase_if(entries, [&](const Entry& entry) {
    const std::string_view fault = fault_of(entry.key, TextKind::Name);
    if (fault.empty()) return false;
    complain({.place = entry.place}, "the name " + in_quotes(entry.key) + " " + std::string(fault));
    return true;
  });
  return entries;
}

std::string_view Reader::singular(std::string_view key) noexcept {
  return key.ends_with('s') ? key.substr(0, key.size() - 1) : key;
}

std::optional<std::uint64_t> Reader::read_number(std::string_view key, Range range, Need need) {
  const Node* node = take_scalar(key, need);
  if (node == nullptr) return std::nullopt;
  const auto value = take_value(to_number(node->text), *node, key);
  if (!value || (*value >= range.least && *value <= range.most)) return value;
  complain(*node,
           std::string(key) + ": " + in_quotes(node->text) + " " + not_in(range, show_plain));
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::read_size(std::string_view key, Range range, Need need) {
  const Node* node = take_scalar(key, need);
  if (node == nullptr) return std::nullopt;
  const auto value = take_value(to_size(node->text), *node, key);
  if (!value || (*value >= range.least && *value <= range.most)) return value;
  complain(*node, std::string(key) + ": " + in_quotes(node->text) + " " + not_in(range, show_size));
  return std::nullopt;
}

std::optional<Duration> Reader::read_time(std::string_view key, Span span, Need need) {
  const Node* node = take_scalar(key, need);
  if (node == nullptr) return std::nullopt;
  const auto value = take_value(to_duration(node->text), *node, key);
  if (!value || (*value >= span.least && *value <= span.most)) return value;
  complain(*node, std::string(key) + ": " + in_quotes(node->text) + " must be " +
                      show_duration(span.least) + " to " + show_duration(span.most));
  return std::nullopt;
}

std::optional<Chance> Reader::read_chance(std::string_view key) {
  const Node* node = take_scalar(key, Need::Optional);
  if (node == nullptr) return std::nullopt;
  return take_value(to_chance(node->text), *node, key);
}

std::optional<bool> Reader::read_flag(std::string_view key) {
  const Node* node = take_scalar(key, Need::Optional);
  if (node == nullptr) return std::nullopt;
  return take_value(to_flag(node->text), *node, key);
}

void Reader::rate(std::string_view key, std::uint64_t& member, Range range) {
  const Node* node = take_scalar(key, Need::Optional);
  if (node == nullptr) return;
  const auto value = take_value(to_rate(node->text), *node, key);
  if (!value) return;
  if (*value >= range.least && *value <= range.most) {
    member = *value;
  } else {
    complain(*node,
             std::string(key) + ": " + in_quotes(node->text) + " " + not_in(range, show_rate));
  }
}

void Reader::text(std::string_view key, std::string& member, TextKind kind, Need need) {
  const Node* node = take_scalar(key, need);
  if (node == nullptr) return;
  const std::string_view fault = fault_of(node->text, kind);
  if (fault.empty()) {
    member = node->text;
  } else {
    complain(*node, std::string(key) + ": " + in_quotes(node->text) + " " + std::string(fault));
  }
}

void Reader::bytes(std::string_view key, std::optional<std::vector<std::byte>>& member) {
  const Node* node = take_scalar(key, Need::Optional);
  if (node == nullptr) return;
  const auto value = take_value(to_bytes(node->text), *node, key);
  constexpr std::size_t kMost = 8'192;
  if (value && !value->empty() && value->size() <= kMost) {
    member = *value;
  } else if (value) {
    complain(*node, std::string(key) + " must be 1 to 8192 bytes");
  }
}

void Reader::mac(std::string_view key, std::optional<Mac>& member) {
  if (const Node* node = take_scalar(key, Need::Optional)) {
    member = take_value(to_mac(node->text), *node, key);
  }
}

void Reader::interface(std::string_view key, std::optional<Interface>& member) {
  if (const Node* node = take_scalar(key, Need::Optional)) {
    member = take_value(to_interface(node->text), *node, key);
  }
}

void Reader::ueids(std::string_view key, std::vector<Eid>& member) {
  const Node* list = take_list(key);
  if (list == nullptr) return;
  member.clear();
  for (const Node& item : list->items) {
    const auto eid = make_eid(item.text);
    if (eid) {
      member.push_back(*eid);
    } else {
      complain(item, std::string(key) + ": " + in_quotes(item.text) +
                         " must be 1 to 32 of A-Z 0-9 . - and begin with a letter or digit");
    }
  }
  if (list->items.size() > kMostUeids) complain(*list, std::string(key) + " are at most 4");
}

std::optional<std::size_t> Reader::choose(const Node& node, std::string_view key, NameList names) {
  const auto found = std::ranges::find(names, node.text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  complain(node, std::string(key) + ": " + in_quotes(node.text) + " is none of " + list +
                     suggestion(node.text, names));
  return std::nullopt;
}

std::optional<std::size_t> Reader::read_choice(std::string_view key, NameList names, Need need) {
  const Node* node = take_scalar(key, need);
  return node == nullptr ? std::nullopt : choose(*node, key, names);
}

std::optional<std::vector<std::size_t>> Reader::read_choices(std::string_view key, NameList names) {
  const Node* list = take_list(key);
  if (list == nullptr) return std::nullopt;
  std::vector<std::size_t> places;
  for (const Node& item : list->items) {
    if (const auto place = choose(item, key, names)) places.push_back(*place);
  }
  if (list->items.empty()) complain(*list, std::string(key) + " must name at least one");
  return places;
}

void Reader::values(std::string_view key, std::vector<std::string>& member, Range count,
                    Need need) {
  const Node* list = take(key, need);
  if (list == nullptr) return;
  const bool right = list->kind == Node::Kind::List && list->items.size() >= count.least &&
                     list->items.size() <= count.most &&
                     std::ranges::all_of(list->items, [](const Node& item) {
                       return item.kind == Node::Kind::Scalar;
                     });
  if (!right) {
    const std::string most = count.most == count.least ? "" : " to " + std::to_string(count.most);
    return complain(*list, std::string(key) + " must be a list of " + std::to_string(count.least) +
                               most + " plain values");
  }
  for (const Node& item : list->items) member.push_back(item.text);
}

void Reader::pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& member) {
  const Node* map = take_map(key);
  if (map == nullptr) return;
  for (const Entry& entry : map->entries) {
    if (entry.value.kind == Node::Kind::Scalar) {
      member.emplace_back(entry.key, entry.value.text);
    } else {
      complain(entry.value, std::string(key) + " holds plain values only");
    }
  }
}

void Reader::anything(std::string_view key, bool& present) {
  present = take(key, Need::Optional) != nullptr;
}

bool Reader::finish() {
  for (const Entry& entry : node_.entries) {
    if (std::ranges::find(keys_, entry.key) != keys_.end()) continue;
    complain({.place = entry.place},
             "unknown key " + in_quotes(entry.key) + " in " + what_ + suggestion(entry.key, keys_));
  }
  return good_;
}

}  // namespace smclab::scenario
