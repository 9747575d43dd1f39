// SPDX-License-Identifier: MIT
#include "emu/cli/machine/setup_steps.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "emu/cli/exit_code.h"
#include "emu/cli/machine/command.h"

namespace smclab::cli {
namespace {

std::string joined(const SetupStep::Words& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

bool is_there(const SetupStep& step) {
  if (step.shows.empty()) return false;
  const Ran ran = run_command(step.shows);
  const bool shown = ran.code == 0 && !ran.output.empty();
  return shown != step.inverse;
}

}  // namespace

SetupStep::Words words(const std::string& line) {
  std::istringstream stream(line);
  SetupStep::Words all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

std::string in_one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

int cannot_set_up(const std::string& what, const std::string& why) {
  fmt::print(stderr, "smclab setup {}: {}\n", what, why);
  return kCannot;
}

int make_steps(const std::string& what, const std::vector<SetupStep>& plan) {
  for (const SetupStep& step : plan) {
    if (is_there(step)) continue;
    const Ran ran = run_command(step.make);
    if (ran.code == 0) continue;
    return cannot_set_up(
        what, fmt::format("cannot make {}: '{}' says: {} ('smclab setup {} --undo' takes back the "
                          "rest)",
                          step.what, joined(step.make), in_one_line(ran.output), what));
  }
  return kOk;
}

int undo_steps(const std::string& what, const std::vector<SetupStep>& plan) {
  int code = kOk;
  for (auto step = plan.rbegin(); step != plan.rend(); ++step) {
    if (step->undo.empty() || !is_there(*step)) continue;
    const Ran ran = run_command(step->undo);
    if (ran.code == 0) continue;
    code = cannot_set_up(what, fmt::format("cannot take back {}: '{}' says: {}", step->what,
                                           joined(step->undo), in_one_line(ran.output)));
  }
  return code;
}

}  // namespace smclab::cli
