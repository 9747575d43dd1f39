// SPDX-License-Identifier: MIT
#include "emu/cli/machine/rxe_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace smclab::cli {
namespace {

// Priorities of the rules, in the order in which the kernel asks them; those of others begin
// much later by custom, save that of the table `local`, which is 0.
constexpr unsigned kArrived = 76;    // what came in by a cable is for us
constexpr unsigned kBound = 77;      // what is bound to an end of a cable leaves by it
constexpr unsigned kBetween = 78;    // and so does what one end's address sends to the other's
constexpr unsigned kLocal = 79;      // then, as ever, what is for us stays here
constexpr unsigned kTables = 7'609;  // of routes; one for each end

struct Address {
  std::string family;  ///< as `ip` calls it: "-4", "-6"
  std::string text;
  std::string prefix;
};

// One end of a cable: its names, and what it needs.
struct End {
  std::string interface;
  std::string device;
  std::vector<Address> addresses;
  std::vector<Address> peers;  ///< each reached from all addresses of its family
  unsigned table = 0;
};

struct Cable {
  End a;
  End b;
};

Cable cable_of(unsigned number, Ipv6 ipv6) {
  const auto end = [number](unsigned which) {
    const unsigned of_all = 2 * number + which;
    return End{.interface = fmt::format("smclab{}", of_all),
               .device = fmt::format("smclab_r{}", of_all),
               .table = kTables + of_all};
  };
  Cable cable{end(0), end(1)};
  cable.a.addresses = {{"-4", fmt::format("10.123.{}.1", number), "/24"}};
  cable.b.addresses = {{"-4", fmt::format("10.123.{}.2", number), "/24"},
                       {"-4", fmt::format("10.124.{}.2", number), "/24"}};
  if (ipv6 == Ipv6::Yes) {
    cable.a.addresses.push_back({"-6", fmt::format("fd53:4d43:0:{:x}::1", number), "/64"});
    cable.b.addresses.push_back({"-6", fmt::format("fd53:4d43:0:{:x}::2", number), "/64"});
  }
  cable.a.peers = cable.b.addresses;
  cable.b.peers = cable.a.addresses;
  return cable;
}

SetupStep rule(const std::string& family, unsigned priority, const std::string& selector,
               const std::string& table) {
  return {.what = fmt::format("the rule '{} lookup {}'", selector, table),
          .shows = words(fmt::format("ip {} rule show pref {} {}", family, priority, selector)),
          .make = words(fmt::format("ip {} rule add pref {} {} lookup {}", family, priority,
                                    selector, table)),
          .undo = words(fmt::format("ip {} rule del pref {} {}", family, priority, selector))};
}

SetupStep setting(const std::string& interface, const std::string& name, int value) {
  const std::string key = fmt::format("net.ipv4.conf.{}.{}", interface, name);
  return {.what = fmt::format("{} = {}", key, value),
          .make = words(fmt::format("sysctl -q -w {}={}", key, value))};
}

void add_end(std::vector<SetupStep>& plan, const End& end) {
  // Packets arrive whose source is an address of ours, and each end answers for itself only.
  plan.push_back(setting(end.interface, "accept_local", 1));
  plan.push_back(setting(end.interface, "rp_filter", 0));
  plan.push_back(setting(end.interface, "arp_ignore", 1));
  plan.push_back(setting(end.interface, "arp_announce", 2));
  plan.push_back({.what = fmt::format("the interface {} up", end.interface),
                  .make = words(fmt::format("ip link set {} up", end.interface))});
  for (const Address& own : end.addresses) {
    // Nobody else is on the wire, so an IPv6 address need not wait until nobody else has it.
    const bool v6 = own.family == "-6";
    plan.push_back(
        {.what = fmt::format("the address {} of {}", own.text, end.interface),
         .make = words(fmt::format("ip {} address replace {}{} dev {} noprefixroute{}", own.family,
                                   own.text, own.prefix, end.interface, v6 ? " nodad" : ""))});
  }
}

// The first address of a family; ends have one of each that their peers have.
const Address& first_of(const std::vector<Address>& addresses, const std::string& family) {
  return *std::find_if(addresses.begin(), addresses.end(),
                       [&](const Address& address) { return address.family == family; });
}

// After both ends of the cable are up: a route over one that is down is refused.
void add_way(std::vector<SetupStep>& plan, const End& end) {
  const std::string table = std::to_string(end.table);
  for (const Address& peer : end.peers) {
    const std::string& own = first_of(end.addresses, peer.family).text;
    plan.push_back({.what = fmt::format("the route from {} to {}", own, peer.text),
                    .make = words(fmt::format("ip {} route replace {} dev {} src {} table {}",
                                              peer.family, peer.text, end.interface, own, table))});
  }
  std::set<std::string> families;
  for (const Address& own : end.addresses) {
    if (families.insert(own.family).second) {
      plan.push_back(rule(own.family, kArrived, "iif " + end.interface, "local"));
      plan.push_back(rule(own.family, kBound, "oif " + end.interface, table));
    }
    for (const Address& peer : end.peers) {
      if (peer.family != own.family) continue;
      plan.push_back(
          rule(own.family, kBetween, fmt::format("from {} to {}", own.text, peer.text), table));
    }
  }
  plan.push_back(
      {.what = fmt::format("the soft-RoCE device {} on {}", end.device, end.interface),
       .shows = words("rdma dev show " + end.device),
       .make = words(fmt::format("rdma link add {} type rxe netdev {}", end.device, end.interface)),
       .undo = words("rdma link delete " + end.device)});
}

void add_cable(std::vector<SetupStep>& plan, const Cable& cable) {
  const auto& [a, b] = cable;
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

// In this order, so that the machine always has one of the two.
void move_local(std::vector<SetupStep>& plan, const std::string& family) {
  plan.push_back({.what = "the table 'local' behind these rules",
                  .shows = words(fmt::format("ip {} rule show pref {}", family, kLocal)),
                  .make = words(fmt::format("ip {} rule add pref {} lookup local", family, kLocal)),
                  .undo = words(fmt::format("ip {} rule del pref {}", family, kLocal))});
  plan.push_back({.what = "the table 'local' no more in front of them",
                  .shows = words(fmt::format("ip {} rule show pref 0", family)),
                  .make = words(fmt::format("ip {} rule del pref 0", family)),
                  .undo = words(fmt::format("ip {} rule add pref 0 lookup local", family)),
                  .inverse = true});
}

}  // namespace

std::vector<SetupStep> rxe_plan(unsigned cables, Ipv6 ipv6) {
  std::vector<SetupStep> plan;
  for (unsigned cable = 0; cable < cables; ++cable) add_cable(plan, cable_of(cable, ipv6));
  if (ipv6 == Ipv6::Yes) move_local(plan, "-6");
  move_local(plan, "-4");
  return plan;
}

}  // namespace smclab::cli
