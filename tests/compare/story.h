// SPDX-License-Identifier: MIT
//
// A conversation told line by line, for tests: two connections on one link group that grows a
// second link, with everything that can be said about it. Its names are a parameter, so that the
// same story can be told of other hosts.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "emu/capture/conversation/conversation.h"
#include "tests/wire/samples.h"

namespace smclab::capture {

/// All that is arbitrary.
struct Names {
  std::uint8_t client_host = 1;  ///< last octet of its addresses; the second RNIC has 100 more
  std::uint8_t server_host = 2;
  std::uint32_t client_qpn = 17;  ///< of the first link; the second has the next
  std::uint32_t server_qpn = 17;
  std::uint32_t rkeys = 0x100;
  std::uint32_t tokens = 7;
  std::uint32_t psn = 1000;
  std::uint64_t memory = 0x10000;
  std::uint8_t links = 1;  ///< number of the first link; the second has the next
};

struct Line {
  Role from = Role::Client;
  wire::AnyMessage message;
  std::uint32_t stream = 0;  ///< of a connection's option and CLC
  std::uint8_t link = 0;     ///< the first or second, of LLC and CDC
  bool damaged = false;      ///< its ICRC is wrong
  bool spoilt = false;       ///< it lacks its last byte, and does not decode
  bool repeated = false;     ///< with the PSN of the line before
};
using Story = std::vector<Line>;

[[nodiscard]] Story make_story(const Names& names = {});
/// What a listener makes of it. `names` as they are in the story.
[[nodiscard]] Conversation listen(const Story& story, const Names& names = {});

}  // namespace smclab::capture
