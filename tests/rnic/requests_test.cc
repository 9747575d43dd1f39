// SPDX-License-Identifier: MIT
//
// Requests that a well-behaved peer would not send, one crafted frame at a time: which NAK each
// meets, that nothing is placed, and what is dropped without a word.
#include <gtest/gtest.h>

#include "protocol/wire/encode.h"
#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

using roce::Answer;
using roce::NakCode;
using roce::Opcode;

constexpr std::uint32_t kMtu = 256;

class Crafted : public testing::Test {
 protected:
  static PairSettings settings() {
    PairSettings s;
    s.attributes.path_mtu = MtuCode::Mtu256;
    s.config.read_resources = 4;
    return s;
  }
  // The headers of a request of A that B expects next, behind `skip` others.
  roce::Headers headers(Opcode opcode, std::int32_t skip = 0) {
    roce::Headers h;
    h.bth.opcode = static_cast<std::uint8_t>(opcode);
    h.bth.destination = pair.b.qpn;
    h.bth.psn = {static_cast<std::uint32_t>(static_cast<std::int32_t>(next_psn) + skip)};
    h.bth.ack_request = true;
    const roce::Extensions has = roce::find_opcode(h.bth.opcode)->extensions;
    if (has.reth) h.reth = roce::Reth{{kBase}, pair.b.key, 0};
    if (has.immediate) h.immediate = roce::Immediate{5};
    if (has.aeth) h.aeth = roce::Aeth{};
    if (has.atomic) h.atomic = roce::AtomicEth{{kBase}, pair.b.key, 1, 2};
    if (has.atomic_ack) h.atomic_ack = roce::AtomicAckEth{};
    if (has.ieth) h.ieth = roce::Ieth{pair.b.key};
    if (has.deth) h.deth = roce::Deth{};
    return h;
  }
  // Gives B a packet with so much payload.
  void give(const roce::Headers& h, std::uint32_t payload = 0) {
    const std::vector<std::byte> bytes(payload + h.bth.pad, std::byte{0xEE});
    pair.inject(Side::B, h, bytes);
  }
  void give_next(const roce::Headers& h, std::uint32_t payload = 0) {
    give(h, payload);
    ++next_psn;
  }
  roce::Headers write(Opcode opcode, std::uint32_t length) {
    auto h = headers(opcode);
    if (h.reth) h.reth->length = length;
    return h;
  }
  // What B answers, all of it.
  std::vector<roce::Headers> answers() {
    const std::size_t before = pair.history.size();
    pair.pull();
    std::vector<roce::Headers> all;
    for (std::size_t i = before; i < pair.history.size(); ++i) {
      all.push_back(pair.history[i].headers);
    }
    return all;
  }
  // B refused the last packet so, is in error, and placed no more than before.
  void expect_fatal(NakCode code, const char* what) {
    const auto all = answers();
    ASSERT_EQ(all.size(), 1U) << what;
    EXPECT_EQ(all[0].aeth->answer, Answer::Nak) << what;
    EXPECT_EQ(all[0].aeth->value, static_cast<std::uint8_t>(code)) << what;
    EXPECT_EQ(all[0].bth.psn.value, next_psn) << what;
    ASSERT_EQ(pair.b.events.size(), 1U) << what;
    EXPECT_EQ(pair.b.events[0].kind,
              code == NakCode::RemoteAccessError ? AsyncKind::QpAccessError : AsyncKind::QpFatal);
    const auto dropped = pair.b.rnic.counters().dropped_qpn;
    give(headers(Opcode::SendOnly));
    EXPECT_EQ(pair.b.rnic.counters().dropped_qpn, dropped + 1) << what << ": not in error";
    EXPECT_TRUE(answers().empty()) << what << ": the NAK is the last word";
  }
  void expect_dropped(std::uint64_t Counters::*counter, const char* what) {
    EXPECT_EQ(pair.b.rnic.counters().*counter, 1U) << what;
    EXPECT_TRUE(answers().empty()) << what;
    EXPECT_TRUE(pair.b.placed.empty()) << what;
    EXPECT_TRUE(pair.b.events.empty()) << what;
  }

  Pair pair{settings()};
  std::uint32_t next_psn = 1000;
};

