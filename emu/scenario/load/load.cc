// SPDX-License-Identifier: MIT
#include "emu/scenario/load/load.h"

#include "emu/scenario/load/assembly.h"
#include "emu/scenario/load/document.h"
#include "emu/scenario/load/keys.h"
#include "emu/scenario/load/reader.h"

namespace smclab::scenario {
namespace {

std::string stem_of(std::string_view file) {
  const std::string_view name = file.substr(file.find_last_of('/') + 1);
  return std::string(name.substr(0, name.find('.')));
}

}  // namespace

tl::expected<Scenario, std::vector<Problem>> load(std::string_view file, std::string_view text) {
  Problems problems;
  const auto root = read_document(text, problems);
  if (!root) return tl::unexpected(problems.sorted());
  if (root->kind != Node::Kind::Map) {
    problems.add(root->place, "a scenario is a mapping of keys to values");
    return tl::unexpected(problems.sorted());
  }
  Assembly assembly(problems);
  assembly.scenario().name = stem_of(file);
  Reader reader(*root, "the scenario", problems, assembly.scenario());
  keys(reader, assembly);
  reader.finish();
  assembly.finish();
  if (!problems.empty()) return tl::unexpected(problems.sorted());
  assembly.scenario().file = file;
  return std::move(assembly.scenario());
}

}  // namespace smclab::scenario
