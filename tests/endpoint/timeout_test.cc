// SPDX-License-Identifier: MIT
//
// A handshake at each of its steps when the other side falls silent, when TCP goes, when the
// application leaves, and when the link is lost: an end within the time, and nothing left.
#include <gtest/gtest.h>

#include "tests/endpoint/story.h"

namespace smclab::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool is_clc(const Action& action) {
  return std::holds_alternative<action::WriteTcp>(action);
}
bool is_llc(const Pair& pair, Side side, const Action& action, std::uint8_t type) {
  if (!std::holds_alternative<action::PostSend>(action)) return false;
  return const_cast<Pair&>(pair).host(side).messages.back()[0] == std::byte{type};
}
Hook silence_of(Side mute) {
  return [mute](Side side, const Action& action) {
    return side == mute && is_clc(action) ? Fate::drop() : Fate::pass();
  };
}

// RFC 7609 C.5: a CLC message that does not come ends TCP.
TEST(Timeout, NoProposal) {
  Pair pair;
  pair.hook = silence_of(kClient);
  const ConnId conn = pair.connect();
  pair.run(milliseconds(5999));
  EXPECT_FALSE(pair.app(kServer, conn).closed);
  pair.run(milliseconds(2));
  EXPECT_EQ(pair.app(kServer, conn).closed, CloseReason::TcpFailed);
  EXPECT_TRUE(pair.socket(kServer, conn).reset);
  pair.run();
  expect_nothing_left(pair, kServer);
  expect_nothing_left(pair, kClient);
}

TEST(Timeout, NoAccept) {
  Pair pair;
  pair.hook = silence_of(kServer);
  const ConnId conn = pair.connect();
  pair.run(seconds(7));
  EXPECT_EQ(pair.app(kClient, conn).closed, CloseReason::TcpFailed);
  EXPECT_EQ(pair.app(kServer, conn).closed, CloseReason::TcpFailed);
  expect_nothing_left(pair, kServer);
  expect_nothing_left(pair, kClient);
}

TEST(Timeout, NoConfirm) {
  for (const bool subsequent : {false, true}) {
    Pair pair;
    ConnId conn = pair.connect();
    if (subsequent) {
      pair.run();
      conn = ConnId{1, 1};
    }
    pair.hook = [&, conn](Side side, const Action& action) {
      const bool confirm =
          side == kClient && is_clc(action) && pair.socket(kClient, conn).written.size() > 92;
      return confirm ? Fate::drop() : Fate::pass();
    };
    if (subsequent) pair.connect();
    pair.run(seconds(7));
    EXPECT_EQ(pair.app(kServer, conn).closed, CloseReason::TcpFailed);
    EXPECT_EQ(pair.endpoint(kServer).groups().size(), subsequent ? 1U : 0U);
  }
}

// CVE-2023-52775 of the kernel: with timers of equal length both sides declined at once, and the
// server's Decline was read by the application.
TEST(Timeout, ConfirmLinkRequestIsLost) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    return is_llc(pair, side, action, 1) ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(milliseconds(2999));
  EXPECT_FALSE(pair.app(kServer, conn).fell_back);
  pair.run(milliseconds(10));
  expect_declined(pair, conn, {kServer, Diagnosis::ConfirmLinkTimeout, 44});
  pair.inject_tcp(kClient, conn, pattern(100));
  EXPECT_EQ(pair.socket(kClient, conn).inbox.size(), 100U) << "the application's, untouched";
  expect_nothing_left(pair, kServer);
  expect_nothing_left(pair, kClient);
}

// All that tells the client of the server's end is lost: its Decline and its DELETE LINK.
bool says_goodbye(const Pair& pair, Side side, const Action& action) {
  const bool decline = is_clc(action) && pair.now() > Instant(seconds(2));
  return side == kServer && (decline || is_llc(pair, side, action, 4));
}

TEST(Timeout, ConfirmLinkRequestAndTheServersDeclineAreLost) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    const bool lost = says_goodbye(pair, side, action) || is_llc(pair, side, action, 1);
    return lost ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(milliseconds(4999));
  EXPECT_TRUE(pair.app(kServer, conn).fell_back);
  EXPECT_FALSE(pair.app(kClient, conn).fell_back);
  pair.run(milliseconds(10));
  EXPECT_EQ(pair.app(kClient, conn).own, Diagnosis::ConfirmLinkTimeout);
  expect_nothing_left(pair, kClient);
}

TEST(Timeout, ConfirmLinkAnswerIsLate) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    const bool answer = side == kClient && is_llc(pair, side, action, 1);
    return Fate{.delay = answer ? Duration(milliseconds(2500)) : Duration{}};
  };
  const ConnId conn = pair.connect();
  pair.run(seconds(3));
  EXPECT_TRUE(pair.both_connected(conn)) << "better late than broken";
}

