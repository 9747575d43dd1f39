// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emu/capture/listing/json.h"
#include "emu/capture/listing/text.h"
#include "emu/capture/listing/values.h"
#include "tests/unit/capture/bytes.h"

namespace smclab::capture {
namespace {

using nlohmann::json;
using testing::Bytes;
using testing::hex;

// "LLC ADD LINK CONT request, 1 rkey" of the protocol notes' vectors.
const Bytes kAddLinkCont = hex(
    "032c000002010000 112233445566778800007f0011000000 00000000000000000000000000000000 00000000");
const Bytes kDecline = hex("e2d4c3d904001c103c4d0200005e12010307000000000000e2d4c3d9");

SmcMessage message(Layer layer, const Bytes& bytes) {
  SmcMessage made{.at = {7, 1'500'000'000},
                  .source = ipv4(10, 0, 0, 1),
                  .destination = ipv4(10, 0, 0, 2),
                  .layer = layer,
                  .bytes = bytes};
  decode_content(made);
  return made;
}

json as_json(const SmcMessage& one) {
  std::string line;
  append_json(one, line);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  return json::parse(line);
}

TEST(Json, HasTheKeysThatScriptsReadFirst) {
  const json got = as_json(message(Layer::Llc, kAddLinkCont));
  EXPECT_EQ(got["frame"], 7);
  EXPECT_EQ(got["time_ns"], 1'500'000'000);
  EXPECT_EQ(got["layer"], "llc");
  EXPECT_EQ(got["type"], "add_link_continuation");
  EXPECT_EQ(got["version"], 1);
  EXPECT_EQ(got["response"], false);
  EXPECT_EQ(got["src"], "10.0.0.1");
  EXPECT_EQ(got["dst"], "10.0.0.2");
  EXPECT_EQ(got["retransmission"], false);
  EXPECT_FALSE(got.contains("stream"));
  EXPECT_FALSE(got.contains("error"));
}

TEST(Json, NestsListsAndSections) {
  const json rkeys = as_json(message(Layer::Llc, kAddLinkCont))["fields"]["rkeys"];
  ASSERT_EQ(rkeys.size(), 2U);
  EXPECT_EQ(rkeys[0]["reference_rkey"], "0x11223344");
  EXPECT_EQ(rkeys[0]["new_address"], "0x00007f0011000000");
  EXPECT_EQ(rkeys[1]["new_rkey"], "0x00000000");
}

TEST(Json, WritesListsOfPlainValuesAsSuch) {
  const Bytes delete_rkey = [] {
    Bytes bytes = hex("092c000002000000 11223344 55667788");
    bytes.resize(44);
    return bytes;
  }();
  const json fields = as_json(message(Layer::Llc, delete_rkey))["fields"];
  EXPECT_EQ(fields["rkeys"], json::parse(R"(["0x11223344","0x55667788"])"));
}

TEST(Json, GivesReasonAndBytesOfWhatIsMalformed) {
  const Bytes cut(kDecline.begin(), kDecline.begin() + 20);
  const json got = as_json(message(Layer::Clc, cut));
  EXPECT_EQ(got["type"], "decline");
  EXPECT_EQ(got["error"], "length: length disagrees with the bytes at hand (offset 5)");
  EXPECT_EQ(got["fields"], json::object());
  EXPECT_EQ(got["bytes"], "e2d4c3d904001c103c4d0200005e120103070000");
}

TEST(Json, EscapesWhatStrangersWrote) {
  SmcMessage one = message(Layer::Clc, kDecline);
  one.comment = "a \"quote\", \\, \n, \x1b[31m, \xc3\xa4 and \xff";
  EXPECT_EQ(as_json(one)["comment"], "a \"quote\", \\, \n, \x1b[31m, \xc3\xa4 and \xef\xbf\xbd");
  std::string head;
  append_json_head("a\"b", head);
  EXPECT_EQ(json::parse(head)["capture"], "a\"b");
  EXPECT_EQ(json::parse(head)["schema_version"], kSchemaVersion);
}

TEST(Json, KeepsEveryByteOfAName) {
  std::string out;
  append_by_form(hex("41 22 0a 80 ff 7f 20 00"), wire::Form::Text, out);
  const std::string got = json::parse("\"" + out + "\"");
  EXPECT_EQ(got, std::string("A\"\n\xc2\x80\xc3\xbf\x7f \0", 10));
}

TEST(Text, IsOneLineWithHeadAndFields) {
  std::string line;
  append_text(message(Layer::Clc, kDecline), 1'000'000'000, line);
  EXPECT_EQ(line,
            "     7  0.500000000  10.0.0.1:0 > 10.0.0.2:0             clc  decline v1 "
            "peer_id=3c4d0200005e1201 diagnosis=0x03070000 os_type=0\n");
}

TEST(Text, SaysWhatIsWrongAndPutsCommentsBelow) {
  SmcMessage one = message(Layer::Llc, hex("0b2c0000"));
  one.icrc = IcrcStatus::Wrong;
  one.retransmission = true;
  one.comment = "fault: corrupt\n\x1b[31m";
  std::string line;
  append_text(one, 2'000'000'000, line);
  EXPECT_EQ(line,
            "     7  -0.500000000  10.0.0.1 > 10.0.0.2                 llc  unknown v1 request "
            "qp=0 psn=0 RETRANSMISSION BAD-ICRC | MALFORMED type: unknown type (offset 0)\n"
            "        # fault: corrupt\\n\\u001b[31m\n");
}

TEST(Values, EscapeOnlyWhatIsNotUtf8) {
  const auto escaped = [](std::string_view text) {
    std::string out;
    append_escaped(text, out);
    return out;
  };
  EXPECT_EQ(escaped("\xe2\x9c\x93 \xf0\x9f\x90\x9f"), "\xe2\x9c\x93 \xf0\x9f\x90\x9f");
  EXPECT_EQ(escaped("\xc0\x80"), "\\ufffd\\ufffd");
  EXPECT_EQ(escaped("\xe0\x80\x80"), "\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\ufffd\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(escaped("\xe2\x9c"), "\\ufffd\\ufffd");
  EXPECT_EQ(escaped("\xf8"), "\\ufffd");
}

}  // namespace
}  // namespace smclab::capture
