// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/emu_stage.h"

#include <algorithm>
#include <string>
#include <variant>

#include "emu/runtime/address.h"
#include "emu/runtime/loopback/own_network.h"
#include "emu/runtime/loopback/placing.h"
#include "emu/runtime/stage/real_run.h"

namespace smclab::runtime {
namespace {

// What real sockets cannot play, in words; empty if all can be.
std::string obstacle(const scenario::Scenario& scenario) {
  for (const scenario::FaultSpec& fault : scenario.faults) {
    if (!std::holds_alternative<scenario::Stall>(fault.action)) continue;
    return "stage emu cannot play the fault '" + std::string(describe(fault.action)) +
           "'; stage world can";
  }
  return {};
}

// Hosts over IPv6 stand on a loopback of this program's own, unless the machine's has their
// addresses. Empty, or what is missing.
std::string make_room(const scenario::Scenario& placed) {
  const auto wanted = ipv6_addresses(placed);
  const auto lacking = std::find_if_not(wanted.begin(), wanted.end(), is_here);
  if (lacking == wanted.end()) return {};
  const std::string why = enter_own_network(wanted);
  if (why.empty()) return why;
  return "stage emu cannot place the hosts on loopback: this machine lacks the address " +
         to_socket(*lacking).to_string() + " ('smclab setup loopback' gives it), and " + why;
}

}  // namespace

scenario::PlayEnd EmuStage::play(const scenario::Scenario& scenario,
                                 const scenario::PlayOptions& options, scenario::Outcome& outcome) {
  outcome.missing = obstacle(scenario);
  if (!outcome.missing.empty()) return scenario::PlayEnd::Cannot;
  const auto placed = place_on_loopback(scenario);
  if (!placed) {
    outcome.missing = "stage emu cannot place the hosts on loopback: " + placed.error();
    return scenario::PlayEnd::Cannot;
  }
  outcome.missing = make_room(*placed);
  if (!outcome.missing.empty()) return scenario::PlayEnd::Cannot;
  const Machine machine{.stage = kind(), .scenario = *placed};
  RealRun run(machine, options, outcome);
  if (const auto opened = run.open(); !opened) {
    outcome.missing = opened.error();
    return scenario::PlayEnd::Cannot;
  }
  return run.play();
}

}  // namespace smclab::runtime
