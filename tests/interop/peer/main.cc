// SPDX-License-Identifier: MIT
//
// smclab-peer: one SMC-R host of ours on a real interface of this network namespace, for the tests
// that have a Linux kernel as the other party. Its RNIC is software, or an RDMA device (--verbs).
// Prints a line of JSON for each connection, and "moving" on standard error once the first one has
// carried a MiB.
//
//   smclab-peer server --on 10.0.0.2 --ueid SMCLAB-UEID1 --connections 1
//   smclab-peer client 10.0.0.1 --on 10.0.0.2 --ueid SMCLAB-UEID1 --mode both --bytes 8388608
//
// Exit 0: all exchanges were completed intact; 1: not all; 2: bad usage; 3: the machine cannot.
#include <fmt/core.h>

#include "tests/interop/peer/options.h"
#include "tests/interop/peer/party.h"
#include "tests/interop/peer/rnic_port.h"

int main(int argc, char** argv) {
  const auto options = smclab::interop::read_options(argc, argv);
  if (!options) {
    fmt::print(stderr, "smclab-peer: {}\n", options.error());
    return 2;
  }
  const auto port = smclab::interop::open_port(*options);
  if (!port) {
    fmt::print(stderr, "smclab-peer: {}\n", port.error());
    return 3;
  }
  smclab::interop::Party party(*options);
  if (const auto opened = party.open(*port); !opened) {
    fmt::print(stderr, "smclab-peer: {}\n", opened.error());
    return 3;
  }
  party.run();
  return party.report() ? 0 : 1;
}
