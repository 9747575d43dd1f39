// SPDX-License-Identifier: MIT
#include "emu/cli/ns3_program.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "emu/cli/exit_code.h"

namespace smclab::cli {

int become_ns3_program(char** argv) {
  constexpr const char* kName = "smclab-ns3";
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) execv((self.parent_path() / kName).c_str(), argv);
  execvp(kName, argv);
  std::fprintf(stderr,
               "smclab run: the stage 'ns3' needs the program smclab-ns3, which is neither beside "
               "smclab nor on the PATH; it is built where ns-3 3.37 is installed (docs/ns3.md)\n");
  return kCannot;
}

}  // namespace smclab::cli
