// SPDX-License-Identifier: MIT
#include "emu/cli/machine/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

namespace smclab::cli {
namespace {

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path == nullptr ? "" : path) +
                             ":/usr/sbin:/sbin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = folder + "/" + name;
    std::error_code unknown;
    if (std::filesystem::is_regular_file(candidate, unknown) &&
        ::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return {};
}

std::string read_to_end(int descriptor) {
  std::string text;
  std::array<char, 4'096> room{};
  for (ssize_t count = 0; (count = ::read(descriptor, room.data(), room.size())) > 0;) {
    text.append(room.data(), static_cast<std::size_t>(count));
  }
  return text;
}

// The program's number, or 0 if it could not be started.
pid_t start(const std::string& program, std::vector<char*>& words, int output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? child : 0;
}

}  // namespace

Ran run_command(std::span<const std::string> words) {
  const std::string program = find_program(words.front());
  std::array<int, 2> pipe{};
  if (program.empty() || ::pipe2(pipe.data(), O_CLOEXEC) != 0) return {.code = Ran::kNotFound};
  std::vector<std::string> copies(words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& word : copies) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t child = start(program, pointers, pipe[1]);
  ::close(pipe[1]);
  Ran ran{.code = Ran::kNotFound};
  if (child != 0) {
    ran.output = read_to_end(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
  ::close(pipe[0]);
  return ran;
}

}  // namespace smclab::cli
