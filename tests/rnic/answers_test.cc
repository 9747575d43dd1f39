// SPDX-License-Identifier: MIT
//
// Answers as a peer may send them, one crafted frame at a time, and what they do to requests.
#include <gtest/gtest.h>

#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

using roce::Answer;
using roce::Opcode;

constexpr std::uint32_t kMtu = 256;
constexpr std::uint32_t kFirst = 1000;  // A's first PSN

class Answers : public testing::Test {
 protected:
  static PairSettings settings() {
    PairSettings s;
    s.attributes.path_mtu = MtuCode::Mtu256;
    s.config.reads_in_flight = 2;
    return s;
  }
  // B never answers by itself: what A sends is lost.
  void SetUp() override { silence(); }
  void silence() {
    pair.on_wire = [](WireFrame& frame) { frame.drop = true; };
  }
  void restart() {
    pair = Pair(settings());
    silence();
  }
  // Gives A an answer with this PSN.
  void answer(std::uint32_t psn, Answer kind, std::uint8_t value) {
    roce::Headers h;
    h.bth.opcode = static_cast<std::uint8_t>(Opcode::Acknowledge);
    h.bth.destination = pair.a.qpn;
    h.bth.psn = {psn};
    h.aeth = roce::Aeth{kind, value, 0};
    pair.inject(Side::A, h);
  }
  void ack(std::uint32_t psn) { answer(psn, Answer::Ack, 31); }
  void respond(Opcode opcode, std::uint32_t psn, std::uint32_t payload) {
    roce::Headers h;
    h.bth.opcode = static_cast<std::uint8_t>(opcode);
    h.bth.destination = pair.a.qpn;
    h.bth.psn = {psn};
    if (roce::find_opcode(h.bth.opcode)->extensions.aeth) h.aeth = roce::Aeth{};
    if (opcode == Opcode::AtomicAcknowledge) h.atomic_ack = roce::AtomicAckEth{};
    pair.inject(Side::A, h, std::vector<std::byte>(payload, std::byte{0xEE}));
  }
  [[nodiscard]] const Counters& counters() { return pair.a.rnic.counters(); }
  // Sends what there is, and says how many frames that were.
  std::size_t sent() {
    const std::size_t before = pair.history.size();
    pair.pull();
    return pair.history.size() - before;
  }

  Pair pair{settings()};
};

TEST_F(Answers, AnAcknowledgementCoversAllBefore) {
  for (WorkId work = 1; work <= 3; ++work) pair.post(Side::A, pair.write(work, 0, 2 * kMtu));
  EXPECT_EQ(sent(), 6U);
  ack(kFirst);
  EXPECT_TRUE(pair.a.completions().empty()) << "half of the first message";
  ack(kFirst + 3);
  EXPECT_EQ(pair.a.completions().size(), 2U);
  ack(kFirst + 1);
  EXPECT_EQ(counters().duplicates, 1U);
  ack(kFirst + 5);
  EXPECT_EQ(pair.a.completions().size(), 1U);
  EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt);
}

TEST_F(Answers, ToWhatWasNeverSentAreDropped) {
  pair.post(Side::A, pair.write(1, 0, kMtu));
  ack(kFirst);
  EXPECT_EQ(counters().dropped_psn, 1U) << "posted, not sent";
  EXPECT_EQ(sent(), 1U);
  ack(kFirst + 1);
  answer(kFirst + 1, Answer::RnrNak, 1);
  answer(kFirst + 1, Answer::Nak, 1);
  answer(kFirst + 2, Answer::Nak, 0);
  respond(Opcode::ReadResponseOnly, kFirst + 1, 4);
  respond(Opcode::ReadResponseOnly, kFirst, 4);
  respond(Opcode::AtomicAcknowledge, kFirst, 0);
  EXPECT_EQ(counters().dropped_psn, 8U);
  EXPECT_TRUE(pair.a.completions().empty());
}

TEST_F(Answers, NaksEndTheRequestTheyName) {
  const std::pair<int, CompletionStatus> endings[] = {{1, CompletionStatus::RemoteInvalid},
                                                      {2, CompletionStatus::RemoteAccess},
                                                      {3, CompletionStatus::RemoteOperation},
                                                      {4, CompletionStatus::RemoteInvalid}};
  for (const auto& [code, status] : endings) {
    for (std::uint32_t packet = 0; packet < 6; ++packet) {
      restart();
      for (WorkId work = 0; work < 3; ++work) pair.post(Side::A, pair.write(work, 0, 2 * kMtu));
      EXPECT_EQ(sent(), 6U);
      answer(kFirst + packet, Answer::Nak, static_cast<std::uint8_t>(code));
      const auto done = pair.a.completions();
      ASSERT_EQ(done.size(), 3U);
      for (WorkId work = 0; work < 3; ++work) {
        const WorkId named = packet / 2;
        EXPECT_EQ(done[work].work, work);
        EXPECT_EQ(done[work].status, work < named    ? CompletionStatus::Success
                                     : work == named ? status
                                                     : CompletionStatus::Flushed);
      }
      EXPECT_EQ(pair.a.rnic.deadline(), std::nullopt);
      EXPECT_EQ(sent(), 0U);
    }
  }
}

