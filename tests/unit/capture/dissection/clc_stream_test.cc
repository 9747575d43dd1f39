// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/clc_stream.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/capture/bytes.h"

namespace smclab::capture {
namespace {

using testing::Bytes;
using testing::hex;
using testing::join;
using testing::text;

// A message of this type and length with nothing in its body.
Bytes message(std::uint8_t type, std::uint8_t length) {
  Bytes bytes = hex("e2d4c3d9 00 0000 10");
  bytes[4] = std::byte{type};
  bytes[6] = std::byte{length};
  bytes.resize(length);
  return bytes;
}
const Bytes kProposal = message(kClcProposal, 52);
const Bytes kConfirm = message(kClcConfirm, 68);
const Bytes kDecline = message(kClcDecline, 28);
const Bytes kData = text("GET / HTTP/1.0\r\n\r\n");

class Direction {
 public:
  void add(std::uint32_t sequence, const Bytes& payload) {
    TcpSegment segment;
    segment.sequence = sequence;
    segment.payload = payload;
    segment.payload_length = payload.size();
    add(segment);
  }
  void add(const TcpSegment& segment) { stream.add(segment, {++frame, 0}, sink()); }
  ClcStream::Sink sink() {
    return [this](const ClcBytes& clc) {
      got += std::to_string(clc.type()) + ":" + std::to_string(clc.bytes.size()) + "@" +
             std::to_string(clc.at.frame) + (clc.cut ? "cut " : " ");
    };
  }
  ClcStream stream;
  std::string got;
  std::uint64_t frame = 0;
};

TEST(ClcStream, FindsJoinedMessagesAndLeavesTheDataBehindThemAlone) {
  Direction d;
  d.stream.begin(1000);
  d.add(1000, join({kProposal, kConfirm, kData, kProposal}));
  EXPECT_EQ(d.got, "1:52@1 3:68@1 ");
  EXPECT_TRUE(d.stream.over());
}

TEST(ClcStream, PutsMessagesTogetherThatAreSplitAtEveryByte) {
  const Bytes both = join({kProposal, kConfirm});
  for (std::size_t at = 1; at < both.size(); ++at) {
    Direction d;
    d.stream.begin(7);
    const auto middle = both.begin() + static_cast<long>(at);
    d.add(7, Bytes(both.begin(), middle));
    d.add(7 + static_cast<std::uint32_t>(at), Bytes(middle, both.end()));
    EXPECT_EQ(d.got, at < 52 ? "1:52@2 3:68@2 " : "1:52@1 3:68@2 ") << at;
  }
}

TEST(ClcStream, TakesBytesOneByOneWithoutASyn) {
  Direction d;
  std::uint32_t sequence = 50;
  for (const std::byte b : join({kProposal, kDecline, kData})) d.add(sequence++, {b});
  EXPECT_EQ(d.got, "1:52@52 4:28@80 ");
}

TEST(ClcStream, LooksForAMessageAtTheStartOfASegmentWithoutASyn) {
  Direction d;
  d.add(500, kData);
  d.add(518, text("\xe2 not quite"));
  d.add(528, kConfirm);
  EXPECT_EQ(d.got, "3:68@3 ");
  EXPECT_FALSE(d.stream.over());
}

TEST(ClcStream, ExpectsDataForEverIfTheStreamBeginsWithIt) {
  Direction d;
  d.stream.begin(1);
  d.add(1, kData);
  d.add(1 + static_cast<std::uint32_t>(kData.size()), kProposal);
  EXPECT_EQ(d.got, "");
  EXPECT_TRUE(d.stream.over());
}

TEST(ClcStream, TakesALateDeclineOnceTheHandshakeIsOver) {
  Direction d;
  d.stream.begin(1);
  d.add(1, kConfirm);
  d.add(69, kDecline);
  EXPECT_EQ(d.got, "3:68@1 4:28@2 ");
  EXPECT_TRUE(d.stream.over());
}

TEST(ClcStream, TakesNothingButADeclineOnceTheHandshakeIsOver) {
  Direction d;
  d.stream.begin(1);
  d.stream.only_decline();
  d.add(1, kProposal);
  EXPECT_EQ(d.got, "");
  EXPECT_TRUE(d.stream.over());
}

TEST(ClcStream, GoesOnBehindAHoleAtTheNextMessage) {
  Direction d;
  d.stream.begin(1);
  d.stream.acknowledged(53);
  d.add(53, kConfirm);
  EXPECT_EQ(d.got, "3:68@1 ");
}

TEST(ClcStream, TellsWhatWasThereWhenTheConnectionEnds) {
  Direction d;
  d.stream.begin(1);
  d.add(1, Bytes(kProposal.begin(), kProposal.begin() + 20));
  EXPECT_EQ(d.stream.incomplete(), 20U);
  TcpSegment fin;
  fin.sequence = 21;
  fin.fin = true;
  d.add(fin);
  EXPECT_EQ(d.got, "1:20@2cut ");
}

TEST(ClcStream, GivesAbsurdLengthsAsTheyAreAndStops) {
  for (const char* header : {"e2d4c3d9 01 0007 10", "e2d4c3d9 01 ffff 10"}) {
    Direction d;
    d.stream.begin(1);
    d.add(1, join({hex(header), kData}));
    EXPECT_TRUE(d.got.starts_with("1:")) << d.got;
    EXPECT_TRUE(d.stream.over());
  }
}

TEST(ClcStream, FinishesWithWhatWaitedBehindAHole) {
  Direction d;
  d.stream.begin(1);
  d.add(53, kConfirm);
  EXPECT_EQ(d.got, "");
  d.stream.finish(d.sink());
  EXPECT_EQ(d.got, "3:68@1 ");
}

}  // namespace
}  // namespace smclab::capture
