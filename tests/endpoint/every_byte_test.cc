// SPDX-License-Identifier: MIT
//
// Each byte of each handshake message and of each LLC message of version 2, wrong in turn: whatever
// it was, both applications learn how their connection stands, and a host that is left without
// connections has nothing left of the handshake but a group that may idle.
#include <gtest/gtest.h>

#include "tests/endpoint/story.h"

namespace smclab::test {
namespace {

using std::chrono::seconds;
constexpr ConnId kConn{0, 1};

constexpr std::array<std::byte, 4> kFlips = {std::byte{0x01}, std::byte{0x10}, std::byte{0x80},
                                             std::byte{0xFF}};

bool knows(const App& app) {
  return app.connected || app.fell_back || app.closed.has_value();
}

// How many bytes the untouched message has.
template <class T>
std::size_t size_of(const Config& client, const Config& server, Side from) {
  Pair pair(client, server);
  std::size_t size = 0;
  tamper<T>(pair, kConn, from, [&](Bytes& bytes) { size = bytes.size(); });
  pair.connect();
  pair.run();
  return size;
}

template <class T>
void wrong_in_turn(Side from, const Config& client, const Config& server) {
  const std::size_t size = size_of<T>(client, server, from);
  ASSERT_GT(size, 0U);
  for (std::size_t at = 0; at < size; ++at) {
    for (const std::byte flip : kFlips) {
      SCOPED_TRACE(::testing::Message() << "byte " << at << " ^ " << std::to_integer<int>(flip));
      Pair pair(client, server);
      tamper<T>(pair, kConn, from, [&](Bytes& bytes) { bytes[at] ^= flip; });
      pair.connect();
      pair.run(seconds(30));
      for (const Side side : {kClient, kServer}) {
        ASSERT_TRUE(knows(pair.app(side, kConn)));
        if (pair.endpoint(side).connections().empty()) {
          ASSERT_TRUE(pair.endpoint(side).groups().size() <= 1);
        }
      }
    }
  }
}

TEST(EveryByte, OfAProposal) {
  wrong_in_turn<wire::Proposal>(kClient, client_config(), server_config());
  wrong_in_turn<wire::Proposal>(kClient, v2_client(), v2_server());
}
TEST(EveryByte, OfAnAccept) {
  wrong_in_turn<wire::Accept>(kServer, client_config(), server_config());
  wrong_in_turn<wire::Accept>(kServer, v2_client(), v2_server());
}
TEST(EveryByte, OfAConfirm) {
  wrong_in_turn<wire::Confirm>(kClient, client_config(), server_config());
  wrong_in_turn<wire::Confirm>(kClient, v2_client(), v2_server());
}

// --- LLC -----------------------------------------------------------------------------------------

std::vector<Bytes> messages() {
  constexpr wire::LlcHead kHead{.version = wire::LlcVersion::V2};
  const Device port = v2_server().devices[0];
  wire::AddLink add{
      .head = kHead, .mac = port.mac, .gid = port.gid, .qpn = {18}, .link = {2}, .psn = {7}};
  add.v2.emplace().rkeys.push_back({.rkey = {1}});
  wire::RequestAddLink request;
  request.gids.push_back(port.gid);
  wire::DeleteRkey gone{.head = kHead};
  gone.rkeys.push_back({1});
  return {encoded(wire::ConfirmLink{.head = kHead, .mac = port.mac, .gid = port.gid}),
          encoded(add),
          encoded(wire::DeleteLink{.head = kHead, .link = {1}}),
          encoded(request),
          encoded(wire::ConfirmRkey{.head = kHead, .rkey = {1}, .address = {0x1000}}),
          encoded(wire::TestLink{.head = kHead}),
          encoded(gone)};
}

TEST(EveryByte, OfLlcMessages) {
  for (const Bytes& right : messages()) {
    for (std::size_t at = 0; at < right.size(); ++at) {
      for (const std::byte flip : kFlips) {
        for (const Side side : {kClient, kServer}) {
          Connected pair(v2_client(), v2_server());
          Bytes bytes = right;
          bytes[at] ^= flip;
          pair.inject_message(side, only_link(pair, side), bytes);
          pair.run(seconds(3));
          // The connection lives, or both applications were told of its end.
          const App& app = pair.app(side, pair.conn);
          ASSERT_TRUE(app.closed || !pair.endpoint(side).connections().empty());
        }
      }
    }
  }
}

}  // namespace
}  // namespace smclab::test
