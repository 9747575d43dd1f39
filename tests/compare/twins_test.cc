// SPDX-License-Identifier: MIT
//
// Twins of a conversation: those that only have other names are the same, and each of the hostile
// ones, which differ in one respect, is found out and told by its place.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "emu/capture/conversation/comparison.h"
#include "tests/compare/story.h"

namespace smclab::capture {
namespace {

/// The nth message of a type in a story.
template <class T>
T& nth(Story& story, std::size_t number = 0) {
  for (Line& line : story) {
    if (auto* found = std::get_if<T>(&line.message); found != nullptr && number-- == 0) {
      return *found;
    }
  }
  throw std::out_of_range("no such message in the story");
}

template <class T>
std::size_t place_of(const Story& story, std::size_t number = 0) {
  for (std::size_t i = 0; i < story.size(); ++i) {
    if (std::holds_alternative<T>(story[i].message) && number-- == 0) return i;
  }
  throw std::out_of_range("no such message in the story");
}

auto at(Story& story, std::size_t place) {
  return story.begin() + static_cast<std::ptrdiff_t>(place);
}

Comparison against_the_story(const Story& twin) {
  return compare(listen(make_story()), listen(twin));
}

TEST(Twins, AStoryIsTheSameAsItself) {
  const Comparison found = against_the_story(make_story());
  EXPECT_TRUE(found.same()) << found.first().where << ": " << found.first().what;
  EXPECT_EQ(found.connections, 2U);
  EXPECT_EQ(found.links, 2U);
  EXPECT_TRUE(found.notes.empty());
}

TEST(Twins, OtherNamesAreTheSameConversation) {
  const Names names{.client_host = 33,
                    .server_host = 44,
                    .client_qpn = 901,
                    .server_qpn = 702,
                    .rkeys = 0x8877,
                    .tokens = 0xABCDEF,
                    .psn = 0xFF'FFF0,
                    .memory = 0x7f0000000000,
                    .links = 5};
  const Comparison found = compare(listen(make_story()), listen(make_story(names), names));
  EXPECT_TRUE(found.same()) << found.first().where << ": " << found.first().what;
}

/// A change to the story that leaves what it says.
struct Harmless {
  std::string name;
  std::function<void(Story&)> change;
};

class HarmlessTwins : public testing::TestWithParam<Harmless> {};

TEST_P(HarmlessTwins, AreTheSame) {
  Story twin = make_story();
  GetParam().change(twin);
  const Comparison found = against_the_story(twin);
  EXPECT_TRUE(found.same()) << found.first().where << ": " << found.first().what;
  EXPECT_EQ(found.connections, 2U);
}

void insert(Story& story, std::size_t place, const Line& line) {
  story.insert(at(story, place), line);
}

const Harmless kHarmless[] = {
    {"SentAgain",
     [](Story& s) {
       const std::size_t place = place_of<wire::ConfirmRkey>(s);
       Line again = s[place];
       again.repeated = true;
       insert(s, place + 1, again);
     }},
    {"DamagedAndSentAgain",
     [](Story& s) {
       const std::size_t place = place_of<wire::ConfirmRkey>(s);
       Line again = s[place];
       again.repeated = true;
       s[place].damaged = true;
       nth<wire::ConfirmRkey>(s).negative = true;
       insert(s, place + 1, again);
     }},
    {"SlowerReader",
     [](Story& s) {
       nth<wire::Cdc>(s).write_blocked = true;
       nth<wire::Cdc>(s).cursor_update_requested = true;
     }},
    {"MoreCdcs",
     [](Story& s) {
       Line more = s[place_of<wire::Cdc>(s)];
       std::get<wire::Cdc>(more.message).producer.offset = 10;
       std::get<wire::Cdc>(more.message).sequence = 0;
       insert(s, place_of<wire::Cdc>(s), more);
     }},
    {"AnsweredLater",
     [](Story& s) {
       std::swap(s[place_of<wire::TestLink>(s, 1)], s[place_of<wire::DeleteRkey>(s)]);
     }},
    {"TestedAfterTheKeyWentAway",
     [](Story& s) { std::swap(s[place_of<wire::TestLink>(s)], s[place_of<wire::DeleteRkey>(s)]); }},
    {"TestedMoreOften",
     [](Story& s) { insert(s, place_of<wire::TestLink>(s), s[place_of<wire::TestLink>(s)]); }},
    {"AgreedOutOfBand",
     [](Story& s) {
       std::erase_if(s, [](const Line& line) {
         return std::holds_alternative<wire::SmcrOption>(line.message);
       });
     }},
    {"SecondProposalFirst",
     [](Story& s) {
       const std::size_t first = place_of<wire::Proposal>(s);
       const std::size_t second = place_of<wire::Proposal>(s, 1);
       std::rotate(at(s, first), at(s, second), at(s, second + 1));
     }},
    {"SecondHandshakeAmongLinks",
     [](Story& s) {
       const std::size_t confirm = place_of<wire::ConfirmLink>(s, 3);
       std::rotate(at(s, confirm), at(s, confirm + 1), at(s, confirm + 4));
     }},
};
INSTANTIATE_TEST_SUITE_P(All, HarmlessTwins, testing::ValuesIn(kHarmless),
                         [](const auto& info) { return info.param.name; });

TEST(Twins, WhatIsBesideTheConversationIsNoted) {
  Story twin = make_story();
  std::erase_if(twin, [](const Line& line) {
    return std::holds_alternative<wire::SmcrOption>(line.message) && line.stream == 0;
  });
  nth<wire::Cdc>(twin).write_blocked = true;
  const Comparison found = against_the_story(twin);
  EXPECT_TRUE(found.same());
  ASSERT_EQ(found.notes.size(), 2U);
  EXPECT_EQ(found.notes[0], "connections with the SMC-R option in SYN or SYN-ACK in one only: 1");
  EXPECT_EQ(found.notes[1], "directions that waited for space more often in one: 1");
}

// After DELETE RKEY the RNIC may give the same key to another buffer, or another key.
TEST(Twins, AKeyMayLiveTwice) {
  const auto tell_on = [](Story& story, std::uint32_t rkey) {
    wire::ConfirmRkey confirm{.rkey = {rkey}};
    story.push_back({Role::Client, confirm});
    confirm.head.response = true;
    story.push_back({Role::Server, confirm});
  };
  Story a = make_story();
  Story b = make_story();
  tell_on(a, 0x110);  // the one that was deleted
  tell_on(b, 0x990);
  EXPECT_TRUE(compare(listen(a), listen(b)).same());
  Story c = make_story();
  tell_on(c, 0x100);  // the first connection's, which lives
  EXPECT_FALSE(compare(listen(a), listen(c)).same());
}

// Two connections that end at the same time give their keys back in any order.
TEST(Twins, KeysGoInAnyOrder) {
  const auto deleted = [](std::uint32_t rkey) {
    wire::DeleteRkey deletion;
    deletion.rkeys.push_back({rkey});
    return Line{Role::Client, deletion};
  };
  Story a = make_story();
  Story b = make_story();
  insert(a, place_of<wire::DeleteRkey>(a), deleted(0x100));
  insert(b, place_of<wire::DeleteRkey>(b) + 1, deleted(0x100));
  const Comparison found = compare(listen(a), listen(b));
  EXPECT_TRUE(found.same()) << found.first().where << ": " << found.first().what;
  EXPECT_FALSE(compare(listen(make_story()), listen(b)).same());
}

// Of version 2 the answer to DELETE RKEY names no key: it belongs to the question before it.
TEST(Twins, AnswersWithoutAKeyBelongToTheirQuestion) {
  const auto ending = [](std::initializer_list<std::uint32_t> rkeys) {
    Story story = make_story();
    std::erase_if(story, [](const Line& line) {
      return std::holds_alternative<wire::DeleteRkey>(line.message);
    });
    for (const std::uint32_t rkey : rkeys) {
      wire::DeleteRkey deletion{.head = {.version = wire::LlcVersion::V2}};
      deletion.rkeys.push_back({rkey});
      story.push_back({Role::Client, deletion});
      deletion.rkeys = {};
      deletion.head.response = true;
      story.push_back({Role::Server, deletion});
    }
    return story;
  };
  const Story story = ending({0x100, 0x110});
  EXPECT_TRUE(compare(listen(story), listen(ending({0x110, 0x100}))).same());
  Story unanswered = ending({0x110, 0x100});
  unanswered.erase(unanswered.end() - 3);
  const Comparison found = compare(listen(story), listen(unanswered));
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(found.first().what, "delete_rkey response is in A only");
}

TEST(Twins, HowOftenALinkIsTestedIsNoted) {
  Story twin = make_story();
  insert(twin, place_of<wire::TestLink>(twin), twin[place_of<wire::TestLink>(twin)]);
  const Comparison found = against_the_story(twin);
  ASSERT_EQ(found.notes.size(), 1U);
  EXPECT_EQ(found.notes[0], "links that were tested more often in one: 1");
}

TEST(Twins, AConnectionMoreIsFoundOut) {
  Story twin = make_story();
  std::erase_if(twin, [](const Line& line) { return line.stream == 1; });
  const Comparison found = against_the_story(twin);
  ASSERT_FALSE(found.same());
  EXPECT_EQ(found.first().where, "connection 2");
  EXPECT_TRUE(found.first().a.has_value());
  EXPECT_FALSE(found.first().b.has_value());
}

// A capture that began late has no handshake: then lanes are compared as they are found.
TEST(Twins, LateCapturesAreCompared) {
  const auto late = [](Story story) {
    story.erase(story.begin(), at(story, place_of<wire::ConfirmRkey>(story)));
    return story;
  };
  const Story story = late(make_story());
  const Names names{.client_qpn = 90, .server_qpn = 80, .rkeys = 0x900, .tokens = 70, .links = 3};
  const Comparison same = compare(listen(story), listen(late(make_story(names)), names));
  EXPECT_TRUE(same.same()) << same.first().where << ": " << same.first().what;
  EXPECT_GT(same.links, 0U);
  Story twin = story;
  nth<wire::Cdc>(twin, 3).producer.offset += 1;
  EXPECT_FALSE(compare(listen(story), listen(twin)).same());
  twin = story;
  nth<wire::DeleteLink>(twin).orderly = false;
  EXPECT_FALSE(compare(listen(story), listen(twin)).same());
}

TEST(Twins, WhatDoesNotDecodeIsComparedAsBytes) {
  const auto spoil = [](Story& story) { story[place_of<wire::Cdc>(story, 3)].spoilt = true; };
  Story spoilt = make_story();
  spoil(spoilt);
  EXPECT_FALSE(against_the_story(spoilt).same());
  Story twin = spoilt;
  const Comparison same = compare(listen(spoilt), listen(twin));
  EXPECT_TRUE(same.same()) << same.first().where << ": " << same.first().what;
  ASSERT_EQ(same.notes.size(), 2U);
  EXPECT_EQ(same.notes[0], "messages of A that do not decode, compared as bytes: 1");
  nth<wire::Cdc>(twin, 3).sequence = 77;
  EXPECT_FALSE(compare(listen(spoilt), listen(twin)).same());
}

TEST(Twins, NothingIsTheSameAsNothing) {
  const Comparison found = compare(Conversation{}, Conversation{});
  EXPECT_TRUE(found.same());
  EXPECT_EQ(found.connections, 0U);
}

// A message that is missing shifts those behind it: they still meet their like.
TEST(Twins, EachDifferenceIsToldOnce) {
  Story twin = make_story();
  twin.erase(at(twin, place_of<wire::TestLink>(twin)));
  nth<wire::DeleteLink>(twin).reason = wire::DeleteLinkReason::LostPath;
  nth<wire::DeleteLink>(twin).orderly = false;
  const Comparison found = against_the_story(twin);
  std::vector<std::string> told;
  for (const Difference& difference : found.differences) told.push_back(difference.what);
  EXPECT_EQ(told, (std::vector<std::string>{"test_link is in A only", "orderly is 1 in A, 0 in B",
                                            "reason is 0x00000000 in A, 0x00010000 in B"}));
}

TEST(Twins, StrangersMeetInTheirPlace) {
  Story a = make_story();
  Story b = make_story();
  b[place_of<wire::DeleteLink>(b)].message = wire::RequestAddLink{};
  const Comparison found = compare(listen(a), listen(b));
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(found.first().what,
            "delete_link of the server in A, request_add_link of the server in B");
}

// Two long lanes with nothing in common are laid side by side without a table of their product.
TEST(Twins, LongLanesOfStrangersAreBearable) {
  Story a = make_story();
  Story b = make_story();
  for (int i = 0; i < 3000; ++i) {
    a.push_back({Role::Client, wire::DeleteLink{}});
    b.push_back({Role::Client, wire::RequestAddLink{}});
  }
  EXPECT_EQ(compare(listen(a), listen(b)).differences.size(), 3000U);
}

/// A change to the story that makes it another one, and what has to be told of it.
struct Hostile {
  std::string name;
  std::function<void(Story&)> change;
  std::string where;
  std::string what;
};

class HostileTwins : public testing::TestWithParam<Hostile> {};

TEST_P(HostileTwins, AreFoundOut) {
  const Hostile& hostile = GetParam();
  Story twin = make_story();
  hostile.change(twin);
  const Comparison found = against_the_story(twin);
  ASSERT_FALSE(found.same());
  EXPECT_EQ(found.first().where, hostile.where);
  EXPECT_NE(found.first().what.find(hostile.what), std::string::npos) << found.first().what;
  // The other way round it is as different, in the same place.
  const Comparison back = compare(listen(twin), listen(make_story()));
  ASSERT_FALSE(back.same());
  EXPECT_EQ(back.first().where, hostile.where);
}

const Hostile kInClc[] = {
    {"SizeCode", [](Story& s) { nth<wire::Accept>(s).end.size_code = 3; }, "connection 1, CLC",
     "size_code is 2 in A, 3 in B"},
    {"Mtu", [](Story& s) { nth<wire::Confirm>(s).end.mtu = MtuCode::Mtu4096; }, "connection 1, CLC",
     "mtu is 3 in A, 5 in B"},
    {"FirstContact", [](Story& s) { nth<wire::Accept>(s, 1).first_contact = true; },
     "connection 2, CLC", "first_contact is 0 in A, 1 in B"},
    {"PrefixLength", [](Story& s) { nth<wire::Proposal>(s).ip_area->prefix_length = 16; },
     "connection 1, CLC", "prefix_length is 24 in A, 16 in B"},
    {"Version",
     [](Story& s) {
       nth<wire::Proposal>(s).version = 2;
       nth<wire::Proposal>(s).ip_area_offset = 40;
     },
     "connection 1, CLC", "length is"},
    {"AnotherHostOnTheSecond",
     [](Story& s) { nth<wire::Accept>(s, 1).end.peer_id.bytes[0] = std::byte{9}; },
     "connection 2, CLC", "peer_id is"},
    {"AnotherHostsGid", [](Story& s) { nth<wire::Proposal>(s, 1).gid = ipv4(10, 0, 0, 99).gid; },
     "connection 2, CLC", "gid is"},
    {"OneNameForTwo",
     [](Story& s) { nth<wire::Accept>(s).end.peer_id = nth<wire::Proposal>(s).peer_id; },
     "connection 1, CLC", "not each other's elsewhere"},
    {"NoGid", [](Story& s) { nth<wire::Proposal>(s).gid = {}; }, "connection 1, CLC", "gid is"},
    {"DeclineInsteadOfConfirm",
     [](Story& s) {
       s[place_of<wire::Confirm>(s, 1)].message = wire::Decline{.diagnosis = Diagnosis::Memory};
     },
     "connection 2, CLC", "confirm of the client in A, decline of the client in B"},
    {"NoConfirm", [](Story& s) { s.erase(at(s, place_of<wire::Confirm>(s, 1))); },
     "connection 2, CLC", "confirm is in A only"},
};
const Hostile kInLlc[] = {
    {"MaxLinks", [](Story& s) { nth<wire::ConfirmLink>(s, 1).max_links = 1; },
     "link group 1, link 1, LLC responses to the server", "max_links is 2 in A, 1 in B"},
    {"Rejection", [](Story& s) { nth<wire::AddLink>(s, 1).rejected = true; },
     "link group 1, link 1, LLC responses to the server", "rejected is 0 in A, 1 in B"},
    {"OtherLinks", [](Story& s) { nth<wire::ConfirmRkey>(s).other_links = 0; },
     "link group 1, link 1, LLC requests to the server", "other_links is 1 in A, 0 in B"},
    {"AnotherLinksNumber", [](Story& s) { nth<wire::ConfirmRkey>(s).others[0].link = {1}; },
     "link group 1, link 1, LLC requests to the server", "others[0].link_number is 2 in A, 1"},
    {"RefusedKey", [](Story& s) { nth<wire::ConfirmRkey>(s, 1).negative = true; },
     "link group 1, link 1, LLC responses to the client", "negative is 0 in A, 1 in B"},
    {"AnotherKeyDeleted", [](Story& s) { nth<wire::DeleteRkey>(s).rkeys[0] = {0x100}; },
     "link group 1, link 1, LLC requests to the server", "delete_rkey is in "},
    {"EchoOfAnotherKey", [](Story& s) { nth<wire::ConfirmRkey>(s, 1).rkey = {0x100}; },
     "link group 1, link 1, LLC responses to the client", "confirm_rkey response is in "},
    {"Reason", [](Story& s) { nth<wire::DeleteLink>(s).reason = wire::DeleteLinkReason::LostPath; },
     "link group 1, link 1, LLC requests to the client", "reason is 0x00000000 in A, 0x00010000"},
    {"NotTheGroup", [](Story& s) { nth<wire::DeleteLink>(s).all = false; },
     "link group 1, link 1, LLC requests to the client", "all is 1 in A, 0 in B"},
    {"OrderOfLinks",
     [](Story& s) { std::swap(s[place_of<wire::ConfirmLink>(s)], s[place_of<wire::AddLink>(s)]); },
     "link group 1, link 1, LLC requests to the client", "confirm_link is in A only"},
    {"OrderOfOneKey",
     [](Story& s) {
       std::swap(s[place_of<wire::ConfirmRkey>(s)], s[place_of<wire::DeleteRkey>(s)]);
     },
     "link group 1, link 1, LLC requests to the server", "confirm_rkey is in A only"},
    {"KeyNeverDeleted", [](Story& s) { s.erase(at(s, place_of<wire::DeleteRkey>(s))); },
     "link group 1, link 1, LLC requests to the server", "delete_rkey is in A only"},
    {"OneMore",
     [](Story& s) {
       s.push_back({Role::Server, wire::TestLink{}});
     },
     "link group 1, link 1, LLC requests to the client", "test_link is in B only"},
    {"Unanswered", [](Story& s) { s.erase(at(s, place_of<wire::TestLink>(s, 1))); },
     "link group 1, link 1, LLC responses to the client", "test_link response is in A only"},
    {"OnTheOtherLink", [](Story& s) { s[place_of<wire::TestLink>(s)].link = 1; },
     "link group 1, link 1, LLC requests to the server", "test_link is in A only"},
};
const Hostile kInCdc[] = {
    {"AByteMore", [](Story& s) { ++nth<wire::Cdc>(s, 3).producer.offset; },
     "connection 1, CDC to the server, produced", "100000 bytes, cursor 1:34464 in A; 100001"},
    {"ARoundMore", [](Story& s) { ++nth<wire::Cdc>(s, 7).producer.wrap; },
     "connection 2, CDC to the server, produced", "100000 bytes, cursor 1:34464 in A; 165536"},
    {"AByteNotConsumed", [](Story& s) { --nth<wire::Cdc>(s, 2).consumer.offset; },
     "connection 1, CDC to the client, consumed", "100000 bytes, cursor 1:34464 in A; 99999"},
    {"Abort", [](Story& s) { nth<wire::Cdc>(s, 3).abnormal_close = true; },
     "connection 1, CDC to the server", "peer_connection_closed abnormal_close in B"},
    {"HalfCloseMissing", [](Story& s) { nth<wire::Cdc>(s, 1).sending_done = false; },
     "connection 1, CDC to the server", "sending_done in A, sending_done peer_connection_closed"},
    {"Urgent", [](Story& s) { nth<wire::Cdc>(s, 0).urgent_present = true; },
     "connection 1, CDC to the server", "sending_done in A, urgent_present in B"},
    {"Failover", [](Story& s) { nth<wire::Cdc>(s, 0).failover_validation = true; },
     "connection 1, CDC to the server", "failover_validation in B"},
    {"NeverClosed", [](Story& s) { s.erase(at(s, place_of<wire::Cdc>(s, 3))); },
     "connection 1, CDC to the server", "no change in B"},
    {"ToTheOtherConnection",
     [](Story& s) { nth<wire::Cdc>(s, 6).token = nth<wire::Cdc>(s, 2).token; },
     "connection 2, CDC to the client", "no change in B"},
};

std::string name_of(const testing::TestParamInfo<Hostile>& info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Clc, HostileTwins, testing::ValuesIn(kInClc), name_of);
INSTANTIATE_TEST_SUITE_P(Llc, HostileTwins, testing::ValuesIn(kInLlc), name_of);
INSTANTIATE_TEST_SUITE_P(Cdc, HostileTwins, testing::ValuesIn(kInCdc), name_of);

}  // namespace
}  // namespace smclab::capture