TEST(Timeout, ConfirmLinkAnswerNeverCompletes) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    return side == kClient && is_llc(pair, side, action, 1) ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(seconds(7));
  // The server declined after 3 s; the client read that while it waited.
  expect_declined(pair, conn, {kServer, Diagnosis::ConfirmLinkTimeout, 44});
}

TEST(Timeout, ConfirmLinkAnswerNeverCompletesAndNoDeclineComes) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    const bool answer = side == kClient && is_llc(pair, side, action, 1);
    return says_goodbye(pair, side, action) || answer ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(seconds(9));
  EXPECT_EQ(pair.app(kClient, conn).closed, CloseReason::LinkLost);
  expect_nothing_left(pair, kClient);
}

// The client knows that it was answered, and counts on the link; the server never learns it. Its
// Decline alone would not be looked for any more.
TEST(Timeout, AServerThatGivesUpTellsTheClientByDeleteLink) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    if (side != kClient || !is_llc(pair, side, action, 1)) return Fate::pass();
    const auto& send = std::get<action::PostSend>(action);
    pair.tell(kClient, input::SendDone{.link = send.link, .request = send.request});
    return Fate::drop();
  };
  const ConnId conn = pair.connect();
  pair.run(milliseconds(2900));
  EXPECT_TRUE(pair.app(kClient, conn).connected);
  pair.run(milliseconds(200));
  EXPECT_EQ(pair.host(kServer).count({TraceEvent::Sends, "delete_link", "request"}), 1U);
  EXPECT_TRUE(pair.app(kServer, conn).fell_back);
  EXPECT_EQ(pair.app(kClient, conn).closed, CloseReason::LinkLost);
  pair.run(seconds(3));
  expect_nothing_left(pair, kServer);
  expect_nothing_left(pair, kClient);
}

TEST(Timeout, DeclineThatStopsHalfWay) {
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    return is_llc(pair, side, action, 1) || (side == kServer && pair.now() > Instant(seconds(2)))
               ? Fate::drop()
               : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(seconds(3));
  const Bytes decline = encoded(wire::Decline{});
  pair.inject_tcp(kClient, conn, Bytes(decline.begin(), decline.begin() + 8));
  pair.run(seconds(3));
  // The rest would reach the application: no fallback is possible.
  EXPECT_EQ(pair.app(kClient, conn).closed, CloseReason::Handshake);
  EXPECT_FALSE(pair.app(kClient, conn).fell_back);
}

TEST(Timeout, ConfirmRkeyIsLost) {
  for (const Side asks : {kServer, kClient}) {
    Connected pair;
    pair.hook = [&](Side side, const Action& action) {
      const bool asked = side == asks && is_llc(pair, side, action, 6) &&
                         pair.host(side).messages.back()[3] == std::byte{0};
      return asked ? Fate::drop() : Fate::pass();
    };
    const ConnId second = pair.connect();
    pair.run(seconds(3));
    expect_declined(pair, second,
                    {asks, Diagnosis::RegistrationFailed, asks == kServer ? 44U : 28U});
    EXPECT_EQ(pair.endpoint(asks).groups().size(), 1U);
    pair.hook = nullptr;
    const ConnId third = pair.connect();
    pair.run();
    EXPECT_TRUE(pair.both_connected(third)) << "the group lives on";
  }
}

TEST(Timeout, ConfirmRkeyIsLostAndTheRfcTakesTheLinkForFailed) {
  Config server = server_config();
  server.profile = Profile::Rfc;
  Connected pair(client_config(), server);
  pair.hook = [&](Side side, const Action& action) {
    return side == kServer && is_llc(pair, side, action, 6) ? Fate::drop() : Fate::pass();
  };
  const ConnId second = pair.connect();
  pair.run(seconds(3));
  EXPECT_EQ(pair.app(kServer, second).own, Diagnosis::NoActiveLink);
  EXPECT_EQ(pair.app(kServer, pair.conn).closed, CloseReason::LinkLost);
}

// Every wait on the own RNIC ends as well. The first one to be left unanswered is `nth`.
struct Unanswered {
  const char* name;
  Side side;
  bool (*is)(const Action&);
  Diagnosis why;
};
struct SilentRnic : ::testing::TestWithParam<Unanswered> {};

