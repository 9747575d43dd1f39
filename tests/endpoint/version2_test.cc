// SPDX-License-Identifier: MIT
//
// SMC-R version 2 between two of our own hosts: which version is agreed on and what comes with it,
// every reason not to agree, and what a hostile peer may say instead.
#include <gtest/gtest.h>

#include "tests/endpoint/story.h"

namespace smclab::test {
namespace {

using std::chrono::milliseconds;
constexpr std::size_t kV1 = 28;
constexpr std::size_t kV2 = 44;
constexpr ConnId kConn{0, 1};

const LinkGroup& group_of(const Pair& pair, Side side) {
  return pair.endpoint(side).groups().at(only_group(pair, side));
}

// --- enterprise ids ------------------------------------------------------------------------------

static_assert(make_eid("A"));
static_assert(make_eid("0.B-C"));
static_assert(make_eid("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"));
static_assert(!make_eid("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"), "33 characters");
static_assert(!make_eid("") && !make_eid(".A") && !make_eid("-A") && !make_eid("a"));
static_assert(!make_eid("A B") && !make_eid("A_B") && !make_eid(" A"));
static_assert(make_eid("A")->bytes[31] == std::byte{' '});

// --- agreement -----------------------------------------------------------------------------------

TEST(Version2, IsAgreedOnWhereAnEidIsShared) {
  Connected pair(v2_client(), v2_server());
  const Bytes& client = pair.socket(kClient, pair.conn).written;
  const auto proposal = last_clc<wire::Proposal>(client);
  EXPECT_EQ(proposal.type_v1, wire::SmcType::R);
  EXPECT_EQ(proposal.type_v2, wire::SmcType::R);
  EXPECT_EQ(proposal.peer_id, pair.endpoint(kClient).config().peer_id);
  EXPECT_EQ(wire::encoded_size(proposal), 164U) << "92, the extension and one EID";
  const auto accept = last_clc<wire::Accept>(pair.socket(kServer, pair.conn).written);
  const auto confirm = last_clc<wire::Confirm>(client);
  EXPECT_EQ(accept.version, 2);
  EXPECT_EQ(accept.eid, *make_eid("LAB"));
  ASSERT_TRUE(accept.extension && confirm.extension);
  EXPECT_TRUE(accept.extension->direct);
  EXPECT_EQ(*accept.extension, *confirm.extension) << "Confirm repeats what was agreed on";
  ASSERT_EQ(confirm.gids.size(), 1U);
  EXPECT_EQ(confirm.gids[0], confirm.end.gid);
  for (const Side side : {kClient, kServer}) {
    EXPECT_EQ(group_of(pair, side).terms.version, 2);
    EXPECT_EQ(group_of(pair, side).terms, group_of(pair, other(side)).terms);
    EXPECT_TRUE(pair.host(side).posted(0x01).empty());
    EXPECT_EQ(pair.host(side).posted(0x21).size(), 1U);
  }
}

TEST(Version2, FallsDownToVersion1WithoutASharedEid) {
  Connected pair(v2_client(), v2_config(server_config(), "OTHER"));
  EXPECT_EQ(group_of(pair, kClient).terms.version, 1);
  EXPECT_EQ(last_clc<wire::Accept>(pair.socket(kServer, pair.conn).written).version, 1);
  EXPECT_EQ(pair.host(kServer).posted(0x01).size(), 1U);
}

TEST(Version2, TakesTheClientsFirstEidThatBothHave) {
  Config client = v2_client();
  client.ueids = {*make_eid("ONE"), *make_eid("TWO"), *make_eid("THREE")};
  Config server = v2_server();
  server.ueids = {*make_eid("THREE"), *make_eid("TWO")};
  Connected pair(client, server);
  EXPECT_EQ(group_of(pair, kServer).terms.eid, *make_eid("TWO"));
  EXPECT_EQ(group_of(pair, kClient).terms.eid, *make_eid("TWO"));
}

struct OneSided : ::testing::TestWithParam<Side> {};
INSTANTIATE_TEST_SUITE_P(Sides, OneSided, ::testing::Values(kClient, kServer));

TEST_P(OneSided, VersionOneOfEitherSideIsSpokenByBoth) {
  for (const int how : {0, 1, 2}) {
    std::array<Config, 2> configs = {v2_client(), v2_server()};
    Config& old = configs[GetParam()];
    if (how == 0) old.ueids.clear();
    if (how == 1) old.versions = Versions::V1;
    if (how == 2) old.profile = Profile::Rfc;
    Connected pair(configs[0], configs[1]);
    EXPECT_EQ(group_of(pair, kClient).terms.version, 1) << how;
  }
}

TEST_P(OneSided, LinkLocalAddressesAreNotRouted) {
  std::array<Config, 2> configs = {v2_client(), v2_server()};
  configs[GetParam()].devices[0].gid = client_config().devices[0].gid;
  configs[GetParam()].devices[0].gid.bytes[14] = std::byte{7};
  Connected pair(configs[0], configs[1]);
  EXPECT_EQ(group_of(pair, kClient).terms.version, 1);
}

TEST_P(OneSided, Release0NegotiatesNoLimits) {
  std::array<Config, 2> configs = {v2_client(), v2_server()};
  configs[GetParam()].release = 0;
  Connected pair(configs[0], configs[1]);
  const auto accept = last_clc<wire::Accept>(pair.socket(kServer, pair.conn).written);
  ASSERT_TRUE(accept.extension);
  EXPECT_EQ(accept.extension->release, 0);
  EXPECT_EQ(accept.extension->max_connections, 0);
  EXPECT_EQ(accept.extension->max_links, 0);
  EXPECT_EQ(accept.extension->feature_mask, 0);
  const auto asked = wire::decode<wire::ConfirmLink>(pair.host(kServer).posted(0x21).at(0));
  EXPECT_EQ(asked->max_links, 2);
  EXPECT_EQ(asked->max_connections, 0);
}

TEST_P(OneSided, TheSmallerLimitHoldsForTheLifeOfTheGroup) {
  std::array<Config, 2> configs = {v2_client(), v2_server()};
  configs[0].smcr_max_links_per_lgr = configs[1].smcr_max_links_per_lgr = 2;
  configs[GetParam()].smcr_max_conns_per_lgr = 16;
  configs[GetParam()].smcr_max_links_per_lgr = 1;
  configs[GetParam()].features = 6;
  configs[other(GetParam())].features = 3;
  Connected pair(configs[0], configs[1]);
  const auto asked = wire::decode<wire::ConfirmLink>(pair.host(kServer).posted(0x21).at(0));
  EXPECT_EQ(asked->max_links, 1);
  EXPECT_EQ(asked->max_connections, 16);
  EXPECT_EQ(group_of(pair, kClient).terms.features, 2);
  EXPECT_EQ(group_of(pair, kServer).terms.features, 2);
  for (int i = 1; i < 16; ++i) pair.connect();
  pair.run();
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U);
  const ConnId next = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(next));
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 2U) << "the seventeenth makes another";
}

