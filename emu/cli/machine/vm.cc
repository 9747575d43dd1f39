// SPDX-License-Identifier: MIT
#include "emu/cli/machine/vm.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "emu/cli/exit_code.h"

namespace smclab::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPython = "/usr/bin/python3";

// In a source tree this program lies in build/PRESET, installed in PREFIX/bin: the laboratory is
// looked for above it.
fs::path find_laboratory(const fs::path& own_folder) {
  std::error_code error;
  for (const char* place : {"../../tests/interop/vm.py", "../share/smclab/interop/vm.py"}) {
    fs::path found = fs::canonical(own_folder / place, error);
    if (!error) return found;
  }
  return {};
}

}  // namespace

int vm(const VmArguments& arguments) {
  std::error_code error;
  const fs::path own_folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path script = find_laboratory(own_folder);
  if (script.empty()) {
    std::fprintf(stderr,
                 "smclab vm: the kernel laboratory (tests/interop/vm.py of the source tree) is "
                 "not found from '%s'\n",
                 own_folder.c_str());
    return kCannot;
  }
  // The machines see the build that this program is part of.
  setenv("SMCLAB_LAB_BUILD", own_folder.c_str(), 0);
  std::vector<std::string> words = {kPython, "-B", script.string()};
  words.insert(words.end(), arguments.words.begin(), arguments.words.end());
  std::vector<char*> pointers(words.size() + 1, nullptr);
  for (std::size_t i = 0; i < words.size(); ++i) pointers[i] = words[i].data();
  execv(kPython, pointers.data());
  std::fprintf(stderr, "smclab vm: cannot run %s: %s\n", kPython, std::strerror(errno));
  return kCannot;
}

}  // namespace smclab::cli
