// SPDX-License-Identifier: MIT
//
// Every operation × every right a region can have × every domain × every bound, on both ends. What
// is refused places not one byte, and what is allowed places exactly the range.
#include <gtest/gtest.h>

#include "tests/rnic/pair.h"

namespace smclab::rnic {
namespace {

// The region under test is B's memory from kStart on, kSize bytes.
constexpr std::uint32_t kStart = 8192;
constexpr std::uint32_t kSize = 4096;
constexpr std::uint64_t kAddress = 0x1234'5678'0000;

struct Bound {
  std::uint64_t address;
  std::uint32_t length;
  bool inside;
};
// One byte too early, too late, too long; the ends of the address space; and what just fits.
constexpr Bound kBounds[] = {
    {kAddress, kSize, true},
    {kAddress, 1, true},
    {kAddress + kSize - 1, 1, true},
    {kAddress + 1, kSize - 1, true},
    {kAddress - 1, 1, false},
    {kAddress - 1, kSize, false},
    {kAddress + kSize, 1, false},
    {kAddress + 1, kSize, false},
    {kAddress, kSize + 1, false},
    {kAddress + kSize - 1, 2, false},
    {0, 1, false},
    {UINT64_MAX, 1, false},
    {UINT64_MAX, 2, false},
    {UINT64_MAX - 2000, 4000, false},
    {kAddress - 2000, 65'000, false},
};

struct Case {
  Operation operation = Operation::Write;
  Access access;
  bool same_domain = true;
  Bound bound{};
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << "operation " << int(c.operation) << " access " << c.access.local_write
             << c.access.remote_write << c.access.remote_read << " same domain " << c.same_domain
             << " address " << std::hex << c.bound.address << " length " << c.bound.length;
}

// Calls visit for every case, the impossible registrations aside.
template <class Visit>
void for_each_case(Visit visit) {
  for (const Operation operation :
       {Operation::Write, Operation::WriteWithImmediate, Operation::Read, Operation::Send}) {
    for (unsigned rights = 0; rights < 8; ++rights) {
      const Access access{(rights & 1) != 0, (rights & 2) != 0, (rights & 4) != 0};
      if (access.remote_write && !access.local_write) continue;
      for (const bool same_domain : {true, false}) {
        for (const Bound& bound : kBounds) visit(Case{operation, access, same_domain, bound});
      }
    }
  }
}

// Registers the region under test and returns its key.
Rkey register_region(Pair& pair, Side side, const Case& c) {
  const PdId foreign{1, 1};
  pair.tell(side, input::CreatePd{foreign});
  const PdId pd = c.same_domain ? pair.host(side).pd : foreign;
  const auto done =
      pair.tell(side, input::RegisterMr{{1, 1}, pd, {{}, kStart, kSize}, {kAddress}, c.access});
  EXPECT_EQ(done.status, VerbStatus::Success);
  return done.key;
}

std::vector<std::byte> outside(const Host& host) {
  std::vector<std::byte> bytes = host.memory;
  std::fill_n(bytes.begin() + kStart, kSize, std::byte{0});
  return bytes;
}

TEST(Rights, OfTheRemoteEnd) {
  for_each_case([](const Case& c) {
    if (c.operation == Operation::Send) return;
    Pair pair;
    pair.fill();
    const Rkey key = register_region(pair, Side::B, c);
    pair.receive(Side::B, 9, 0, 0);
    SendRequest request = pair.write(1, 0, c.bound.length);
    request.sges[0].length = std::min(c.bound.length, kMemorySize);
    request.operation = c.operation;
    request.rkey = key;
    request.remote = {c.bound.address};
    const auto memory = pair.b.memory;
    const auto around = outside(pair.b);
    pair.post(Side::A, request);
    pair.settle();

    const bool right =
        c.operation == Operation::Read ? c.access.remote_read : c.access.remote_write;
    const bool allowed = right && c.same_domain && c.bound.inside;
    const auto done = pair.a.completions();
    ASSERT_EQ(done.size(), 1U) << c;
    EXPECT_EQ(done[0].status, allowed ? CompletionStatus::Success : CompletionStatus::RemoteAccess)
        << c;
    EXPECT_EQ(outside(pair.b), around) << c;
    if (allowed) return;
    EXPECT_EQ(pair.b.memory, memory) << c << ": refused, yet placed";
    EXPECT_TRUE(pair.b.placed.empty()) << c;
    ASSERT_EQ(pair.b.events.size(), 1U) << c;
    EXPECT_EQ(pair.b.events[0].kind, AsyncKind::QpAccessError);
    EXPECT_EQ(pair.b.rnic.counters().access_naks_sent, 1U);
  });
}

TEST(Rights, OfTheLocalEnd) {
  for_each_case([](const Case& c) {
    Pair pair;
    pair.fill();
    const Rkey key = register_region(pair, Side::A, c);
    for (WorkId work = 1; work < 3; ++work) pair.receive(Side::B, work, 0, kMemorySize);
    SendRequest request = pair.write(1, 0, 0);
    request.operation = c.operation;
    request.sges[0] = {key, {c.bound.address}, c.bound.length};
    const auto memory = pair.a.memory;
    pair.post(Side::A, request);
    pair.settle();

    const bool right = c.operation != Operation::Read || c.access.local_write;
    const bool allowed = right && c.same_domain && c.bound.inside;
    const auto done = pair.a.completions();
    ASSERT_EQ(done.size(), 1U) << c;
    EXPECT_EQ(done[0].status,
              allowed ? CompletionStatus::Success : CompletionStatus::LocalProtection)
        << c;
    if (allowed) return;
    EXPECT_EQ(pair.a.memory, memory) << c;
    EXPECT_TRUE(pair.history.empty()) << c << ": nothing goes out";
  });
}

TEST(Rights, OfAReceiveBuffer) {
  for_each_case([](const Case& c) {
    if (c.operation != Operation::Send) return;
    Pair pair;
    pair.fill();
    const Rkey key = register_region(pair, Side::B, c);
    const Sge buffer{key, {c.bound.address}, c.bound.length};
    pair.tell(Side::B, input::PostReceive{pair.b.qp, 5, buffer});
    const auto memory = pair.b.memory;
    pair.post(Side::A, pair.send(1, 0, std::min(c.bound.length, kMemorySize)));
    pair.settle();

    const bool allowed = c.access.local_write && c.same_domain && c.bound.inside;
    const auto received = pair.b.completions();
    const auto sent = pair.a.completions();
    ASSERT_EQ(received.size(), 1U) << c;
    ASSERT_EQ(sent.size(), 1U) << c;
    EXPECT_EQ(received[0].status,
              allowed ? CompletionStatus::Success : CompletionStatus::LocalProtection)
        << c;
    EXPECT_EQ(sent[0].status,
              allowed ? CompletionStatus::Success : CompletionStatus::RemoteOperation)
        << c;
    // The part of a message that fits a buffer whose rest does not exist may be written.
    if (allowed || c.bound.length > 1024) return;
    EXPECT_EQ(pair.b.memory, memory) << c;
  });
}

TEST(Rights, AKeyThatIsNone) {
  Pair pair;
  SendRequest request = pair.write(1, 0, 100);
  request.rkey.value ^= 1;
  pair.post(Side::A, request);
  pair.settle();
  EXPECT_EQ(pair.a.completions()[0].status, CompletionStatus::RemoteAccess);
}

TEST(Rights, NoBytesNeedNoKey) {
  for (const Operation operation : {Operation::Write, Operation::Read}) {
    Pair pair;
    SendRequest request = pair.write(1, 0, 0);
    request.operation = operation;
    request.rkey.value ^= 1;
    request.sges[0].lkey.value ^= 1;
    pair.post(Side::A, request);
    pair.settle();
    EXPECT_EQ(pair.a.completions()[0].status, CompletionStatus::Success);
  }
}

// A region that goes in the middle of a message is out of reach for the rest of it, and for
// what is sent again.
TEST(Rights, EndWithTheRegionAtEveryPacket) {
  for (std::uint32_t packets = 1; packets < 10; ++packets) {
    PairSettings settings;
    settings.attributes.path_mtu = MtuCode::Mtu256;
    Pair pair(settings);
    pair.fill();
    std::uint32_t seen = 0;
    pair.on_wire = [&](WireFrame& frame) { frame.delay *= 10 * (1 + frame.index_from_side); };
    pair.post(Side::A, pair.write(1, 0, 2560));
    while (seen < packets && pair.step()) seen = static_cast<std::uint32_t>(pair.b.placed.size());
    pair.tell(Side::B, input::DeregisterMr{pair.b.mr});
    pair.settle();
    EXPECT_EQ(pair.b.placed.size(), packets);
    const auto done = pair.a.completions();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].status, CompletionStatus::RemoteAccess) << packets;
  }
}

TEST(Rights, ALocalRegionThatGoesEndsTheRequest) {
  for (const Operation operation : {Operation::Write, Operation::Read}) {
    PairSettings settings;
    settings.attributes.path_mtu = MtuCode::Mtu256;
    Pair pair(settings);
    SendRequest request = pair.write(2, 0, 60'000);
    request.operation = operation;
    pair.post(Side::A, pair.write(1, 0, 100));
    pair.post(Side::A, request);
    pair.post(Side::A, pair.write(3, 0, 100));
    for (int i = 0; i < 40; ++i) pair.step();
    pair.tell(Side::A, input::DeregisterMr{pair.a.mr});
    pair.settle();
    const auto done = pair.a.completions();
    ASSERT_EQ(done.size(), 3U);
    EXPECT_EQ(done[0].status, CompletionStatus::Success);
    EXPECT_EQ(done[1].status, CompletionStatus::LocalProtection);
    EXPECT_EQ(done[2].status, CompletionStatus::Flushed);
  }
}

TEST(Rights, ABadLocalKeyWaitsForWhatWasSentBefore) {
  Pair pair;
  pair.fill();
  SendRequest bad = pair.write(2, 0, 100);
  bad.sges[0].lkey.value ^= 1;
  pair.post(Side::A, pair.write(1, 0, 5000));
  pair.post(Side::A, bad);
  pair.post(Side::A, pair.write(3, 0, 100));
  pair.settle();
  const auto done = pair.a.completions();
  ASSERT_EQ(done.size(), 3U);
  EXPECT_EQ(done[0].status, CompletionStatus::Success);
  EXPECT_EQ(done[1].status, CompletionStatus::LocalProtection);
  EXPECT_EQ(done[2].status, CompletionStatus::Flushed);
  EXPECT_EQ(pair.a.memory[4999], pair.b.memory[4999]);
  EXPECT_TRUE(pair.a.events.empty()) << "the completion says it";
}

}  // namespace
}  // namespace smclab::rnic