TEST(Version2, ConnectionsQueueBehindTheFirstContact) {
  for (const Versions versions : {Versions::V2, Versions::Both}) {
    Config client = v2_client();
    client.versions = versions;
    Pair pair(client, v2_server());
    std::vector<ConnId> all;
    for (int i = 0; i < 5; ++i) all.push_back(pair.connect());
    pair.run();
    for (const ConnId conn : all) EXPECT_TRUE(pair.both_connected(conn));
    EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U);
    EXPECT_EQ(pair.endpoint(kClient).groups().size(), 1U);
    pair.write(kClient, all[4], pattern(100));
    pair.run();
    EXPECT_EQ(pair.app(kServer, all[4]).received, pattern(100));
  }
}

// A later Proposal without a name, or with one, finds the group that the other kind made.
TEST(Version2, AGroupOfANamelessProposalIsKnownByNameToo) {
  Config client = v2_client();
  client.versions = Versions::V2;
  Connected pair(client, v2_server());
  const ConnId conn{1, 1};
  rewrite<wire::Proposal>(pair, conn, kClient,
                          [&](wire::Proposal& proposal) { proposal.peer_id = client.peer_id; });
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 1U);
}

// A new instance behind the same address is taken for the old one, whose queue pair is gone: this
// connection falls back, and the stale group ends.
TEST(Version2, AClientThatStartedAnewIsMetWithANewGroup) {
  Config client = v2_client();
  client.versions = Versions::V2;
  Connected pair(client, v2_server());
  pair.close(kClient, pair.conn);
  pair.run();
  Config reborn = client;
  reborn.peer_id.bytes[0] = std::byte{0x77};
  pair.host(kClient) = ToyHost(reborn);
  pair.tell(kClient, input::Entropy{{9, 9, 9, 9}});
  const ConnId conn = pair.connect();
  pair.run();
  expect_declined(pair, conn, {kServer, Diagnosis::NoActiveLink, kV2});
  const ConnId again = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(again));
  EXPECT_EQ(group_of(pair, kServer).peer_id, reborn.peer_id);
}