TEST_F(Crafted, AWriteThatIsRightIsAcknowledged) {
  give_next(write(Opcode::WriteOnly, 8), 8);
  const auto all = answers();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].aeth, (roce::Aeth{Answer::Ack, roce::Aeth::kNoCreditLimit, 1}));
  EXPECT_EQ(all[0].bth.psn.value, 1000U);
  EXPECT_EQ(pair.b.memory[7], std::byte{0xEE});
}

TEST_F(Crafted, MessagesThatBeginInTheMiddle) {
  for (const Opcode opcode : {Opcode::SendMiddle, Opcode::SendLast, Opcode::SendLastImmediate,
                              Opcode::WriteMiddle, Opcode::WriteLast, Opcode::WriteLastImmediate}) {
    pair = Pair(settings());
    pair.receive(Side::B, 1, 0, 1000);
    give(headers(opcode), kMtu);
    expect_fatal(NakCode::InvalidRequest,
                 roce::find_opcode(static_cast<std::uint8_t>(opcode))->name.data());
    EXPECT_TRUE(pair.b.placed.empty());
  }
}

TEST_F(Crafted, MessagesThatBeginInAnother) {
  for (const Opcode first : {Opcode::SendFirst, Opcode::WriteFirst}) {
    for (const Opcode opcode :
         {Opcode::SendFirst, Opcode::SendOnly, Opcode::WriteFirst, Opcode::WriteOnly,
          Opcode::ReadRequest, Opcode::SendMiddle, Opcode::WriteMiddle}) {
      const bool continues = (first == Opcode::SendFirst && opcode == Opcode::SendMiddle) ||
                             (first == Opcode::WriteFirst && opcode == Opcode::WriteMiddle);
      if (continues) continue;
      pair = Pair(settings());
      next_psn = 1000;
      pair.receive(Side::B, 1, 0, 1000);
      auto begin = write(first, 1000);
      begin.bth.ack_request = false;
      give_next(begin, kMtu);
      give(write(opcode, kMtu), opcode == Opcode::ReadRequest ? 0 : kMtu);
      expect_fatal(NakCode::InvalidRequest,
                   roce::find_opcode(static_cast<std::uint8_t>(opcode))->name.data());
      EXPECT_EQ(pair.b.placed.size(), 1U);
    }
  }
}

TEST_F(Crafted, PacketsThatAreNotFilledAsTheyShould) {
  struct Wrong {
    Opcode opcode;
    std::uint32_t payload;
    std::uint32_t length;
  };
  for (const Wrong& wrong : std::initializer_list<Wrong>{{Opcode::SendFirst, kMtu - 4, 0},
                                                         {Opcode::SendFirst, kMtu + 4, 0},
                                                         {Opcode::SendOnly, kMtu + 4, 0},
                                                         {Opcode::WriteFirst, 0, 1000},
                                                         {Opcode::WriteFirst, kMtu, kMtu},
                                                         {Opcode::WriteFirst, kMtu, 100},
                                                         {Opcode::WriteOnly, kMtu + 4, kMtu + 4},
                                                         {Opcode::WriteOnly, 8, 12},
                                                         {Opcode::WriteOnly, 12, 8},
                                                         {Opcode::WriteOnly, 0, 1},
                                                         {Opcode::WriteFirst, kMtu, 0x8000'0001}}) {
    pair = Pair(settings());
    pair.receive(Side::B, 1, 0, 1000);
    give(write(wrong.opcode, wrong.length), wrong.payload);
    expect_fatal(NakCode::InvalidRequest, "a packet filled wrong");
    EXPECT_TRUE(pair.b.placed.empty());
  }
}

TEST_F(Crafted, LastPacketsThatAreNotFilledAsTheyShould) {
  for (const Opcode first : {Opcode::SendFirst, Opcode::WriteFirst}) {
    for (const std::uint32_t payload : {0U, 100U, kMtu + 4}) {
      if (first == Opcode::SendFirst && payload == 100) continue;
      pair = Pair(settings());
      next_psn = 1000;
      pair.receive(Side::B, 1, 0, 1000);
      auto begin = write(first, kMtu + 8);
      begin.bth.ack_request = false;
      give_next(begin, kMtu);
      const Opcode last = first == Opcode::SendFirst ? Opcode::SendLast : Opcode::WriteLast;
      give(headers(last), payload);
      expect_fatal(NakCode::InvalidRequest, "a last packet filled wrong");
    }
  }
}

TEST_F(Crafted, OperationsThatAreNotOffered) {
  give(headers(Opcode::SendOnlyInvalidate), 4);
  expect_fatal(NakCode::InvalidRequest, "an invalidation");
  pair = Pair(settings());
  give(headers(Opcode::FetchAdd));
  expect_fatal(NakCode::RemoteAccessError, "an atomic");
  pair = Pair(settings());
  give(headers(Opcode::CompareSwap));
  expect_fatal(NakCode::RemoteAccessError, "an atomic");
  for (const std::uint32_t payload : {0U, 8U}) {
    pair = Pair(settings());
    give(headers(Opcode::AtomicWrite), payload);
    expect_fatal(NakCode::InvalidRequest, "an atomic write");
  }
}

TEST_F(Crafted, AMessageLargerThanItsReceiveBuffer) {
  pair.receive(Side::B, 7, 0, 300);
  auto begin = headers(Opcode::SendFirst);
  begin.bth.ack_request = false;
  give_next(begin, kMtu);
  give(headers(Opcode::SendLast), 48);
  expect_fatal(NakCode::InvalidRequest, "45 bytes would fit");
  const auto done = pair.b.completions();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].status, CompletionStatus::LocalLength);
  EXPECT_EQ(done[0].work, 7U);
}