TEST_F(Answers, NaksThatAreUnknownAreDropped) {
  pair.post(Side::A, pair.write(1, 0, kMtu));
  EXPECT_EQ(sent(), 1U);
  answer(kFirst, Answer::Nak, 5);
  answer(kFirst, Answer::Nak, 31);
  answer(kFirst, Answer::Reserved, 0);
  EXPECT_EQ(counters().dropped_malformed, 3U);
  EXPECT_TRUE(pair.a.completions().empty());
}

TEST_F(Answers, OldNaksChangeNothing) {
  pair.post(Side::A, pair.write(1, 0, 2 * kMtu));
  EXPECT_EQ(sent(), 2U);
  ack(kFirst);
  answer(kFirst, Answer::Nak, 2);
  answer(kFirst, Answer::Nak, 0);
  answer(kFirst, Answer::RnrNak, 5);
  EXPECT_EQ(counters().duplicates, 3U);
  EXPECT_EQ(sent(), 0U);
}

TEST_F(Answers, ASequenceNakAcknowledgesAndGoesBack) {
  pair.post(Side::A, pair.write(1, 0, 6 * kMtu));
  EXPECT_EQ(sent(), 6U);
  answer(kFirst + 2, Answer::Nak, 0);
  EXPECT_EQ(sent(), 4U);
  EXPECT_EQ(counters().retransmissions, 4U);
  answer(kFirst + 6, Answer::Nak, 0);
  EXPECT_EQ(sent(), 0U) << "all is there, and nothing is missing";
  EXPECT_EQ(pair.a.completions().size(), 1U);
}

TEST_F(Answers, SequenceNaksWithoutProgressExhaustPatience) {
  pair.post(Side::A, pair.write(1, 0, kMtu));
  for (int tries = 0; tries < 8; ++tries) {
    EXPECT_EQ(sent(), 1U);
    answer(kFirst, Answer::Nak, 0);
  }
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::RetriesExceeded);
}

TEST_F(Answers, AcknowledgementsSpareWhatIsAboutToBeSentAgain) {
  pair.post(Side::A, pair.write(1, 0, 6 * kMtu));
  pair.post(Side::A, pair.read(2, 0, kMtu));
  EXPECT_EQ(sent(), 7U);
  answer(kFirst + 1, Answer::Nak, 0);
  ack(kFirst + 3);
  EXPECT_EQ(sent(), 3U) << "two of six, and the READ";
}

TEST_F(Answers, RnrNaksWhileWaitingChangeNothing) {
  pair.post(Side::A, pair.send(1, 0, kMtu));
  EXPECT_EQ(sent(), 1U);
  answer(kFirst, Answer::RnrNak, 10);
  const auto deadline = pair.a.rnic.deadline();
  answer(kFirst, Answer::RnrNak, 20);
  answer(kFirst, Answer::Nak, 0);
  EXPECT_EQ(pair.a.rnic.deadline(), deadline);
  EXPECT_EQ(sent(), 0U);
  ack(kFirst);
  EXPECT_EQ(pair.a.completions().size(), 1U) << "it was executed after all";
  EXPECT_EQ(sent(), 0U);
}

TEST_F(Answers, ResponsesFillARead) {
  pair.post(Side::A, pair.read(1, 0, 3 * kMtu));
  EXPECT_EQ(sent(), 1U);
  respond(Opcode::ReadResponseFirst, kFirst, kMtu);
  respond(Opcode::ReadResponseMiddle, kFirst + 1, kMtu);
  EXPECT_TRUE(pair.a.completions().empty());
  respond(Opcode::ReadResponseLast, kFirst + 2, kMtu);
  EXPECT_EQ(pair.a.completions().size(), 1U);
  EXPECT_EQ(pair.a.memory[3 * kMtu - 1], std::byte{0xEE});
  EXPECT_EQ(pair.a.memory[3 * kMtu], std::byte{0});
}

TEST_F(Answers, ResponsesThatAreNotAsTheyShouldPlaceNothing) {
  pair.post(Side::A, pair.read(1, 0, 2 * kMtu - 8));
  EXPECT_EQ(sent(), 1U);
  respond(Opcode::ReadResponseFirst, kFirst, kMtu - 4);
  respond(Opcode::ReadResponseFirst, kFirst, kMtu + 4);
  respond(Opcode::ReadResponseFirst, kFirst, 0);
  respond(Opcode::ReadResponseOnly, kFirst, kMtu);
  respond(Opcode::ReadResponseLast, kFirst, kMtu);
  EXPECT_EQ(counters().dropped_malformed, 5U);
  respond(Opcode::ReadResponseFirst, kFirst, kMtu);
  respond(Opcode::ReadResponseMiddle, kFirst + 1, kMtu);
  respond(Opcode::ReadResponseLast, kFirst + 1, kMtu);
  EXPECT_EQ(counters().dropped_malformed, 7U) << "longer than asked";
  EXPECT_EQ(pair.a.placed.size(), 1U);
  respond(Opcode::ReadResponseLast, kFirst + 1, kMtu - 8);
  EXPECT_EQ(pair.a.completions().size(), 1U);
  EXPECT_EQ(pair.a.memory[2 * kMtu - 8], std::byte{0});
}