TEST(Version2, WithoutAnEidLeavesAHostOfThatVersionNothingToOffer) {
  Config client = v2_client();
  client.versions = Versions::V2;
  client.ueids.clear();
  Pair pair(client, v2_server());
  pair.connect();
  pair.run();
  expect_declined(pair, kConn, {kClient, Diagnosis::NoDevice, kV1});
}

TEST(Version2, AHostOfThatVersionAloneDeclinesAnotherOne) {
  Config server = v2_server();
  server.versions = Versions::V2;
  Pair pair(client_config(), server);
  pair.connect();
  pair.run();
  expect_declined(pair, kConn, {kServer, Diagnosis::NoDevice, kV2});
}

// Linux keeps the first reason it meets: prefixes are compared before version 2 is looked at.
TEST(Version2, AnotherSubnetMattersToVersion1Only) {
  Config server = v2_server();
  server.devices[0].prefix_length = 16;
  Connected good(v2_client(), server);
  EXPECT_EQ(group_of(good, kServer).terms.version, 2);
  server.ueids = {*make_eid("OTHER")};
  Pair pair(v2_client(), server);
  pair.connect();
  pair.run();
  expect_declined(pair, kConn, {kServer, Diagnosis::DifferentPrefix, kV2});
}

TEST(Version2, TwoGroupsOfOneClientMayHaveDifferentVersions) {
  Connected pair(v2_client(), v2_server());
  const ConnId conn{1, 1};
  rewrite<wire::Proposal>(pair, conn, kClient, [](wire::Proposal& proposal) {
    proposal.type_v2 = wire::SmcType::None;
    proposal.v2.reset();
    wire::place_areas(proposal);
  });
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 2U);
  EXPECT_EQ(pair.host(kClient).posted(0x01).size(), 1U);
  EXPECT_EQ(pair.host(kClient).posted(0x21).size(), 1U);
}

TEST(Version2, FirstContactsOfNamelessClientsDoNotWaitForEachOther) {
  Config client = v2_client();
  client.versions = Versions::V2;
  Pair pair(client, v2_server());
  const ConnId second{1, 1};
  rewrite<wire::Proposal>(pair, second, kClient, [](wire::Proposal& proposal) {
    proposal.v2->gid = ipv4(10, 0, 0, 3).gid;  // as if from another host
  });
  pair.connect();
  pair.connect();
  pair.run(std::chrono::microseconds(35));
  EXPECT_EQ(pair.endpoint(kServer).groups().size(), 2U);
}

// --- routes --------------------------------------------------------------------------------------

Mac router() {
  Mac mac;
  mac.bytes.fill(std::byte{0x02});
  return mac;
}

// The pair's TCP addresses are those of one subnet; its RNICs' are what this is about.
TEST(Route, WithoutOneTheServerHasNoDevice) {
  Config client = v2_client();
  client.versions = Versions::V2;
  client.devices[0].gid = ipv4(10, 9, 9, 2).gid;
  Pair pair(client, v2_server());
  const ConnId conn = pair.connect();
  pair.run();
  expect_declined(pair, conn, {kServer, Diagnosis::NoSmcrDevice, kV2});
}

