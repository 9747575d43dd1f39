// SPDX-License-Identifier: MIT
//
// What a machine needs, as a list of small things: how to see that each is there, make it and take
// it back. What is there already is left as it is, so a list can be made twice, and undone however
// much of it was made.
#pragma once

#include <string>
#include <vector>

namespace smclab::cli {

struct SetupStep {
  using Words = std::vector<std::string>;
  std::string what;      ///< for the user: "the veth pair smclab0, smclab1"
  Words shows;           ///< a command that prints something if, and only if, it is there
  Words make;            ///< a command that makes it
  Words undo;            ///< a command that takes it back; empty: it goes with another one
  bool inverse = false;  ///< what `shows` shows is to be absent
};

/// A line of words with blanks between.
[[nodiscard]] SetupStep::Words words(const std::string& line);

/// In their order; stops at the first that fails. Both return an ExitCode, and say in one line each
/// what could not be done by `smclab setup WHAT`.
[[nodiscard]] int make_steps(const std::string& what, const std::vector<SetupStep>& plan);
/// In reverse order; goes on where one fails.
[[nodiscard]] int undo_steps(const std::string& what, const std::vector<SetupStep>& plan);

/// One line for the user; returns kCannot.
int cannot_set_up(const std::string& what, const std::string& why);
/// What a program said, in one line.
[[nodiscard]] std::string in_one_line(std::string text);

}  // namespace smclab::cli
