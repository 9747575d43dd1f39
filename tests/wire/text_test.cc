// SPDX-License-Identifier: MIT
#include "protocol/wire/text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/wire/samples.h"

namespace smclab::wire {
namespace {

std::string gid_text(std::string_view hex) {
  Gid gid;
  const Bytes bytes = from_hex(hex);
  std::copy(bytes.begin(), bytes.end(), gid.bytes.begin());
  return to_text(gid);
}

TEST(Text, GidsReadAsRfc5952Asks) {
  EXPECT_EQ(gid_text("00000000000000000000000000000000"), "::");
  EXPECT_EQ(gid_text("00000000000000000000000000000001"), "::1");
  EXPECT_EQ(gid_text("fe800000000000000000000000000000"), "fe80::");
  EXPECT_EQ(gid_text("20010db800010000000200030004000a"), "2001:db8:1:0:2:3:4:a");
  EXPECT_EQ(gid_text("20010db8000000000001000000000001"), "2001:db8::1:0:0:1");
  EXPECT_EQ(gid_text("20010000000000010000000000000001"), "2001:0:0:1::1");
  EXPECT_EQ(gid_text("00000000000000000000ffffc000020b"), "::ffff:192.0.2.11");
}

TEST(Text, Macs) {
  EXPECT_EQ(to_text(server_end().mac), "02:00:00:5e:12:01");
}

TEST(Text, AHostileNameIsHarmless) {
  EXPECT_EQ(to_printable(from_hex("4c414220202000")), "LAB");
  EXPECT_EQ(to_printable(from_hex("206100620a1b5d225c7fff")),
            R"( a\x00b\x0a\x1b]\x22\x5c\x7f\xff)");
  EXPECT_EQ(to_printable({}), "");
  // B024: 32 characters and no terminator.
  const Eid full = padded<Eid>("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345");
  EXPECT_EQ(to_printable(full.bytes), "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345");
}

TEST(Text, SectionsAreFlatAndEntriesNumbered) {
  for (const Sample& sample : samples()) {
    if (sample.title != "Proposal, everything") continue;
    EXPECT_EQ(to_text(sample.message),
              "length=239 version=2 type_v2=3 type_v1=3 peer_id=1a2b020000c11e01 "
              "gid=fe80::c1ff:fe1e:101 mac=02:00:00:c1:1e:01 ip_area_offset=40 "
              "ism_gid=1234605616436508552 ism_chid=7 v2_offset=53 vendor_oui=000000 "
              "vendor_options=0000000000 subnet=192.0.2.0 prefix_length=24 prefix_count=1 "
              "prefixes[0].prefix=2001:db8:: prefixes[0].prefix_length=64 eid_count=1 "
              "ism_gid_count=1 release=1 seid_present=1 smcd_offset=64 gid_v2=::ffff:192.0.2.11 "
              "max_connections=255 max_links=2 feature_mask=1 eids[0]=\"LAB1.TEST-EID\" "
              "seid=\"SYSTEM-EID\" ism_gids[0].ism_gid=153 ism_gids[0].ism_chid=8");
  }
}

}  // namespace
}  // namespace smclab::wire