TEST(Route, GoesThroughTheGatewayOnBothSides) {
  Config client = v2_client();
  client.devices[0].prefix_length = 31;  // 10.0.0.2 and 10.0.0.3
  client.devices[0].gateway = router();
  Config server = v2_server();
  server.devices[0].prefix_length = 32;
  server.devices[0].gateway = router();
  Pair pair(client, server);
  std::vector<Mac> hops;
  pair.hook = [&](Side, const Action& action) {
    if (const auto* move = std::get_if<action::MoveQp>(&action)) hops.push_back(move->peer_mac);
    return Fate::pass();
  };
  const ConnId conn = pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(conn));
  EXPECT_EQ(hops, std::vector<Mac>(4, router()));
  EXPECT_FALSE(group_of(pair, kClient).terms.direct);
  EXPECT_EQ(group_of(pair, kServer).terms.version, 2) << "version 1 has no routes";
}

TEST(Route, ClientSeesThatTheServerIsWrong) {
  for (const bool has_route : {true, false}) {
    Config client = v2_client();
    client.versions = Versions::V2;
    if (!has_route) client.devices[0].prefix_length = 31;
    Pair pair(client, v2_server());
    rewrite<wire::Accept>(pair, kConn, kServer,
                          [](wire::Accept& accept) { accept.extension->direct = false; });
    pair.connect();
    pair.run();
    expect_declined(pair, kConn,
                    {kClient, has_route ? Diagnosis::NoIndirect : Diagnosis::NoRoute, kV2});
  }
}

// --- no agreement --------------------------------------------------------------------------------

TEST(NoAgreement, OnTooFewConnections) {
  for (const Side side : {kClient, kServer}) {
    std::array<Config, 2> configs = {v2_client(), v2_server()};
    configs[side].smcr_max_conns_per_lgr = 15;
    Pair pair(configs[0], configs[1]);
    pair.connect();
    pair.run();
    expect_declined(pair, kConn, {kServer, Diagnosis::MaxConnections, kV2});
    expect_nothing_left(pair, kServer);
  }
}

// An empty list is told from one without a common entry, as Linux does; and limits do not matter.
TEST(NoAgreement, OnNoEidAtAll) {
  for (const bool v1_too : {false, true}) {
    Config client = v2_client();
    if (!v1_too) client.versions = Versions::V2;
    Pair pair(client, v2_server());
    rewrite<wire::Proposal>(pair, kConn, kClient, [](wire::Proposal& proposal) {
      proposal.v2->eids.resize(0);
      proposal.v2->max_links = 0;
    });
    pair.connect();
    pair.run();
    if (v1_too) {
      EXPECT_TRUE(pair.both_connected(kConn)) << "by version 1";
    } else {
      expect_declined(pair, kConn, {kServer, Diagnosis::NoUeid, kV2});
    }
  }
}

TEST(NoAgreement, OnNoLink) {
  Pair pair(v2_client(), v2_server());
  rewrite<wire::Proposal>(pair, kConn, kClient,
                          [](wire::Proposal& proposal) { proposal.v2->max_links = 0; });
  pair.connect();
  pair.run();
  expect_declined(pair, kConn, {kServer, Diagnosis::MaxLinks, kV2});
}

// As in Linux, whose limits count whether or not it has a UEID; unless it knows no version 2.
TEST(NoAgreement, OnLimitsSpoilsVersion1Beside) {
  Config client = v2_client();
  client.smcr_max_conns_per_lgr = 15;
  Pair pair(client, server_config());
  pair.connect();
  pair.run();
  expect_declined(pair, kConn, {kServer, Diagnosis::MaxConnections, kV2});
  Config old = server_config();
  old.versions = Versions::V1;
  Connected other(client, old);
  EXPECT_EQ(group_of(other, kServer).terms.version, 1);
}

