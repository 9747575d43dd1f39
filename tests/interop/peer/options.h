// SPDX-License-Identifier: MIT
//
// The command line of smclab-peer; the words are those of the kernel side's smcpeer where they mean
// the same.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "protocol/config.h"
#include "protocol/types.h"
#include "tests/interop/peer/exchange.h"

namespace smclab::interop {

struct Options {
  Role role = Role::Server;
  IpAddress server;  ///< client: where to connect
  IpAddress own;     ///< the address of the interface that is this host's RNIC port
  std::uint16_t port = 5000;
  int connections = 1;
  int in_turn_ms = 0;   ///< client: connections begin and end one after the other (turns.h)
  int patience_s = 60;  ///< the whole run may take
  Request request;
  Config config;
  bool link_local_gid = false;  ///< the RNIC's address is the interface's link-local one
  bool plain = false;           ///< a host without SMC-R, whose SYNs do not bear the option
  bool verbs = false;           ///< the RNIC is an RDMA device of this machine
  bool assume_offered = false;  ///< both sides are taken to have shown the SMC-R option
  std::string trace;            ///< a file for the records of the core
};

/// The options, or one sentence on what is wrong.
[[nodiscard]] tl::expected<Options, std::string> read_options(int count, char** words);

}  // namespace smclab::interop
