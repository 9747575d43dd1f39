// SPDX-License-Identifier: MIT
#include "emu/cli/stages.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "emu/cli/exit_code.h"

#include "emu/runtime/stage/emu_stage.h"
#include "emu/runtime/stage/verbs_stage.h"
#include "emu/world/stage/world_stage.h"

namespace smclab::cli {

using scenario::StageKind;

std::unique_ptr<scenario::Stage> make_stage(StageKind kind, std::string& missing) {
  switch (kind) {
    case StageKind::World:
      return std::make_unique<world::WorldStage>();
    case StageKind::Emu:
      return std::make_unique<runtime::EmuStage>();
    case StageKind::Verbs:
      return std::make_unique<runtime::VerbsStage>();
    case StageKind::Ns3:
      missing = "the stage 'ns3' is another program's: give --stage ns3";
      return nullptr;
  }
  return nullptr;
}

int become_ns3(const RunArguments& arguments) {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  std::vector<std::string> words{(self.parent_path() / "smclab-ns3").string()};
  const auto add = [&words](bool wanted, const char* flag) {
    if (wanted) words.emplace_back(flag);
  };
  add(arguments.json, "--json");
  add(arguments.force, "--force");
  add(arguments.require_smc, "--require-smc");
  add(arguments.verbose, "--verbose");
  if (arguments.seed) words.insert(words.end(), {"--seed", std::to_string(*arguments.seed)});
  if (arguments.repeats) {
    words.insert(words.end(), {"--repeat", std::to_string(*arguments.repeats)});
  }
  if (!arguments.out.empty()) words.insert(words.end(), {"--out", arguments.out});
  words.insert(words.end(), arguments.files.begin(), arguments.files.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  std::fprintf(stderr,
               "smclab run: the stage 'ns3' needs the program %s (%s); ./dev deps ns3 and ./dev "
               "build make it\n",
               argv[0], std::strerror(errno));
  return kCannot;
}

}  // namespace smclab::cli
