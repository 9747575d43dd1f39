// SPDX-License-Identifier: MIT
//
// The loader and the JSON Schema cannot drift apart: every key the loader knows is in the schema
// with the same type, bounds and words, and the other way round. docs/generated/scenario-keys.md
// is written from the schema here.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/scenario/key_lister.h"

namespace smclab::scenario {
namespace {

using Json = nlohmann::ordered_json;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const Json& schema() {
  static const Json loaded = Json::parse(read("scenarios/scenario.schema.json"));
  return loaded;
}

// The shape of a key without what is for people only.
nlohmann::json shape_of(const Json& property) {
  nlohmann::json shape = nlohmann::json::parse(property.dump());
  shape.erase("description");
  return shape;
}

const Json& block_of(const std::string& name) {
  return name == "scenario" ? schema() : schema().at("$defs").at(name);
}

std::map<std::string, ListedBlock> listed() {
  std::map<std::string, ListedBlock> blocks;
  Problems problems;
  Assembly assembly(problems);
  KeyLister lister("scenario", blocks);
  keys(lister, assembly);
  return blocks;
}

TEST(Schema, HasEveryKeyOfTheLoaderWithTheSameShape) {
  for (const auto& [block, keys] : listed()) {
    const Json& properties = block_of(block).at("properties");
    for (const auto& [key, listed] : keys) {
      ASSERT_TRUE(properties.contains(key)) << block << "." << key;
      EXPECT_EQ(shape_of(properties.at(key)), listed.shape) << block << "." << key;
    }
  }
}

TEST(Schema, HasNoKeyThatTheLoaderDoesNotKnow) {
  const auto blocks = listed();
  for (const auto& [name, definition] : schema().at("$defs").items()) {
    if (!definition.contains("properties")) continue;
    ASSERT_TRUE(blocks.contains(name)) << name;
  }
  for (const auto& [block, keys] : blocks) {
    EXPECT_EQ(block_of(block).at("additionalProperties"), false) << block;
    for (const auto& [key, _] : block_of(block).at("properties").items()) {
      EXPECT_TRUE(keys.contains(key)) << block << "." << key;
    }
  }
}

TEST(Schema, AgreesOnWhatIsRequired) {
  for (const auto& [block, keys] : listed()) {
    std::set<std::string> required;
    for (const auto& name : block_of(block).value("required", Json::array())) {
      required.insert(name.get<std::string>());
    }
    for (const auto& [key, listed] : keys) {
      // That a file without nodes is no scenario is said by the loader in words of its own.
      const bool special = block == "scenario" && key == "nodes";
      EXPECT_EQ(required.contains(key), listed.required || special) << block << "." << key;
    }
  }
}

TEST(Schema, DescribesEveryKeyInASentence) {
  for (const auto& [block, keys] : listed()) {
    for (const auto& [key, _] : keys) {
      const auto text =
          block_of(block).at("properties").at(key).at("description").get<std::string>();
      EXPECT_GT(text.size(), 10U) << block << "." << key;
      EXPECT_TRUE(text.ends_with('.') || text.ends_with(')')) << block << "." << key;
    }
  }
}

// --- the document ------------------------------------------------------------------------------

std::string type_of(const Json& property) {
  if (property.contains("allOf")) {
    const auto name = property["allOf"][0]["$ref"].get<std::string>();
    return name.substr(name.rfind('/') + 1);
  }
  if (property.contains("enum")) {
    std::string words;
    for (const auto& word : property["enum"]) {
      words += (words.empty() ? "`" : ", `") + word.get<std::string>() + "`";
    }
    return words;
  }
  if (property.contains("minimum")) {
    return property["minimum"].dump() + " … " + property["maximum"].dump();
  }
  if (property.contains("oneOf") || property.contains("additionalProperties")) return "mapping";
  return property.contains("items") ? "list" : "any";
}

void write_block(std::ostream& out, const std::string& title, const Json& block) {
  out << "\n## " << title << "\n\n" << block["description"].get<std::string>() << "\n\n";
  const auto required = block.value("required", Json::array());
  out << "| key | type | what it is |\n|---|---|---|\n";
  for (const auto& [key, property] : block["properties"].items()) {
    const bool needed = std::find(required.begin(), required.end(), key) != required.end();
    std::string text = property["description"].get<std::string>();
    for (std::size_t i = 0; (i = text.find('|', i)) != std::string::npos; i += 2) {
      text.replace(i, 1, "\\|");
    }
    out << "| `" << key << "`" << (needed ? " (needed)" : "") << " | " << type_of(property) << " | "
        << text << " |\n";
  }
}

std::string document() {
  std::ostringstream out;
  out << "# Keys of a scenario file\n\n"
         "Written from `scenarios/scenario.schema.json` by a test; do not edit it by hand. Files "
         "are YAML,\nnamed `*.smc.yml`; quantities carry their unit.\n";
  write_block(out, "The file", schema());
  for (const auto& [name, definition] : schema().at("$defs").items()) {
    if (definition.contains("properties")) write_block(out, "`" + name + "`", definition);
  }
  out << "\n## Types\n\n| type | what is written |\n|---|---|\n";
  for (const auto& [name, definition] : schema().at("$defs").items()) {
    if (definition.contains("properties")) continue;
    out << "| " << name << " | " << definition["description"].get<std::string>();
    if (definition.contains("examples")) {
      out << " For example `" << definition["examples"][0].get<std::string>() << "`.";
    }
    out << " |\n";
  }
  return out.str();
}

TEST(Schema, TheGeneratedDocumentIsCurrent) {
  const std::string path = "docs/generated/scenario-keys.md";
  if (std::getenv("SMCLAB_UPDATE_GENERATED") != nullptr) std::ofstream(path) << document();
  EXPECT_EQ(read(path), document()) << "run the tests with SMCLAB_UPDATE_GENERATED=1";
}

}  // namespace
}  // namespace smclab::scenario
