// SPDX-License-Identifier: MIT
//
// An Endpoint is a value; every resource may be denied; every byte may be hostile.
#include <gtest/gtest.h>

#include "tests/endpoint/story.h"

namespace smclab::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void play(Pair& pair) {
  std::array<ConnId, 3> conns;
  for (ConnId& conn : conns) conn = pair.connect();
  pair.run(milliseconds(50));
  for (const ConnId conn : conns) pair.write(kClient, conn, pattern(5000, conn.index));
  pair.run(milliseconds(50));
  pair.close(kServer, conns[1]);
  pair.run(milliseconds(50));
}

TEST(Value, TheSameInputsGiveTheSameStateAndTrace) {
  Pair one;
  Pair two;
  play(one);
  play(two);
  for (const Side side : {kClient, kServer}) {
    EXPECT_EQ(one.endpoint(side), two.endpoint(side));
    EXPECT_EQ(one.endpoint(side).digest(), two.endpoint(side).digest());
    EXPECT_EQ(one.host(side).trace, two.host(side).trace);
  }
  EXPECT_NE(one.endpoint(kClient).digest(), one.endpoint(kServer).digest());
}

TEST(Value, ACopyGoesOnIdentically) {
  Pair pair;
  const ConnId conn = pair.connect();
  for (int steps = 0; pair.step(pair.now() + milliseconds(5)); ++steps) {
    Endpoint copy = pair.endpoint(kServer);
    ASSERT_EQ(copy, pair.endpoint(kServer));
    ASSERT_EQ(copy.digest(), pair.endpoint(kServer).digest());
    Endpoint again = copy;
    Actions a;
    Actions b;
    copy.handle(pair.now(), input::Close{conn}, a);
    again.handle(pair.now(), input::Close{conn}, b);
    ASSERT_EQ(copy, again);
    ASSERT_EQ(a.list().size(), b.list().size());
    ASSERT_NE(copy.digest(), pair.endpoint(kServer).digest()) << "step " << steps;
  }
  EXPECT_TRUE(pair.both_connected(conn));
}

TEST(Value, AnEarlyTickDoesNothing) {
  Pair pair;
  pair.connect();
  const Endpoint before = pair.endpoint(kClient);
  pair.tell(kClient, input::Tick{});
  EXPECT_EQ(before, pair.endpoint(kClient));
}

// Denies the n-th action that `can_fail`, for all n, until a run needs fewer than n.
enum class What { Qp, Move, Buffer, Registration };
bool can_fail(What what, const Action& action) {
  switch (what) {
    case What::Qp:
      return std::holds_alternative<action::MakeQp>(action);
    case What::Move:
      return std::holds_alternative<action::MoveQp>(action);
    case What::Buffer:
      return std::holds_alternative<action::MakeBuffer>(action);
    case What::Registration:
      return std::holds_alternative<action::RegisterBuffer>(action);
  }
  return false;
}

struct Denial : ::testing::TestWithParam<What> {};
INSTANTIATE_TEST_SUITE_P(All, Denial,
                         ::testing::Values(What::Qp, What::Move, What::Buffer, What::Registration));

TEST_P(Denial, OfTheNthRequestEndsInADeclineAndNothingIsLeft) {
  for (const Side side : {kClient, kServer}) {
    for (int nth = 1;; ++nth) {
      Pair pair;
      int seen = 0;
      pair.hook = [&](Side s, const Action& action) {
        if (s != side || !can_fail(GetParam(), action)) return Fate::pass();
        return ++seen == nth ? Fate::deny() : Fate::pass();
      };
      std::array<ConnId, 2> conns = {pair.connect(), pair.connect()};
      pair.run(seconds(10));
      if (seen < nth) break;
      for (const ConnId conn : conns) {
        // A denied buffer is tried again in a smaller size.
        EXPECT_TRUE(pair.both_connected(conn) || pair.both_fell_back(conn)) << nth;
        pair.close(kClient, conn);
      }
      pair.run(seconds(700));
      expect_nothing_left(pair, side);
      expect_nothing_left(pair, other(side));
    }
  }
}

TEST_P(Denial, OfAllRequestsFallsBack) {
  const std::map<What, Diagnosis> why = {{What::Qp, Diagnosis::Memory},
                                         {What::Move, Diagnosis::LinkNotReady},
                                         {What::Buffer, Diagnosis::Memory},
                                         {What::Registration, Diagnosis::RegistrationFailed}};
  for (const Side side : {kClient, kServer}) {
    Pair pair;
    pair.hook = [&](Side s, const Action& action) {
      return s == side && can_fail(GetParam(), action) ? Fate::deny() : Fate::pass();
    };
    const ConnId conn = pair.connect();
    pair.run();
    expect_declined(pair, conn, {side, why.at(GetParam()), side == kServer ? 44U : 28U});
    expect_nothing_left(pair, kClient);
    expect_nothing_left(pair, kServer);
  }
}

