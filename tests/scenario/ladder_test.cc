// SPDX-License-Identifier: MIT
#include "emu/scenario/judge/ladder.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace smclab::scenario {
namespace {

using std::chrono::microseconds;

Scenario two_nodes() {
  Scenario scenario;
  scenario.nodes = {{.name = "client"}, {.name = "server"}, {.name = "stranger"}};
  return scenario;
}

HostRecord sends(std::uint32_t host, int us, std::string_view to, std::string_view cause = {}) {
  return {host,
          {.at = Instant(microseconds(us)), .event = TraceEvent::Sends, .to = to, .cause = cause}};
}

HostRecord tells(std::uint32_t host, int us, TraceEvent event, std::string_view to) {
  return {host, {.at = Instant(microseconds(us)), .event = event, .to = to}};
}

std::vector<HostRecord> story() {
  return {
      sends(0, 5, "proposal"),
      tells(1, 10, TraceEvent::Receives, "proposal"),
      sends(1, 12, "accept"),
      sends(2, 13, "proposal"),
      {0,
       {.at = Instant(microseconds(14)),
        .event = TraceEvent::State,
        .object = TraceObject::Connection,
        .from = "init",
        .to = "active"}},
      sends(0, 20, "cdc"),
      sends(0, 21, "cdc"),
      sends(1, 22, "cdc"),
      {1,
       {.at = Instant(microseconds(1'234)),
        .event = TraceEvent::Notes,
        .object = TraceObject::Network,
        .to = "link_down",
        .cause = "fault"}},
      sends(1, 1'500, "decline", "no_smcr_device"),
      {1, {.at = Instant(microseconds(2'000)), .event = TraceEvent::Fires, .to = "clc_wait"}},
  };
}

TEST(Ladder, DrawsMessagesAsArrowsBetweenTwoPoles) {
  const auto trace = story();
  EXPECT_EQ(ladder(two_nodes(), trace, {.width = 70}),
            "                client                                         server\n"
            "     0.005 ms   ├──── proposal ────────────────────────────────────▶│\n"
            "     0.012 ms   │◀────────────────────────────────────── accept ────┤\n"
            "     0.014 ms   │ connection 0: init → active                       │\n"
            "     0.020 ms   │··················· cdc 2×▶ ◀1× ···················│\n"
            "     1.234 ms   │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ link_down (fault) ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│\n"
            "     1.500 ms   │◀──────────────────── decline (no_smcr_device) ────┤\n"
            "     2.000 ms   │                                    fires clc_wait │\n");
}

TEST(Ladder, HasAnAsciiForm) {
  const auto trace = story();
  EXPECT_EQ(ladder(two_nodes(), trace, {.unicode = false, .states = false, .width = 60}),
            "                client                               server\n"
            "     0.005 ms   |---- proposal -------------------------->|\n"
            "     0.012 ms   |<---------------------------- accept ----|\n"
            "     0.020 ms   |.............. cdc 2x> <1x ..............|\n"
            "     1.234 ms   |=========== link_down (fault) ===========|\n"
            "     1.500 ms   |<---------- decline (no_smcr_device) ----|\n"
            "     2.000 ms   |                          fires clc_wait |\n");
}

TEST(Ladder, ColoursOnlyWhenAsked) {
  const auto trace = story();
  EXPECT_EQ(ladder(two_nodes(), trace, {}).find('\x1b'), std::string::npos);
  EXPECT_NE(ladder(two_nodes(), trace, {.color = true}).find("\x1b[31m"), std::string::npos);
}

TEST(Ladder, LongLabelsAreCutNotWrapped) {
  const std::string long_word(200, 'x');
  const std::vector<HostRecord> trace = {sends(0, 1, long_word),
                                         tells(1, 2, TraceEvent::Notes, long_word)};
  std::istringstream lines(ladder(two_nodes(), trace, {.unicode = false, .width = 60}));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 61U);
}

TEST(Ladder, UnknownHostsGiveNothing) {
  EXPECT_EQ(ladder(two_nodes(), {}, {.right = 9}), "");
}

TEST(Ladder, KnowsWhichTerminalsShowUnicode) {
  EXPECT_TRUE(shows_unicode(nullptr, nullptr, "en_GB.UTF-8"));
  EXPECT_TRUE(shows_unicode("", nullptr, "C.utf8"));
  EXPECT_FALSE(shows_unicode("C", nullptr, "en_GB.UTF-8"));
  EXPECT_FALSE(shows_unicode(nullptr, nullptr, nullptr));
}

}  // namespace
}  // namespace smclab::scenario
