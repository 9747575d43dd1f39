// SPDX-License-Identifier: MIT
//
// Every file of bad/ is refused, with exactly the complaints in the .txt beside it. To add one,
// write the file and run once with SMCLAB_UPDATE_GENERATED=1; then read what it says.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "emu/scenario/load/load.h"

namespace smclab::scenario {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> bad_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/scenario/bad")) {
    if (entry.path().extension() == ".yml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string complaints(const std::filesystem::path& path) {
  const auto loaded = load(path.filename().string(), read(path));
  if (loaded) return "no complaint\n";
  std::string text;
  for (const Problem& problem : loaded.error()) {
    text += show(path.filename().string(), problem) + "\n";
  }
  return text;
}

TEST(BadFiles, AreRefusedInWordsThatHelp) {
  const auto files = bad_files();
  EXPECT_GE(files.size(), 30U);
  for (const auto& path : files) {
    std::filesystem::path golden = path;
    golden.replace_extension().replace_extension(".txt");
    const std::string text = complaints(path);
    if (std::getenv("SMCLAB_UPDATE_GENERATED") != nullptr) std::ofstream(golden) << text;
    EXPECT_EQ(text, read(golden));
    EXPECT_NE(text, "no complaint\n") << path;
  }
}

TEST(BadFiles, AHugeFileIsRefusedUnread) {
  const auto loaded = load("huge.smc.yml", std::string(2'000'000, ' '));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error()[0].message, "the file is larger than 1 MiB");
}

// Each is a hundred kilobytes of what costs careless readers seconds or a stack.
TEST(BadFiles, HostileShapesAreRefusedSoon) {
  const auto many = [](std::string_view piece) {
    std::string text;
    while (text.size() + piece.size() < 100'000) text += piece;
    return text;
  };
  for (const char* piece :
       {"[", "{",     "- ",   "? ",    "[a, ",   "a: ",  "{a: ", "&a ", "!x ", "a\n",
        "'", "| \n ", "%X\n", "---\n", "a: b\n", "[]: ", "\t",   "#",   ":",   "- - - "}) {
    EXPECT_FALSE(load("hostile.smc.yml", many(piece))) << piece;
  }
}

}  // namespace
}  // namespace smclab::scenario