TEST(Hostile, ClcBytesThatAreNoneResetTheConnection) {
  for (const Side side : {kClient, kServer}) {
    for (std::size_t byte = 0; byte < 92; ++byte) {
      Pair pair;
      const ConnId conn{0, 1};
      pair.hook = [&](Side s, const Action& action) {
        if (s != other(side) || !std::holds_alternative<action::WriteTcp>(action)) {
          return Fate::pass();
        }
        Bytes bytes = pair.socket(s, conn).written;
        if (byte < bytes.size()) bytes[byte] ^= std::byte{0xFF};
        pair.inject_tcp(side, conn, bytes);
        return Fate::drop();
      };
      pair.connect();
      pair.run(seconds(20));
      // Whatever the byte means: a defined end, and the same on both sides.
      for (const Side end : {kClient, kServer}) {
        const App& app = pair.app(end, conn);
        EXPECT_TRUE(app.connected || app.fell_back || app.closed) << byte;
      }
      const bool eye_catcher = byte < 4;
      if (eye_catcher) {
        EXPECT_EQ(pair.app(side, conn).closed, CloseReason::Handshake);
        EXPECT_TRUE(pair.socket(side, conn).reset);
        expect_nothing_left(pair, side);
      }
    }
  }
}

TEST(Hostile, AnUnexpectedMessageResets) {
  Pair pair;
  pair.hook = [](Side side, const Action& action) {
    const bool clc = side == kClient && std::holds_alternative<action::WriteTcp>(action);
    return clc ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.inject_tcp(kServer, conn, encoded(wire::Accept{}));
  EXPECT_EQ(pair.app(kServer, conn).closed, CloseReason::Handshake);
}

TEST(Hostile, AHugeLengthIsRefusedByTheHeaderAlone) {
  Pair pair;
  const ConnId conn = pair.connect();
  pair.inject_tcp(kServer, conn, hex("e2d4c3d9 01 ffff 28"));
  EXPECT_EQ(pair.app(kServer, conn).closed, CloseReason::Handshake);
  EXPECT_EQ(pair.socket(kServer, conn).taken, 8U);
}

TEST(Split, EveryByteAloneAndApplicationDataBehind) {
  for (const bool declines : {false, true}) {
    Config server = server_config();
    server.ipsec = declines;
    Pair pair(client_config(), server);
    pair.segment = 1;
    const ConnId conn = pair.connect();
    pair.run();
    EXPECT_EQ(pair.both_connected(conn), !declines);
    EXPECT_EQ(pair.both_fell_back(conn), declines);
  }
}

TEST(Split, DataBehindADeclineInTheSameSegmentIsTheApplications) {
  Pair pair;
  const ConnId conn{0, 1};
  pair.hook = [&](Side side, const Action& action) {
    if (side != kServer || !std::holds_alternative<action::WriteTcp>(action)) return Fate::pass();
    Bytes bytes = encoded(wire::Decline{.version = 2, .diagnosis = Diagnosis::NoDevice});
    const Bytes data = pattern(64);
    bytes.insert(bytes.end(), data.begin(), data.end());
    pair.inject_tcp(kClient, conn, bytes);
    return Fate::drop();
  };
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.app(kClient, conn).fell_back);
  EXPECT_EQ(pair.socket(kClient, conn).inbox, pattern(64));
}

// LLC and CDC bytes of any kind, at every step of a first contact and behind it.
TEST(Hostile, MessagesAtEveryStep) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Pair pair;
    const ConnId conn = pair.connect();
    unsigned salt = seed;
    while (pair.step(pair.now() + milliseconds(5))) {
      for (const Side side : {kClient, kServer}) {
        std::vector<LinkId> links;
        pair.endpoint(side).links().for_each([&](LinkId id, const Link&) { links.push_back(id); });
        for (const LinkId id : links) {
          Bytes message = pattern(44, ++salt);
          constexpr std::array<unsigned, 10> kTypes = {1, 2, 3, 4, 6, 7, 8, 9, 0xFE, 0x55};
          message[0] = std::byte(kTypes[salt % kTypes.size()]);
          message[1] = std::byte{44};
          pair.inject_message(side, id, message);
        }
      }
      if (salt > 4000) break;
    }
    pair.run(seconds(800));
    for (const Side side : {kClient, kServer}) {
      const App& app = pair.app(side, conn);
      EXPECT_TRUE(app.connected || app.fell_back || app.closed) << seed;
    }
  }
}

}  // namespace
}  // namespace smclab::test
