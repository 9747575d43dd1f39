// SPDX-License-Identifier: MIT
//
// A scenario as plain structs: what load() makes of a *.smc.yml file and what every stage plays.
// All names are resolved (nodes, RNICs and workloads are places in the lists here), all units are
// converted, all defaults are filled in, and everything is within bounds: a stage checks nothing
// but whether it can honour what is asked. The YAML key of each member is in keys.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emu/scenario/check_spec.h"
#include "emu/scenario/fault_spec.h"
#include "emu/scenario/workload_spec.h"
#include "protocol/config.h"
#include "protocol/time.h"

namespace smclab::scenario {

/// How a node's driver uses one RNIC; the codes are those of ibv_qp_attr. The receives posted on a
/// queue pair are Config::limits.receive_slots_per_link.
struct RnicSpec {
  std::string name;
  bool roce = true;                ///< false: a plain Ethernet card, whose Device is not up
  std::uint32_t cq_depth = 1'024;  ///< entries of a completion queue
  std::uint8_t timeout = 15;       ///< 4.096 µs · 2^timeout until a retry; 0: never
  std::uint8_t retry_count = 7;    ///< 0…7
  std::uint8_t rnr_retry = 7;      ///< 0…7, where 7 means for ever
  std::uint8_t min_rnr_timer = 5;  ///< code 0…31
  Duration poll_delay{};           ///< from a completion to the driver's look at it
  bool operator==(const RnicSpec&) const = default;
};

/// One SMC-R host. `config` is ready for its Endpoint except for `peer_id`, which the stage makes
/// (first MAC, and an instance number from the seed). `config.devices[i]` is `rnics[i]`.
struct NodeSpec {
  std::string name;
  Config config;
  std::vector<RnicSpec> rnics;
  bool echoes_option = false;  ///< a host without SMC-R whose TCP copies unknown options back
  bool operator==(const NodeSpec&) const = default;
};

/// A cable between two RNICs, and what goes wrong on it all the time.
struct LinkSpec {
  PortRef a;
  PortRef b;
  std::uint64_t rate = 25'000'000'000;            ///< bits per second, each direction
  Duration delay = std::chrono::microseconds(5);  ///< propagation, one way
  std::uint32_t mtu = 1'500;                      ///< largest IP packet in bytes
  Chance loss;
  Chance duplicate;
  Chance corrupt;  ///< one bit of the frame is flipped
  Chance reorder;  ///< a frame is held back by reorder_delay
  Duration reorder_delay = std::chrono::microseconds(20);
  bool operator==(const LinkSpec&) const = default;
};

/// Where a file may run.
enum class StageKind : std::uint8_t { World, Emu, Verbs, Ns3 };

/// What `--out` gets beside run.json.
struct OutputSpec {
  bool capture = true;      ///< run.pcapng
  bool trace = true;        ///< trace.jsonl
  bool trace_data = false;  ///< a trace record for every CDC too
  bool operator==(const OutputSpec&) const = default;
};

/// TCP between two nodes takes the first link that joins them; nodes that no link joins have a
/// plain network with 5 µs of delay, which carries no RoCE.
struct Scenario {
  std::string file;  ///< as given on the command line
  std::string name;
  std::uint64_t seed = 1;
  Duration duration = std::chrono::seconds(60);  ///< the run is cut off here
  std::vector<NodeSpec> nodes;
  std::vector<LinkSpec> links;
  std::vector<WorkloadSpec> workloads;
  std::vector<FaultSpec> faults;
  std::vector<CheckSpec> checks;
  std::vector<StageKind> stages = {StageKind::World, StageKind::Emu, StageKind::Verbs,
                                   StageKind::Ns3};
  std::uint32_t repeat = 1;  ///< run i uses seed + i
  bool sweeps = false;       ///< the file has a sweep, which `run` does not play
  OutputSpec outputs;
  bool operator==(const Scenario&) const = default;
};

[[nodiscard]] constexpr std::string_view describe(StageKind stage) noexcept {
  switch (stage) {
    case StageKind::World:
      return "world";
    case StageKind::Emu:
      return "emu";
    case StageKind::Verbs:
      return "verbs";
    case StageKind::Ns3:
      return "ns3";
  }
  return "?";
}

}  // namespace smclab::scenario
