// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "emu/scenario/load/units.h"

namespace smclab::scenario {
namespace {

TEST(Address, TakesIpv4WithItsPrefix) {
  const auto read = to_interface("192.168.1.7/24");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->address, ipv4(192, 168, 1, 7));
  EXPECT_EQ(read->prefix_length, 24);
}

TEST(Address, TakesIpv6InItsShortForms) {
  const auto read = to_interface("fd00::1:2/64");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->address.gid.bytes[0], std::byte{0xFD});
  EXPECT_EQ(read->address.gid.bytes[13], std::byte{1});
  EXPECT_EQ(read->address.gid.bytes[15], std::byte{2});
  EXPECT_FALSE(read->address.is_v4());
  for (const char* text : {"::/0", "::1/128", "1::/16", "1:2:3:4:5:6:7:8/64"}) {
    EXPECT_TRUE(to_interface(text)) << text;
  }
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text :
       {"", "/24", "1.2.3/24", "1.2.3.4.5/24", "1.2.3.256/24", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4",
        "1.2.3.4/2x", "1:2:3:4:5:6:7/64", "1:2:3:4:5:6:7:8:9/64", "1::2::3/64", "1::/129", "g::/1",
        "12345::/1", ":1::/1", "1:2:3:4::5:6:7:8/64"}) {
    EXPECT_FALSE(to_interface(text)) << text;
  }
}

TEST(Address, TakesMacs) {
  const auto mac = to_mac("02:00:5e:10:0:Ff");
  ASSERT_TRUE(mac);
  EXPECT_EQ(mac->bytes[2], std::byte{0x5E});
  EXPECT_EQ(mac->bytes[5], std::byte{0xFF});
  for (const char* text : {"", "02:00:00:00:00", "02:00:00:00:00:00:00", "02-00-00-00-00-00",
                           "01:00:5e:00:00:01", "02:00:00:00:00:100"}) {
    EXPECT_FALSE(to_mac(text)) << text;
  }
}

TEST(Address, TakesBytes) {
  EXPECT_EQ(to_bytes("0f F0:aa\n01"), (std::vector<std::byte>{std::byte{0x0F}, std::byte{0xF0},
                                                              std::byte{0xAA}, std::byte{0x01}}));
  for (const char* text : {"0", "0f0", "0x0f", "zz", "0 f"}) EXPECT_FALSE(to_bytes(text)) << text;
}

}  // namespace
}  // namespace smclab::scenario
