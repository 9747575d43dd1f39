// SPDX-License-Identifier: MIT
//
// docs/generated/machines.md is the tables, drawn. SMCLAB_UPDATE_GENERATED=1 writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "emu/rnic/transport/states.h"
#include "protocol/buffer/buffer_machine.h"
#include "protocol/connection/close_machine.h"
#include "protocol/link/link.h"
#include "protocol/link/link_group.h"
#include "protocol/machine/diagram.h"

namespace smclab {
namespace {

constexpr const char* kPath = "docs/generated/machines.md";

template <class Table>
std::string section(const std::string& title, const std::string& about, const Table& table) {
  return "## " + title + "\n\n" + about + "\n\n```mermaid\n" + machine::mermaid(table) + "```\n\n" +
         machine::markdown(table) + "\n";
}

std::string all_machines() {
  return "# State machines\n\nGenerated from the tables that run; do not edit.\n\n" +
         section("Connection", "`protocol/connection/close_machine.h`, RFC 7609 §4.8.",
                 kCloseMachine) +
         section("Link group", "`protocol/link/link_group.h`, RFC 7609 §2.2.", kGroupMachine) +
         section("Link", "`protocol/link/link.h`, RFC 7609 §2.2.", kLinkMachine) +
         section("Buffer", "`protocol/buffer/buffer_machine.h`, RFC 7609 §4.4.", kBufferMachine) +
         section("Queue pair", "`emu/rnic/transport/states.h`, InfiniBand 10.3.1.",
                 rnic::kQpStates);
}

TEST(Diagrams, TheTreeHasTheCurrentOnes) {
  const std::string current = all_machines();
  if (std::getenv("SMCLAB_UPDATE_GENERATED") != nullptr) std::ofstream(kPath) << current;
  std::ifstream file(kPath);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == current)
      << kPath << " is out of date: run this test with SMCLAB_UPDATE_GENERATED=1";
}

}  // namespace
}  // namespace smclab
