// SPDX-License-Identifier: MIT
//
// The other visitor of emu/scenario/load/keys.h: it writes down every key, in the shape in which
// the JSON Schema must describe it.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emu/scenario/load/keys.h"

namespace smclab::scenario {

/// What the schema says of a key, description apart.
struct ListedKey {
  nlohmann::json shape;
  bool required = false;
};
using ListedBlock = std::map<std::string, ListedKey>;

/// Collects the keys of one block, and of the blocks inside it under their names in `$defs`.
class KeyLister {
 public:
  KeyLister(std::string name, std::map<std::string, ListedBlock>& blocks)
      : block_(blocks[name]), blocks_(blocks) {}

  template <class T>
  void number(const char* key, T&, Range range, Need need = Need::Optional) {
    put(key, {{"type", "integer"}, {"minimum", range.least}, {"maximum", range.most}}, need);
  }
  template <class T>
  void size(const char* key, T&, Range, Need need = Need::Optional) {
    put(key, reference("size"), need);
  }
  template <class T>
  void time(const char* key, T&, Span = {}, Need need = Need::Optional) {
    put(key, reference("duration"), need);
  }
  template <class T>
  void chance(const char* key, T&) {
    put(key, reference("chance"));
  }
  template <class T>
  void flag(const char* key, T&) {
    put(key, reference("flag"));
  }
  template <class T, class E, std::size_t kSize>
  void one_of(const char* key, T&, const std::array<Choice<E>, kSize>& choices,
              Need need = Need::Optional) {
    put(key, enumeration(choices), need);
  }
  void rate(const char* key, std::uint64_t&, Range) { put(key, reference("rate")); }
  void text(const char* key, std::string&, TextKind kind, Need need = Need::Optional) {
    put(key, reference(name_of(kind)), need);
  }
  template <class T>
  void bytes(const char* key, T&) {
    put(key, reference("bytes"));
  }
  template <class T>
  void mac(const char* key, T&) {
    put(key, reference("mac"));
  }
  template <class T>
  void interface(const char* key, T&) {
    put(key, reference("interface"));
  }
  void ueids(const char* key, std::vector<Eid>&) {
    put(key, list_of(direct("ueid"), {0, kMostUeids}));
  }
  template <class T>
  void node(const char* key, T&, Need need = Need::Optional) {
    put(key, reference("node_name"), need);
  }
  template <class T>
  void port(const char* key, T&) {
    put(key, reference("port"));
  }
  template <class T>
  void ports(const char* key, T&, Range count) {
    put(key, list_of(direct("port"), count), Need::Required);
  }
  template <class T>
  void nodes(const char* key, T&, Range count) {
    put(key, list_of(direct("node_name"), count));
  }
  void service(const char* key, Service&, Need need) { put(key, reference("service"), need); }
  template <class T>
  void workload(const char* key, T&) {
    put(key, {{"type", "integer"}, {"minimum", 0}, {"maximum", 4'095}});
  }
  template <class T>
  void block(const char* key, T& member) {
    put(key, reference(key));
    enter(key, member);
  }
  template <class T>
  void block_or_off(const char* key, T& member, bool&) {
    put(key, {{"oneOf", {direct("off"), direct(key)}}});
    enter(key, member);
  }
  template <class T, class Sink>
  void list(const char* key, const T& prototype, Sink&&) {
    put(key, {{"type", "array"}, {"items", direct(singular(key))}});
    T member = prototype;
    enter(singular(key), member);
  }
  template <class T, class Sink>
  void named(const char* key, const T& prototype, Sink&&) {
    T member = prototype;
    enter(singular(key), member);
    const nlohmann::json names = {{"type", "array"}, {"items", direct("name")}};
    const nlohmann::json map = {{"type", "object"},
                                {"propertyNames", direct("name")},
                                {"additionalProperties", direct(singular(key))}};
    put(key, {{"oneOf", {names, map}}});
  }
  template <class T, class Sink>
  void map(const char* key, const T& prototype, Sink&&) {
    T member = prototype;
    enter(singular(key), member);
    put(key, {{"type", {"object", "null"}},
              {"propertyNames", direct("name")},
              {"additionalProperties", direct(singular(key))}});
  }
  template <class Sink>
  void named_ports(const char* key, Sink&&) {
    put(key, {{"type", {"object", "null"}},
              {"propertyNames", direct("pnet_name")},
              {"additionalProperties", {{"type", "array"}, {"items", direct("port")}}}});
  }
  template <class E, std::size_t kSize>
  void choices(const char* key, std::vector<E>&, const std::array<Choice<E>, kSize>& choices) {
    put(key, {{"type", "array"}, {"minItems", 1}, {"items", enumeration(choices)}});
  }
  template <class T>
  void values(const char* key, T&, Range count, Need need) {
    put(key, list_of(direct("value"), count), need);
  }
  template <class T>
  void pairs(const char* key, T&) {
    put(key, {{"type", {"object", "null"}}, {"additionalProperties", direct("value")}});
  }
  void anything(const char* key, bool&) { put(key, nlohmann::json::object()); }

 private:
  void put(const std::string& key, nlohmann::json shape, Need need = Need::Optional) {
    // `anything` only asks whether a key is there; what it is comes from another call.
    const bool known = block_.contains(key) && shape.empty();
    if (!known) block_[key] = {std::move(shape), need == Need::Required};
  }
  template <class T>
  void enter(const std::string& name, T& member) {
    KeyLister inside(name, blocks_);
    keys(inside, member);
  }
  static nlohmann::json direct(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }
  static nlohmann::json reference(const std::string& name) {
    return {{"allOf", nlohmann::json::array({direct(name)})}};
  }
  template <class E, std::size_t kSize>
  static nlohmann::json enumeration(const std::array<Choice<E>, kSize>& choices) {
    nlohmann::json names = nlohmann::json::array();
    for (const auto& choice : choices) names.push_back(choice.name);
    return {{"enum", names}};
  }
  static nlohmann::json list_of(nlohmann::json item, Range count) {
    return {{"type", "array"},
            {"minItems", count.least},
            {"maxItems", count.most},
            {"items", std::move(item)}};
  }
  static std::string singular(const std::string& key) { return key.substr(0, key.size() - 1); }
  static std::string name_of(TextKind kind) {
    switch (kind) {
      case TextKind::Name:
        return "name";
      case TextKind::PnetName:
        return "pnet_name";
      case TextKind::Path:
        return "path";
      case TextKind::Event:
        return "event";
    }
    return "?";
  }

  ListedBlock& block_;
  std::map<std::string, ListedBlock>& blocks_;
};

}  // namespace smclab::scenario
