// SPDX-License-Identifier: MIT
//
// What both hosts agreed on in a first contact, which holds as long as the link group lives: the
// version, and in version 2 what Proposal, Accept and Confirm settled beside it (Linux:
// smc_init_info, then the group's fields of the same names).
#pragma once

#include <cstdint>

#include "protocol/config.h"
#include "protocol/eid.h"

namespace smclab {

struct Terms {
  std::uint8_t version = 1;
  Eid eid;                             ///< v2: the client's first one that the server has, too
  std::uint8_t release = 0;            ///< v2: 0 or 1
  std::uint8_t max_connections = 255;  ///< of the group: the next one makes another group
  std::uint8_t max_links = 2;          ///< of the group
  std::uint16_t features = 0;          ///< v2.1: what both support
  bool direct = true;                  ///< no gateway lies between the hosts; always so in v1
  bool operator==(const Terms&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(version, eid.bytes, release, max_connections, max_links, features, direct);
  }
};

/// Links of a group where nothing was negotiated: what Linux says in v1 and v2.0, whatever it is
/// set to.
inline constexpr std::uint8_t kLinuxMaxLinks = 2;

/// Version 1 negotiates nothing: each host keeps to its own bounds.
[[nodiscard]] inline Terms v1_terms(const Config& config) {
  return {.max_connections = config.smcr_max_conns_per_lgr, .max_links = kLinuxMaxLinks};
}

}  // namespace smclab
