// SPDX-License-Identifier: MIT
//
// What one Stack is told before it starts: the protocol's configuration and how its driver uses
// each RNIC. Defaults are the Linux kernel's (net/smc: smc_ib.c, smc_wr.h).
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/config.h"
#include "protocol/time.h"

namespace smclab::stack {

/// How the driver uses one RNIC; the codes are those of ibv_qp_attr. The receives kept posted on
/// a queue pair are Limits::receive_slots_per_link.
struct RnicParameters {
  std::uint32_t cq_depth = 1'024;    ///< entries of a completion queue; each link has two
  std::uint8_t timeout = 15;         ///< 4.096 µs · 2^timeout until a retry (134 ms); 0: never
  std::uint8_t retry_count = 7;      ///< 0…7 tries without any answer
  std::uint8_t rnr_retry = 7;        ///< 0…7 tries after "receiver not ready"; 7 means for ever
  std::uint8_t min_rnr_timer = 5;    ///< code 0…31 asked of a peer that meets no receive (60 µs)
  Duration poll_delay = Duration{};  ///< from a completion to the driver's look at it, as an
                                     ///< interrupt takes; long ones provoke RNR and overflow
  bool operator==(const RnicParameters&) const = default;
};

struct Parameters {
  Config smc;
  std::vector<RnicParameters> rnics;  ///< of Config::devices; missing ones are the defaults
  bool backed = true;  ///< false: rings and RMBs are lengths without bytes; messages have bytes
  bool operator==(const Parameters&) const = default;
};

}  // namespace smclab::stack
