// SPDX-License-Identifier: MIT
//
// The only file that sees yaml-cpp. It is driven by its events and never builds YAML::Node: that
// way each key and value has its mark, and an alias is refused before anything could expand.
#include "emu/scenario/load/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>

namespace smclab::scenario {
namespace {

Place place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {1, 1};
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

// Ends the reading at once; the way out of yaml-cpp's depths.
struct Refused : std::exception {
  explicit Refused(Problem what) : problem(std::move(what)) {}
  Problem problem;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Problems& problems) : problems_(problems) {}
  [[nodiscard]] Node take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not used in scenarios: write it out");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, {}, anchor);
    put({.kind = Node::Kind::Null, .place = place_of(mark)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    if (wants_key()) {
      take_key(mark, value);
    } else {
      put({.kind = Node::Kind::Scalar, .place = place_of(mark), .text = value});
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::List);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::Map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    std::string key;
    Place key_place;
    bool has_key = false;
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, const char* why) {
    throw Refused({place_of(mark), why});
  }
  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) refuse(mark, "anchors (&name) are not used in scenarios");
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tags (!name) are not used here");
    if (++nodes_ > kMostNodes) refuse(mark, "too many values for a scenario");
  }
  [[nodiscard]] bool wants_key() const {
    return !levels_.empty() && levels_.back().node.kind == Node::Kind::Map &&
           !levels_.back().has_key;
  }
  void take_key(const YAML::Mark& mark, const std::string& key) {
    Level& level = levels_.back();
    level.has_key = true;
    level.key = key;
    level.key_place = place_of(mark);
    if (level.node.entries.size() >= kMostKeys) refuse(mark, "too many keys for one mapping");
    const auto same = std::ranges::find(level.node.entries, key, &Entry::key);
    if (same == level.node.entries.end()) return;
    problems_.add(place_of(mark), "duplicate key " + in_quotes(key) + ", first on line " +
                                      std::to_string(same->place.line));
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    check(mark, tag, anchor);
    if (wants_key()) refuse(mark, "a key must be plain text (is a bracket left open?)");
    if (levels_.size() >= kDeepest) refuse(mark, "nested too deeply for a scenario");
    levels_.push_back({.node = {.kind = kind, .place = place_of(mark)}});
  }
  void close() {
    Node done = std::move(levels_.back().node);
    levels_.pop_back();
    put(std::move(done));
  }
  void put(Node node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind == Node::Kind::List) {
      level.node.items.push_back(std::move(node));
    } else if (level.has_key) {
      level.node.entries.push_back({std::move(level.key), level.key_place, std::move(node)});
      level.has_key = false;
    } else {
      // A null key: `? ` or a lone colon. yaml-cpp reports it as OnNull, with a mark of its own.
      throw Refused({node.place, "a key must be plain text"});
    }
  }

  Problems& problems_;
  Node root_;
  std::vector<Level> levels_;
  std::size_t nodes_ = 0;
};

// Length of the UTF-8 character that `text` begins with, or 0 if it does not begin with one.
std::size_t character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return 0;
  }
  const bool overlong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xF0 && at(1) < 0x90);
  const bool outside = (first == 0xED && at(1) >= 0xA0) || (first == 0xF4 && at(1) >= 0x90);
  return overlong || outside ? 0 : length;
}

bool is_text(std::string_view text, Problems& problems) {
  Place place{1, 1};
  while (!text.empty()) {
    const std::size_t length = character(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      problems.add(place, "this byte is not UTF-8");
      return false;
    }
    if ((first < 0x20 && first != '\t' && first != '\n' && first != '\r') || first == 0x7F) {
      problems.add(place, "control characters do not belong in a scenario");
      return false;
    }
    place = first == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::string_view describe(Node::Kind kind) noexcept {
  switch (kind) {
    case Node::Kind::Null:
      return "nothing";
    case Node::Kind::Scalar:
      return "a value";
    case Node::Kind::List:
      return "a list";
    case Node::Kind::Map:
      return "a mapping";
  }
  return "?";
}

std::optional<Node> read_document(std::string_view text, Problems& problems) {
  if (text.size() > kLargestFile) {
    problems.add({1, 1}, "the file is larger than 1 MiB");
    return std::nullopt;
  }
  if (!is_text(text, problems)) return std::nullopt;
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    TreeBuilder first(problems);
    if (!parser.HandleNextDocument(first)) {
      problems.add({1, 1}, "the file is empty");
      return std::nullopt;
    }
    TreeBuilder second(problems);
    if (parser.HandleNextDocument(second)) {
      problems.add(second.take_root().place,
                   "what begins here is no part of the scenario (wrong indentation?)");
      return std::nullopt;
    }
    return first.take_root();
  } catch (const Refused& refused) {
    problems.add(refused.problem.place, refused.problem.message);
  } catch (const YAML::Exception& error) {
    problems.add(place_of(error.mark), "not YAML: " + error.msg);
  } catch (const std::exception& error) {
    problems.add({1, 1}, std::string("not YAML: ") + error.what());
  }
  return std::nullopt;
}

}  // namespace smclab::scenario