struct BadAccept {
  std::string_view name;
  std::function<void(wire::Accept&)> change;
  Diagnosis why;
  std::size_t size = kV2;
};
class AcceptTwins : public ::testing::TestWithParam<BadAccept> {};
INSTANTIATE_TEST_SUITE_P(
    Version2, AcceptTwins,
    ::testing::Values(
        BadAccept{"eid", [](auto& a) { a.eid.bytes[0] = std::byte{'X'}; }, Diagnosis::NoUeid},
        BadAccept{"empty_eid", [](auto& a) { a.eid = {}; }, Diagnosis::NoUeid},
        BadAccept{"release", [](auto& a) { a.extension->release = 2; }, Diagnosis::ReleaseMismatch},
        BadAccept{"connections", [](auto& a) { a.extension->max_connections = 15; },
                  Diagnosis::MaxConnections},
        BadAccept{"no_links", [](auto& a) { a.extension->max_links = 0; }, Diagnosis::MaxLinks},
        BadAccept{"links", [](auto& a) { a.extension->max_links = 3; }, Diagnosis::MaxLinks},
        BadAccept{"version_1",
                  [](auto& a) {
                    a.version = 1;
                    a.extension.reset();
                  },
                  Diagnosis::ModeUnsupported, kV1}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(AcceptTwins, AreDeclined) {
  Config client = v2_client();
  client.versions = Versions::V2;
  Pair pair(client, v2_server());
  rewrite<wire::Accept>(pair, kConn, kServer, GetParam().change);
  pair.connect();
  pair.run();
  expect_declined(pair, kConn, {kClient, GetParam().why, GetParam().size});
  expect_nothing_left(pair, kClient);
  expect_nothing_left(pair, kServer);
}

struct BadConfirm {
  std::string_view name;
  std::function<void(wire::Confirm&)> change;
  Diagnosis why;
};
class ConfirmTwins : public ::testing::TestWithParam<BadConfirm> {};
INSTANTIATE_TEST_SUITE_P(
    Version2, ConfirmTwins,
    ::testing::Values(
        BadConfirm{"eid", [](auto& c) { c.eid.bytes[31] = std::byte{'X'}; }, Diagnosis::NoUeid},
        BadConfirm{"release", [](auto& c) { c.extension->release = 0; },
                   Diagnosis::ReleaseMismatch},
        BadConfirm{"connections", [](auto& c) { --c.extension->max_connections; },
                   Diagnosis::MaxConnections},
        BadConfirm{"links", [](auto& c) { ++c.extension->max_links; }, Diagnosis::MaxLinks}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(ConfirmTwins, AreDeclinedOnFirstContact) {
  Pair pair(v2_client(), v2_server());
  rewrite<wire::Confirm>(pair, kConn, kClient, GetParam().change);
  pair.connect();
  pair.run();
  expect_declined(pair, kConn, {kServer, GetParam().why, kV2});
  expect_nothing_left(pair, kServer);
  expect_nothing_left(pair, kClient);
}

TEST(ConfirmTwin, OfASubsequentContactBreaksTheConnection) {
  Connected pair(v2_client(), v2_server());
  const ConnId conn{1, 1};
  rewrite<wire::Confirm>(pair, conn, kClient,
                         [](wire::Confirm& confirm) { confirm.eid.bytes[0] = std::byte{'X'}; });
  pair.connect();
  pair.run();
  EXPECT_EQ(pair.app(kServer, conn).closed, CloseReason::Handshake);
  EXPECT_TRUE(pair.app(kServer, pair.conn).connected) << "the others go on";
  EXPECT_FALSE(pair.app(kServer, pair.conn).closed);
}

TEST(ConfirmTwin, OfTheOtherVersionEndsTheConnection) {
  Pair pair(v2_client(), v2_server());
  rewrite<wire::Confirm>(pair, kConn, kClient, [](wire::Confirm& confirm) {
    confirm.version = 1;
    confirm.extension.reset();
  });
  pair.connect();
  pair.run();
  EXPECT_EQ(pair.app(kServer, kConn).closed, CloseReason::Handshake);
  expect_nothing_left(pair, kServer);
}

// Linux takes a Confirm that does not repeat the first contact for an agreement.
TEST(ConfirmTwin, WithoutFirstContactPartIsTaken) {
  Pair pair(v2_client(), v2_server());
  rewrite<wire::Confirm>(pair, kConn, kClient, [](wire::Confirm& confirm) {
    confirm.first_contact = false;
    confirm.extension.reset();
  });
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(kConn));
}

// --- bytes that are no CLC message (RFC 7609 C.6) ------------------------------------------------

struct BadBytes {
  std::string_view name;
  Side from;
  std::function<void(Bytes&)> change;
};
class Broken : public ::testing::TestWithParam<BadBytes> {};
void set_length(Bytes& bytes) {
  bytes[5] = static_cast<std::byte>(bytes.size() >> 8);
  bytes[6] = static_cast<std::byte>(bytes.size() & 0xFF);
}
INSTANTIATE_TEST_SUITE_P(
    Version2, Broken,
    ::testing::Values(
        BadBytes{"nine_eids", kClient, [](Bytes& b) { b[88] = std::byte{9}; }},
        BadBytes{"more_eids_than_there_are", kClient, [](Bytes& b) { b[88] = std::byte{2}; }},
        BadBytes{"extension_beyond_the_end", kClient, [](Bytes& b) { b[51] = std::byte{0xF0}; }},
        BadBytes{"no_extension", kClient, [](Bytes& b) { b[51] = std::byte{0}; }},
        BadBytes{"no_gid", kClient,
                 [](Bytes& b) { std::fill_n(b.begin() + 96, 16, std::byte{0}); }},
        BadBytes{"truncated_extension", kServer,
                 [](Bytes& b) {
                   b.erase(b.begin() + 140, b.begin() + 156);
                   set_length(b);
                 }},
        BadBytes{"no_first_contact_part", kServer,
                 [](Bytes& b) {
                   b.erase(b.begin() + 104, b.begin() + 156);
                   set_length(b);
                 }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(Broken, EndTheConnection) {
  Pair pair(v2_client(), v2_server());
  const Side victim = other(GetParam().from);
  if (victim == kServer) {
    tamper<wire::Proposal>(pair, kConn, kClient, GetParam().change);
  } else {
    tamper<wire::Accept>(pair, kConn, kServer, GetParam().change);
  }
  pair.connect();
  pair.run();
  EXPECT_EQ(pair.app(victim, kConn).closed, CloseReason::Handshake);
  EXPECT_TRUE(pair.socket(victim, kConn).reset);
  expect_nothing_left(pair, victim);
}

TEST(BrokenConfirm, NineGidsEndTheConnection) {
  Pair pair(v2_client(), v2_server());
  tamper<wire::Confirm>(pair, kConn, kClient, [](Bytes& b) { b[156] = std::byte{9}; });
  pair.connect();
  pair.run();
  EXPECT_EQ(pair.app(kServer, kConn).closed, CloseReason::Handshake);
  expect_nothing_left(pair, kServer);
}

// --- later versions ------------------------------------------------------------------------------

TEST(Later, VersionsAndReleasesOfAClientAreMetWithOurs) {
  Pair pair(v2_client(), v2_server());
  rewrite<wire::Proposal>(pair, kConn, kClient, [](wire::Proposal& proposal) {
    proposal.version = 3;
    proposal.v2->release = 9;
    proposal.v2->feature_mask = 0xFFFF;
  });
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(kConn));
  const auto accept = last_clc<wire::Accept>(pair.socket(kServer, kConn).written);
  EXPECT_EQ(accept.version, 2);
  EXPECT_EQ(accept.extension->release, 1);
  EXPECT_EQ(accept.extension->feature_mask, 1);
}

TEST(Later, AnAcceptThatSaysMoreIsUnderstood) {
  Pair pair(v2_client(), v2_server());
  tamper<wire::Accept>(pair, kConn, kServer, [](Bytes& bytes) {
    bytes.insert(bytes.end() - 4, 200, std::byte{0xEE});
    set_length(bytes);
  });
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.both_connected(kConn));
}

}  // namespace
}  // namespace smclab::test