TEST_F(Crafted, SendsWithImmediateDeliverIt) {
  pair.receive(Side::B, 7, 0, 300);
  give_next(headers(Opcode::SendOnlyImmediate), 8);
  const auto done = pair.b.completions();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].kind, CompletionKind::Receive);
  EXPECT_EQ(done[0].immediate, 5U);
}

TEST_F(Crafted, ReadsBeyondTheResources) {
  for (int i = 0; i < 4; ++i) give_next(write(Opcode::ReadRequest, 8));
  give(write(Opcode::ReadRequest, 8));
  const auto all = answers();
  ASSERT_EQ(all.size(), 5U) << "four answers, and the NAK behind them";
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(all[i].bth.psn.value, 1000 + i);
  EXPECT_EQ(all[4].aeth->answer, Answer::Nak);
  EXPECT_EQ(all[4].bth.psn.value, 1004U);
}

TEST_F(Crafted, ReadsOfMoreThanAMessageMayHold) {
  give(write(Opcode::ReadRequest, 0x8000'0001));
  expect_fatal(NakCode::InvalidRequest, "a read of 2 GiB and a byte");
  pair = Pair(settings());
  give(write(Opcode::ReadRequest, 0x8000'0000));
  expect_fatal(NakCode::InvalidRequest, "more packets than PSNs allow");
}

TEST_F(Crafted, AReadWhoseMemoryGoesIsRefusedAtThatPacket) {
  give_next(write(Opcode::ReadRequest, 4 * kMtu));
  OutgoingFrames frames;
  pair.b.rnic.transmit(pair.now, {.frames = 2, .bytes = UINT64_MAX}, frames);
  EXPECT_EQ(frames.size(), 2U);
  pair.tell(Side::B, input::DeregisterMr{pair.b.mr});
  EXPECT_TRUE(answers().empty());
  EXPECT_EQ(pair.b.rnic.deadline(), pair.now) << "what cannot be told in a pull is due at once";
  pair.tell(Side::B, input::Tick{});
  next_psn = 1002;
  expect_fatal(NakCode::RemoteAccessError, "the third response");
}

TEST_F(Crafted, AnErrorBehindAReadWhoseMemoryGoesIsStillSaid) {
  give_next(write(Opcode::ReadRequest, 4 * kMtu));
  next_psn = 1004;
  give(headers(Opcode::FetchAdd));
  pair.tell(Side::B, input::DeregisterMr{pair.b.mr});
  expect_fatal(NakCode::RemoteAccessError, "the atomic behind the read");
}

TEST_F(Crafted, DuplicatesAreAcknowledgedAndNotExecuted) {
  give_next(write(Opcode::WriteOnly, 8), 8);
  EXPECT_EQ(answers().size(), 1U);
  auto again = headers(Opcode::WriteOnly, -1);
  again.bth.ack_request = false;
  again.reth->length = 8;
  give(again, 8);
  give(again, 8);
  const auto all = answers();
  ASSERT_EQ(all.size(), 1U) << "one acknowledgement is enough";
  EXPECT_EQ(all[0].bth.psn.value, 1000U);
  EXPECT_EQ(pair.b.placed.size(), 1U);
  EXPECT_EQ(pair.b.rnic.counters().duplicates, 2U);
}

TEST_F(Crafted, ADuplicateReadIsAnsweredAgainFromAnywhere) {
  give_next(write(Opcode::ReadRequest, 4 * kMtu));
  EXPECT_EQ(answers().size(), 4U);
  next_psn = 1004;
  auto rest = headers(Opcode::ReadRequest, -2);
  rest.reth = roce::Reth{{kBase + 2 * kMtu}, pair.b.key, 2 * kMtu};
  give(rest);
  const auto all = answers();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].bth.psn.value, 1002U);
  EXPECT_EQ(all[0].bth.opcode, static_cast<std::uint8_t>(Opcode::ReadResponseFirst));
  EXPECT_EQ(all[1].bth.opcode, static_cast<std::uint8_t>(Opcode::ReadResponseLast));
}

TEST_F(Crafted, ADuplicateReadReplacesWhatWasQueuedBehindIt) {
  give_next(write(Opcode::ReadRequest, kMtu));
  give_next(write(Opcode::ReadRequest, kMtu));
  give_next(write(Opcode::WriteOnly, 8), 8);
  auto again = headers(Opcode::ReadRequest, -3);
  again.reth->length = kMtu;
  give(again);
  const auto all = answers();
  ASSERT_EQ(all.size(), 1U) << "the rest will be asked again, and the ACK must not overtake it";
  EXPECT_EQ(all[0].bth.psn.value, 1000U);
}

TEST_F(Crafted, ADuplicateReadThatNeverWasIsDropped) {
  give_next(write(Opcode::ReadRequest, kMtu));
  EXPECT_EQ(answers().size(), 1U);
  auto longer = headers(Opcode::ReadRequest, -1);
  longer.reth->length = 2 * kMtu;
  give(longer);
  longer.reth->length = 0x8000'0001;
  give(longer);
  EXPECT_TRUE(answers().empty());
  EXPECT_EQ(pair.b.rnic.counters().dropped_psn, 2U);
  EXPECT_TRUE(pair.b.events.empty());
}

TEST_F(Crafted, ADuplicateReadWithoutTheRightIsRefused) {
  give_next(write(Opcode::ReadRequest, kMtu));
  EXPECT_EQ(answers().size(), 1U);
  auto again = headers(Opcode::ReadRequest, -1);
  again.reth->length = kMtu;
  again.reth->rkey.value ^= 1;
  give(again);
  next_psn = 1000;
  expect_fatal(NakCode::RemoteAccessError, "the key is checked again");
}

TEST_F(Crafted, PacketsFromTheFutureAreNakedOnceUntilTheGapCloses) {
  give(headers(Opcode::WriteOnly, 3));
  give(headers(Opcode::WriteOnly, 4));
  const auto all = answers();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].aeth->value, static_cast<std::uint8_t>(NakCode::PsnSequenceError));
  EXPECT_EQ(all[0].bth.psn.value, 1000U);
  give(headers(Opcode::WriteOnly, 5));
  EXPECT_TRUE(answers().empty());
  give_next(headers(Opcode::WriteOnly));
  EXPECT_EQ(answers().size(), 1U);
  give(headers(Opcode::WriteOnly, 5));
  EXPECT_EQ(answers().size(), 1U) << "the next gap is a new one";
  EXPECT_EQ(pair.b.rnic.counters().out_of_sequence, 4U);
}