TEST_P(SilentRnic, EndsInADecline) {
  const Unanswered& p = GetParam();
  Pair pair;
  pair.hook = [&](Side side, const Action& action) {
    return side == p.side && p.is(action) ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(seconds(6));
  expect_declined(pair, conn, {p.side, p.why, p.side == kServer ? 44U : 28U});
  expect_nothing_left(pair, kClient);
  expect_nothing_left(pair, kServer);
}

template <class T>
bool is(const Action& action) {
  return std::holds_alternative<T>(action);
}
template <QpState kTo>
bool moves(const Action& action) {
  const auto* move = std::get_if<action::MoveQp>(&action);
  return move != nullptr && move->to == kTo;
}
INSTANTIATE_TEST_SUITE_P(
    All, SilentRnic,
    ::testing::Values(
        Unanswered{"client_qp", kClient, is<action::MakeQp>, Diagnosis::LinkNotReady},
        Unanswered{"client_buffer", kClient, is<action::MakeBuffer>, Diagnosis::Memory},
        Unanswered{"client_mr", kClient, is<action::RegisterBuffer>, Diagnosis::Memory},
        Unanswered{"client_rtr", kClient, moves<QpState::ReadyToReceive>, Diagnosis::LinkNotReady},
        Unanswered{"server_qp", kServer, is<action::MakeQp>, Diagnosis::LinkNotReady},
        Unanswered{"server_buffer", kServer, is<action::MakeBuffer>, Diagnosis::Memory},
        Unanswered{"server_mr", kServer, is<action::RegisterBuffer>, Diagnosis::Memory},
        Unanswered{"server_rtr", kServer, moves<QpState::ReadyToReceive>,
                   Diagnosis::ConfirmLinkTimeout},
        Unanswered{"server_rts", kServer, moves<QpState::ReadyToSend>,
                   Diagnosis::ConfirmLinkTimeout}),
    [](const auto& param) { return param.param.name; });

TEST(Timeout, ClientThatCannotAnswerConfirmLinkDeclines) {
  Config client = client_config();
  client.timeouts.clc_wait = milliseconds(1500);  // shorter than the server's patience
  Pair pair(client);
  pair.hook = [](Side side, const Action& action) {
    return side == kClient && moves<QpState::ReadyToSend>(action) ? Fate::drop() : Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run(seconds(3));
  expect_declined(pair, conn, {kClient, Diagnosis::LinkNotReady, 28});
}

// Whoever is neither closed nor on TCP goes on over SMC-R, and both ends agree which.
void expect_agreement(Pair& pair, Side end, ConnId conn, int steps) {
  const App& app = pair.app(end, conn);
  const App& peer = pair.app(other(end), conn);
  EXPECT_TRUE(app.connected || app.fell_back || app.closed) << "side " << end << ", step " << steps;
  const bool on_smc = app.connected && !app.closed;
  EXPECT_FALSE(on_smc && !pair.both_connected(conn)) << "side " << end << ", step " << steps;
  const bool peer_on_smc = peer.connected && !peer.closed;
  EXPECT_FALSE(app.fell_back && peer_on_smc) << "side " << end << ", step " << steps;
}

// Something happens to `side` after each happening of a first and of a subsequent contact.
using Blow = std::function<void(Pair&, Side, ConnId)>;
void strike_at_every_step(const Blow& blow) {
  for (const bool subsequent : {false, true}) {
    for (const Side side : {kClient, kServer}) {
      for (int steps = 0;; ++steps) {
        Pair pair;
        if (subsequent) {
          pair.connect();
          pair.run(milliseconds(5));
        }
        const ConnId conn = pair.connect();
        bool ran = true;
        for (int i = 0; i < steps && ran; ++i) ran = pair.step(pair.now() + milliseconds(5));
        blow(pair, side, conn);
        pair.run(seconds(20));
        for (const Side end : {kClient, kServer}) {
          expect_agreement(pair, end, conn, steps);
        }
        pair.run(std::chrono::hours(1));
        if (pair.endpoint(side).connections().empty()) expect_nothing_left(pair, side);
        if (!ran) break;
      }
    }
  }
}

TEST(EveryStep, TcpIsReset) {
  strike_at_every_step([](Pair& pair, Side side, ConnId conn) {
    pair.tell(side, input::TcpDown{conn, TcpEnd::Reset});
    pair.tell(other(side), input::TcpDown{conn, TcpEnd::Reset});
  });
}

TEST(EveryStep, TheApplicationCloses) {
  strike_at_every_step([](Pair& pair, Side side, ConnId conn) { pair.close(side, conn); });
}

TEST(EveryStep, TheApplicationAborts) {
  strike_at_every_step([](Pair& pair, Side side, ConnId conn) { pair.abort(side, conn); });
}

TEST(EveryStep, ThePortGoesDown) {
  strike_at_every_step([](Pair& pair, Side side, ConnId) {
    pair.tell(side, input::PortState{DeviceId{0}, false});
  });
}

TEST(EveryStep, TheQueuePairsFail) {
  strike_at_every_step([](Pair& pair, Side side, ConnId) {
    std::vector<LinkId> links;
    pair.endpoint(side).links().for_each([&](LinkId id, const Link&) { links.push_back(id); });
    for (const LinkId id : links) pair.tell(side, input::QpFailed{id});
  });
}

TEST(EveryStep, FinOfThePeer) {
  strike_at_every_step([](Pair& pair, Side side, ConnId conn) {
    pair.tell(side, input::TcpDown{conn, TcpEnd::Fin});
  });
}

}  // namespace
}  // namespace smclab::test
