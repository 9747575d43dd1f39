// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "emu/cli/machine/command.h"
#include "emu/cli/machine/rxe_plan.h"

namespace smclab::cli {
namespace {

std::string joined(const SetupStep::Words& words) {
  std::string line;
  for (const std::string& word : words) line += word + " ";
  return line;
}

std::size_t place_of(const std::vector<SetupStep>& plan, const std::string& make) {
  const auto found = std::find_if(plan.begin(), plan.end(), [&](const SetupStep& step) {
    return joined(step.make) == make + " ";
  });
  EXPECT_NE(found, plan.end()) << make;
  return static_cast<std::size_t>(found - plan.begin());
}

TEST(RxePlan, WhatIsMadeForGoodIsTakenBack) {
  for (const SetupStep& step : rxe_plan(2, Ipv6::Yes)) {
    // Addresses, settings and routes go with their interface.
    const std::string make = joined(step.make);
    const bool of_interface = make.find(" dev smclab") != std::string::npos ||
                              make.rfind("sysctl", 0) == 0 ||
                              make.rfind("ip link set smclab", 0) == 0;
    EXPECT_EQ(step.undo.empty(), of_interface) << make;
    EXPECT_EQ(step.shows.empty(), step.undo.empty()) << make << "must be seen to be undone";
    EXPECT_FALSE(step.what.empty());
  }
}

TEST(RxePlan, TheMachineIsNeverWithoutItsTableLocal) {
  const auto plan = rxe_plan(1, Ipv6::Yes);
  const auto behind = place_of(plan, "ip -4 rule add pref 79 lookup local");
  const auto no_more = place_of(plan, "ip -4 rule del pref 0");
  EXPECT_LT(behind, no_more);
  EXPECT_EQ(no_more, plan.size() - 1) << "undone first";
  EXPECT_TRUE(plan[no_more].inverse);
  EXPECT_LT(place_of(plan, "ip -4 rule add pref 76 iif smclab1 lookup local"), behind);
}

TEST(RxePlan, BothFamiliesGoOverTheCable) {
  const auto plan = rxe_plan(1, Ipv6::Yes);
  EXPECT_LT(place_of(plan, "ip -6 rule add pref 79 lookup local"),
            place_of(plan, "ip -6 rule del pref 0"));
  for (const char* rule : {
           "-4 rule add pref 78 from 10.123.0.1 to 10.123.0.2 lookup 7609",
           "-4 rule add pref 78 from 10.123.0.1 to 10.124.0.2 lookup 7609",
           "-4 rule add pref 78 from 10.123.0.2 to 10.123.0.1 lookup 7610",
           "-4 rule add pref 78 from 10.124.0.2 to 10.123.0.1 lookup 7610",
           "-6 rule add pref 78 from fd53:4d43:0:0::1 to fd53:4d43:0:0::2 lookup 7609",
           "-6 rule add pref 78 from fd53:4d43:0:0::2 to fd53:4d43:0:0::1 lookup 7610",
       }) {
    place_of(plan, std::string("ip ") + rule);
  }
  for (const SetupStep& step : rxe_plan(1, Ipv6::No)) {
    EXPECT_EQ(joined(step.make).find("-6"), std::string::npos) << joined(step.make);
  }
}

TEST(RxePlan, CablesShareNothing) {
  std::set<std::string> makes;
  for (const SetupStep& step : rxe_plan(kMostCables, Ipv6::Yes)) makes.insert(joined(step.make));
  EXPECT_EQ(makes.size(), rxe_plan(kMostCables, Ipv6::Yes).size());
  EXPECT_TRUE(makes.contains("rdma link add smclab_r3 type rxe netdev smclab3 "));
  EXPECT_TRUE(
      makes.contains("ip -4 route replace 10.123.1.1 dev smclab3 src 10.123.1.2 table 7612 "));
}

TEST(Command, TellsWhatAProgramSaidAndHowItEnded) {
  const std::string echo[] = {"echo", "two words", "$HOME"};
  const Ran said = run_command(echo);
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.output, "two words $HOME\n") << "no shell reads it";
  const std::string fails[] = {"false"};
  EXPECT_EQ(run_command(fails).code, 1);
  const std::string nothing[] = {"smclab-no-such-program"};
  EXPECT_EQ(run_command(nothing).code, Ran::kNotFound);
}

}  // namespace
}  // namespace smclab::cli
