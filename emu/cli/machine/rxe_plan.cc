// SPDX-License-Identifier: MIT
#include "emu/cli/machine/rxe_plan.h"

#include <fmt/core.h>

#include <sstream>

namespace smclab::cli {
namespace {

// Priorities of the rules, in the order in which the kernel asks them; those of others begin
// much later by custom, save that of the table `local`, which is 0.
constexpr unsigned kArrived = 76;    // what came in by a cable is for us
constexpr unsigned kBound = 77;      // what is bound to an end of a cable leaves by it
constexpr unsigned kBetween = 78;    // and so does what one end's address sends to the other's
constexpr unsigned kLocal = 79;      // then, as ever, what is for us stays here
constexpr unsigned kTables = 7'609;  // of routes; one for each end

SetupStep::Words words(const std::string& line) {
  std::istringstream stream(line);
  SetupStep::Words all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

// One end of a cable: its names, and what it needs.
struct End {
  std::string interface;
  std::string device;
  std::string address;
  std::string peer;
  unsigned table = 0;
};

End end_of(unsigned cable, unsigned which) {
  const unsigned number = 2 * cable + which;
  return {.interface = fmt::format("smclab{}", number),
          .device = fmt::format("smclab_r{}", number),
          .address = fmt::format("10.123.{}.{}", cable, 1 + which),
          .peer = fmt::format("10.123.{}.{}", cable, 2 - which),
          .table = kTables + number};
}

SetupStep rule(unsigned priority, const std::string& selector, const std::string& table) {
  return {
      .what = fmt::format("the rule '{} lookup {}'", selector, table),
      .shows = words(fmt::format("ip -4 rule show pref {} {}", priority, selector)),
      .make = words(fmt::format("ip -4 rule add pref {} {} lookup {}", priority, selector, table)),
      .undo = words(fmt::format("ip -4 rule del pref {} {}", priority, selector))};
}

SetupStep setting(const std::string& interface, const std::string& name, int value) {
  const std::string key = fmt::format("net.ipv4.conf.{}.{}", interface, name);
  return {.what = fmt::format("{} = {}", key, value),
          .make = words(fmt::format("sysctl -q -w {}={}", key, value))};
}

void add_end(std::vector<SetupStep>& plan, const End& end) {
  plan.push_back({.what = fmt::format("the address {} of {}", end.address, end.interface),
                  .make = words(fmt::format("ip -4 address replace {}/24 dev {} noprefixroute",
                                            end.address, end.interface))});
  // Packets arrive whose source is an address of ours, and each end answers for itself only.
  plan.push_back(setting(end.interface, "accept_local", 1));
  plan.push_back(setting(end.interface, "rp_filter", 0));
  plan.push_back(setting(end.interface, "arp_ignore", 1));
  plan.push_back(setting(end.interface, "arp_announce", 2));
  plan.push_back({.what = fmt::format("the interface {} up", end.interface),
                  .make = words(fmt::format("ip link set {} up", end.interface))});
}

// After both ends of the cable are up: a route over one that is down is refused.
void add_way(std::vector<SetupStep>& plan, const End& end) {
  const std::string table = std::to_string(end.table);
  plan.push_back({.what = fmt::format("the route from {} to {}", end.address, end.peer),
                  .make = words(fmt::format("ip -4 route replace {} dev {} src {} table {}",
                                            end.peer, end.interface, end.address, table))});
  plan.push_back(rule(kArrived, "iif " + end.interface, "local"));
  plan.push_back(rule(kBound, "oif " + end.interface, table));
  plan.push_back(rule(kBetween, fmt::format("from {} to {}", end.address, end.peer), table));
  plan.push_back(
      {.what = fmt::format("the soft-RoCE device {} on {}", end.device, end.interface),
       .shows = words("rdma dev show " + end.device),
       .make = words(fmt::format("rdma link add {} type rxe netdev {}", end.device, end.interface)),
       .undo = words("rdma link delete " + end.device)});
}

void add_cable(std::vector<SetupStep>& plan, unsigned cable) {
  const End a = end_of(cable, 0);
  const End b = end_of(cable, 1);
  plan.push_back({.what = fmt::format("the veth pair {}, {}", a.interface, b.interface),
                  .shows = words("ip -o link show dev " + a.interface),
                  .make = words(fmt::format("ip link add {} type veth peer name {}", a.interface,
                                            b.interface)),
                  .undo = words("ip link delete " + a.interface)});
  add_end(plan, a);
  add_end(plan, b);
  add_way(plan, a);
  add_way(plan, b);
}

}  // namespace

std::vector<SetupStep> rxe_plan(unsigned cables) {
  std::vector<SetupStep> plan;
  for (unsigned cable = 0; cable < cables; ++cable) add_cable(plan, cable);
  // In this order, so that the machine always has one of the two.
  plan.push_back({.what = "the table 'local' behind these rules",
                  .shows = words(fmt::format("ip -4 rule show pref {}", kLocal)),
                  .make = words(fmt::format("ip -4 rule add pref {} lookup local", kLocal)),
                  .undo = words(fmt::format("ip -4 rule del pref {}", kLocal))});
  plan.push_back({.what = "the table 'local' no more in front of them",
                  .shows = words("ip -4 rule show pref 0"),
                  .make = words("ip -4 rule del pref 0"),
                  .undo = words("ip -4 rule add pref 0 lookup local"),
                  .inverse = true});
  return plan;
}

}  // namespace smclab::cli