TEST_F(Crafted, ANakThatIsDueSpeaksOfThePresent) {
  give(headers(Opcode::WriteOnly, 2));
  give_next(headers(Opcode::WriteOnly));
  const auto all = answers();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].aeth->answer, Answer::Nak);
  EXPECT_EQ(all[0].bth.psn.value, 1001U) << "it acknowledges what came meanwhile";
}

TEST_F(Crafted, AnRnrNakThatIsDueIsTakenBack) {
  give(headers(Opcode::SendOnly), 8);
  pair.receive(Side::B, 1, 0, 8);
  auto quiet = headers(Opcode::SendOnly);
  quiet.bth.ack_request = false;
  give_next(quiet, 8);
  EXPECT_TRUE(answers().empty());
  EXPECT_EQ(pair.b.completions().size(), 1U);
}

TEST_F(Crafted, MessageNumbersCountMessages) {
  pair.receive(Side::B, 1, 0, 600);
  give_next(headers(Opcode::SendFirst), kMtu);
  EXPECT_EQ(answers().at(0).aeth->message_number, 0U);
  give_next(headers(Opcode::SendLast), 4);
  EXPECT_EQ(answers().at(0).aeth->message_number, 1U);
  give_next(write(Opcode::ReadRequest, 4));
  EXPECT_EQ(answers().at(0).aeth->message_number, 2U);
}