TEST_F(Answers, AResponseAcknowledgesTheMessagesBefore) {
  pair.post(Side::A, pair.write(1, 0, kMtu));
  pair.post(Side::A, pair.read(2, 0, kMtu));
  EXPECT_EQ(sent(), 2U);
  respond(Opcode::ReadResponseOnly, kFirst + 1, kMtu);
  EXPECT_EQ(pair.a.completions().size(), 2U);
}

TEST_F(Answers, AnAcknowledgementBehindAReadShowsThatResponsesWereLost) {
  pair.post(Side::A, pair.read(1, 0, 2 * kMtu));
  pair.post(Side::A, pair.write(2, 0, kMtu));
  EXPECT_EQ(sent(), 2U);
  respond(Opcode::ReadResponseFirst, kFirst, kMtu);
  ack(kFirst + 2);
  EXPECT_TRUE(pair.a.completions().empty());
  EXPECT_EQ(sent(), 2U) << "the rest of the READ, and what follows";
  const roce::Headers& again = pair.history[2].headers;
  EXPECT_EQ(again.bth.psn.value, kFirst + 1);
  EXPECT_EQ(again.reth, (roce::Reth{{kBase + kMtu}, pair.b.key, kMtu}));
  ack(kFirst + 2);
  EXPECT_EQ(sent(), 0U) << "one retry for a gap";
  respond(Opcode::ReadResponseOnly, kFirst + 1, kMtu);
  ack(kFirst + 2);
  EXPECT_EQ(pair.a.completions().size(), 2U);
}

TEST_F(Answers, ALaterResponseShowsThatOneWasLost) {
  pair.post(Side::A, pair.read(1, 0, 4 * kMtu));
  EXPECT_EQ(sent(), 1U);
  respond(Opcode::ReadResponseFirst, kFirst, kMtu);
  respond(Opcode::ReadResponseMiddle, kFirst + 2, kMtu);
  EXPECT_EQ(sent(), 1U);
  EXPECT_EQ(pair.history[1].headers.bth.psn.value, kFirst + 1);
  EXPECT_EQ(pair.history[1].headers.reth->length, 3 * kMtu);
  respond(Opcode::ReadResponseFirst, kFirst, kMtu);
  EXPECT_EQ(counters().duplicates, 1U);
}

TEST_F(Answers, AFinalNakBehindAReadWithoutAnswersEndsTheRead) {
  pair.post(Side::A, pair.read(1, 0, kMtu));
  pair.post(Side::A, pair.write(2, 0, kMtu));
  EXPECT_EQ(sent(), 2U);
  answer(kFirst + 1, Answer::Nak, 2);
  const auto done = pair.a.completions();
  ASSERT_EQ(done.size(), 2U);
  EXPECT_EQ(done[0].status, CompletionStatus::RemoteAccess);
  EXPECT_EQ(done[1].status, CompletionStatus::Flushed);
}

TEST_F(Answers, OnlySoManyReadsAreAskedAtOnce) {
  for (WorkId work = 0; work < 4; ++work) pair.post(Side::A, pair.read(work, 0, kMtu));
  EXPECT_EQ(sent(), 2U);
  respond(Opcode::ReadResponseOnly, kFirst, kMtu);
  EXPECT_EQ(sent(), 1U);
}

TEST_F(Answers, AResponseForMemoryThatIsGoneEndsTheRead) {
  pair.post(Side::A, pair.read(1, 0, kMtu));
  EXPECT_EQ(sent(), 1U);
  pair.tell(Side::A, input::DeregisterMr{pair.a.mr});
  respond(Opcode::ReadResponseOnly, kFirst, kMtu);
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::LocalProtection);
  EXPECT_TRUE(pair.a.placed.empty());
}

TEST_F(Answers, AMessageThatCannotBeEndedFailsWhenPatienceIsAsked) {
  pair.post(Side::A, pair.write(1, 0, 4 * kMtu));
  OutgoingFrames frames;
  pair.a.rnic.transmit(pair.now, {.frames = 2, .bytes = UINT64_MAX}, frames);
  pair.tell(Side::A, input::DeregisterMr{pair.a.mr});
  EXPECT_EQ(sent(), 0U);
  EXPECT_TRUE(pair.a.completions().empty());
  pair.settle();
  EXPECT_EQ(pair.a.completions().at(0).status, CompletionStatus::LocalProtection);
}

}  // namespace
}  // namespace smclab::rnic
