// SPDX-License-Identifier: MIT
//
// The counters of a device out of files such as the kernel's: what is not there is not known.
#include "emu/verbs/device_counters.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace smclab::verbs {
namespace {

using rnic::Counters;

class Counted : public testing::Test {
 protected:
  Counted() { std::filesystem::create_directories(folder_); }
  ~Counted() override { std::filesystem::remove_all(folder_); }
  void show(const std::string& name, const std::string& value) const {
    std::ofstream(folder_ / name) << value << '\n';
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("smclab-counters-" + std::to_string(::getpid()));
};

TEST_F(Counted, FromWhenItWasOpened) {
  show("sent_pkts", "100");
  show("duplicate_request", "0");
  DeviceCounters device(folder_);
  show("sent_pkts", "142");
  show("duplicate_request", "3");
  EXPECT_EQ(device.last().frames_sent, 0U) << "nobody looked";
  device.look();
  EXPECT_EQ(device.last().frames_sent, 42U);
  EXPECT_EQ(device.last().duplicates, 3U);
  show("sent_pkts", "7");
  device.look();
  EXPECT_EQ(device.last().frames_sent, 7U) << "somebody set it to 0";
}

TEST_F(Counted, WhatIsNotThereIsNotKnown) {
  show("sent_pkts", "1");
  show("completer_retry_err", "5");
  show("rcvd_pkts", "not a number");
  const DeviceCounters device(folder_);
  EXPECT_TRUE(device.counts(&Counters::frames_sent));
  EXPECT_FALSE(device.counts(&Counters::frames_received));
  EXPECT_FALSE(device.counts(&Counters::retransmissions)) << "frames are not attempts";
  EXPECT_FALSE(device.counts(&Counters::duplicates));
}

TEST_F(Counted, OfTwoNamesTheFirstCounts) {
  show("out_of_seq_request", "0");
  show("out_of_sequence", "0");
  DeviceCounters device(folder_);
  show("out_of_seq_request", "1");
  show("out_of_sequence", "2");
  device.look();
  EXPECT_EQ(device.last().out_of_sequence, 1U);
}

TEST_F(Counted, ADeviceThatGoesKeepsWhatItHadCounted) {
  show("rcvd_pkts", "0");
  DeviceCounters device(folder_);
  show("rcvd_pkts", "9");
  device.look();
  std::filesystem::remove_all(folder_);
  device.look();
  EXPECT_EQ(device.last().frames_received, 9U);
  EXPECT_FALSE(DeviceCounters(folder_).counts(&Counters::frames_received));
}

}  // namespace
}  // namespace smclab::verbs
