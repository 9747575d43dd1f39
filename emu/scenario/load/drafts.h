// SPDX-License-Identifier: MIT
//
// The blocks of a file in the shape they are written in, where that differs from the structs that
// stages read: keys that exclude each other, shorthands, names not yet resolved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emu/scenario/load/document.h"
#include "emu/scenario/load/names.h"
#include "emu/scenario/load/units.h"
#include "emu/scenario/scenario.h"

namespace smclab::scenario {

/// `smc:`, of the whole file or of one node.
struct SmcDraft {
  Config config;
};
struct TimeoutsDraft {
  Timeouts* timeouts;
};
struct LimitsDraft {
  Limits* limits;
};

struct RnicDraft {
  RnicSpec spec;
  Place place;
  std::optional<Interface> address;
  std::optional<Mac> mac;
  std::optional<Mac> gateway;
  std::optional<std::uint32_t> mtu;
};

struct NodeDraft {
  Place place;
  SmcDraft smc;
  bool echoes_option = false;
  bool names_rnics = false;
  std::vector<RnicDraft> rnics;
};

struct LinkDraft {
  LinkSpec spec;
  std::vector<PortRef> endpoints;
  std::string pnet;
};

struct WorkloadDraft {
  WorkloadSpec spec;
  Service to;
};

struct WhenDraft {
  bool given = false;
  std::optional<std::uint32_t> host;
  std::string sends;
  std::string receives;
  std::string enters;
  std::string fires;
  std::uint32_t nth = 1;
};

struct AfterDraft {
  bool given = false;
  std::optional<std::uint32_t> workload;
  std::optional<std::uint64_t> bytes;
};

enum class LoseWhat : std::uint8_t { Message };

struct FaultDraft {
  std::optional<Duration> at;
  WhenDraft when;
  AfterDraft after;
  std::optional<Duration> lasts;

  std::optional<PortRef> link;
  ChangeLink change;
  std::vector<std::uint32_t> partition;
  std::optional<std::uint32_t> stall;
  std::optional<Resource> deny;
  Deny shortage;
  std::optional<std::uint32_t> fail_qp;
  std::optional<AppDeed> app;
  Side side = Side::Client;
  std::optional<std::uint32_t> workload;
  std::optional<std::uint32_t> strip_option;
  std::optional<LoseWhat> lose;
  std::optional<std::vector<std::byte>> patch;
  std::optional<std::uint32_t> offset;
  std::optional<std::vector<std::byte>> replace;
  std::optional<Layer> inject;
  std::optional<std::vector<std::byte>> bytes;
  std::optional<std::uint32_t> host;
};

struct CheckDraft {
  CheckSpec spec;
  std::vector<std::string> expect;
};

}  // namespace smclab::scenario