// --- dropped without a word --------------------------------------------------------------------

TEST_F(Crafted, FromAStranger) {
  auto h = headers(Opcode::WriteOnly);
  std::vector<std::byte> frame(wire::encoded_size(h));
  wire::encode(h, frame);
  pair.inject_from(ipv4(10, 0, 0, 3).gid, Side::B, frame);
  expect_dropped(&Counters::dropped_source, "a stranger");
}

TEST_F(Crafted, ForAQueuePairThatIsNone) {
  auto h = headers(Opcode::WriteOnly);
  h.bth.destination.value ^= 1;
  give(h);
  expect_dropped(&Counters::dropped_qpn, "no such queue pair");
}

TEST_F(Crafted, ForAQueuePairThatIsNotReady) {
  pair.move(Side::B, QpState::Reset);
  give(headers(Opcode::WriteOnly));
  expect_dropped(&Counters::dropped_qpn, "in Reset");
  pair.move(Side::B, QpState::Init);
  give(headers(Opcode::WriteOnly));
  EXPECT_EQ(pair.b.rnic.counters().dropped_qpn, 2U) << "in Init";
  pair.move(Side::B, QpState::ReadyToReceive);
  give(headers(Opcode::Acknowledge));
  EXPECT_EQ(pair.b.rnic.counters().dropped_qpn, 3U) << "an answer to one that cannot have asked";
}

TEST_F(Crafted, ForAQueuePairThatWasDestroyed) {
  pair.post(Side::A, pair.write(1, 0, 5000));
  pair.pull();
  EXPECT_EQ(pair.tell(Side::B, input::DestroyQp{pair.b.qp}).status, VerbStatus::Success);
  for (int i = 0; i < 5; ++i) pair.step();
  EXPECT_GE(pair.b.rnic.counters().dropped_qpn, 4U);
  EXPECT_TRUE(pair.b.placed.empty());
}

TEST_F(Crafted, ForAnotherPartition) {
  auto h = headers(Opcode::WriteOnly);
  h.bth.pkey = 0xFFFE;
  give(h);
  expect_dropped(&Counters::dropped_malformed, "another partition");
  h.bth.pkey = 0x7FFF;
  give(h);
  EXPECT_EQ(answers().size(), 1U) << "limited members are members";
}

TEST_F(Crafted, OfAnotherServiceOrUnknown) {
  give(headers(Opcode::UdSendOnly), 4);
  expect_dropped(&Counters::dropped_opcode, "a datagram");
  roce::Headers h;
  h.bth.opcode = 0x3F;
  give(h);
  EXPECT_EQ(pair.b.rnic.counters().dropped_opcode, 2U);
}

TEST_F(Crafted, CutOff) {
  const auto h = headers(Opcode::WriteOnly);
  std::vector<std::byte> frame(wire::encoded_size(h));
  wire::encode(h, frame);
  for (std::size_t size = 0; size < frame.size(); ++size) {
    pair.inject_from(gid_of(Side::A), Side::B, std::span(frame).first(size));
  }
  EXPECT_EQ(pair.b.rnic.counters().dropped_malformed, frame.size());
  EXPECT_EQ(pair.b.rnic.counters().frames_received, frame.size());
}

TEST_F(Crafted, WithAPsnThatIsTooWide) {
  PairSettings narrow = settings();
  narrow.config.psn_bits = 10;
  narrow.psn_b = {0};
  pair = Pair(narrow);
  auto h = headers(Opcode::WriteOnly);
  h.bth.psn = {1024};
  give(h);
  expect_dropped(&Counters::dropped_malformed, "11 bits");
}

TEST_F(Crafted, CongestionNotificationsAreCounted) {
  give(headers(Opcode::CongestionNotification), 16);
  EXPECT_EQ(pair.b.rnic.counters().notifications, 1U);
  EXPECT_TRUE(answers().empty());
}

}  // namespace
}  // namespace smclab::rnic
