// SPDX-License-Identifier: MIT
//
// Overhearing an interface, here loopback: RoCEv2 over IPv4 is heard with all its bytes and its
// time, and nothing else is.
#include "emu/runtime/device/wire_watch.h"

#include <gtest/gtest.h>
#include <net/if.h>

#include <algorithm>
#include <bit>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace smclab::runtime {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

constexpr std::chrono::hours kYear{365 * 24};

class Overheard : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = WireWatch::open(loop_, ::if_nametoindex("lo"), [this](const auto& packet) {
      const auto text =
          std::string_view(std::bit_cast<const char*>(packet.bytes.data()), packet.bytes.size());
      heard_.emplace_back(text);
      times_.push_back(packet.stamp);
      missed_ += packet.missed;
    });
    if (!opened && opened.error().find("CAP_NET_RAW") != std::string::npos) {
      GTEST_SKIP() << "needs root: " << opened.error();
    }
    ASSERT_TRUE(opened) << opened.error();
    watch_ = std::move(*opened);
  }

  void say(const std::string& text, std::uint16_t port, const char* to = "127.0.77.1") {
    const auto address = asio::ip::make_address(to);
    udp::socket socket(loop_, address.is_v4() ? udp::v4() : udp::v6());
    boost::system::error_code ignored;
    socket.send_to(asio::buffer(text), udp::endpoint(address, port), 0, ignored);
  }
  [[nodiscard]] auto times_heard(const std::string& text) const {
    return std::count_if(heard_.begin(), heard_.end(),
                         [&](const std::string& frame) { return frame.ends_with(text); });
  }

  asio::io_context loop_{1};
  std::unique_ptr<WireWatch> watch_;
  std::vector<std::string> heard_;
  std::vector<std::chrono::nanoseconds> times_;
  std::uint64_t missed_ = 0;
};

TEST_F(Overheard, RoceIsHeardAndNothingElse) {
  say("of another protocol", 4'792);
  say("what the devices say", 4'791);
  say("what they say in IPv6", 4'791, "::1");
  watch_->collect();
  // On loopback a frame leaves and arrives by the same interface.
  EXPECT_EQ(times_heard("what the devices say"), 2);
  EXPECT_EQ(times_heard("what they say in IPv6"), 2);
  EXPECT_EQ(times_heard("of another protocol"), 0);
  ASSERT_FALSE(times_.empty());
  EXPECT_GT(times_.front(), 50 * kYear);
}

TEST_F(Overheard, TheLoopTellsIt) {
  say("heard in passing", 4'791);
  while (times_heard("heard in passing") == 0 && loop_.run_one_for(std::chrono::seconds(10)) > 0) {
  }
  EXPECT_EQ(times_heard("heard in passing"), 2);
}

// So much at once that the socket has no room for it: the next packet says so.
TEST_F(Overheard, WhatIsMissedIsCounted) {
  const std::string large(60'000, 'x');
  for (int i = 0; i < 4'000; ++i) say(large, 4'791);
  watch_->collect();
  say("after the flood", 4'791);
  watch_->collect();
  EXPECT_GT(missed_, 0U);
  // Others may be talking as well.
  EXPECT_GE(missed_ + heard_.size(), 8'002U);
}

TEST(WireWatching, AnInterfaceThatIsNotThereIsAnError) {
  asio::io_context loop;
  const auto opened = WireWatch::open(loop, 1'000'000, [](const auto&) {});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("cannot"), std::string::npos);
}

}  // namespace
}  // namespace smclab::runtime
