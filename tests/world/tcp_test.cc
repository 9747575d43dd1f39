// SPDX-License-Identifier: MIT
#include "emu/world/tcp/host.h"

#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "protocol/digest.h"

namespace smclab::world {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr PortId kPort{0};
constexpr std::uint16_t kService = 5'201;

/// Two hosts and a wire of 1 ms that can be cut, per direction.
class Pair {
 public:
  explicit Pair(TcpManners client = {}, TcpManners server = {})
      : hosts_{Tcp(client, Dice(1, "tcp", 0)), Tcp(server, Dice(1, "tcp", 1))} {}

  Tcp& client() { return hosts_[0]; }
  Tcp& server() { return hosts_[1]; }
  Instant now() const { return clock; }

  TcpId connect() {
    return client().connect(clock, {.local = address(0), .port = kPort}, {address(1), kService});
  }
  static IpAddress address(std::size_t host) {
    return ipv4(10, 0, 0, static_cast<std::uint8_t>(host + 1));
  }

  /// Lets time pass until nothing is left to do, or `end`.
  void run(Instant end) {
    for (;;) {
      for (std::size_t host : {0U, 1U}) pull(host);
      std::optional<Instant> next;
      const auto earlier = [&next](std::optional<Instant> at) {
        if (at && (!next || *at < *next)) next = at;
      };
      for (const Tcp& host : hosts_) earlier(host.deadline());
      if (!flying_.empty()) earlier(flying_.front().at);
      if (!next || *next > end) return;
      clock = std::max(clock, *next);
      while (!flying_.empty() && flying_.front().at <= clock) land();
      for (std::size_t host : {0U, 1U}) hosts_[host].tick(clock, events[host]);
    }
  }
  void run() { run(clock + seconds(100)); }

  bool saw(std::size_t host, TcpNews news) const {
    return std::any_of(events[host].begin(), events[host].end(),
                       [news](const TcpEvent& event) { return event.news.has(news); });
  }

  std::array<bool, 2> cut{};  // by sending host
  std::array<TcpEvents, 2> events;
  std::vector<std::vector<std::byte>> wire;  // every frame that was sent
  Instant clock{};

 private:
  struct Flight {
    Instant at;
    std::size_t to;
    std::vector<std::byte> frame;
  };
  void pull(std::size_t host) {
    while (const auto segment = hosts_[host].transmit(clock, kPort)) {
      std::vector<std::byte> frame;
      encode_segment(*segment, {}, frame);
      wire.push_back(frame);
      if (!cut[host]) flying_.push_back({clock + milliseconds(1), 1 - host, frame});
    }
  }
  void land() {
    const Flight flight = flying_.front();
    flying_.pop_front();
    const auto segment = decode_segment(flight.frame);
    ASSERT_TRUE(segment.has_value());
    hosts_[flight.to].handle(clock, {.local = address(flight.to), .port = kPort}, *segment,
                             events[flight.to]);
  }
  std::array<Tcp, 2> hosts_;
  std::deque<Flight> flying_;
};

std::vector<std::byte> numbered(std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
  return bytes;
}

struct Opened {
  TcpId client;
  TcpId server;
};
Opened open(Pair& pair) {
  pair.server().listen(kService);
  const TcpId client = pair.connect();
  pair.run(pair.clock + milliseconds(10));
  EXPECT_FALSE(pair.events[0].empty());
  EXPECT_FALSE(pair.events[1].empty());
  return {client, pair.events[1].front().socket};
}

TEST(Tcp, SegmentsSurviveTheWire) {
  const auto bytes = numbered(100);
  const TcpSegment segment{.source = {Pair::address(0), 40'000},
                           .destination = {Pair::address(1), kService},
                           .sequence = 0xFFFF'FFF0,
                           .acknowledgment = 12,
                           .flags = {.syn = true, .ack = true, .psh = true},
                           .window = 777,
                           .options = {.mss = 1'460, .window_scale = 7, .smc = true},
                           .payload = bytes};
  std::vector<std::byte> frame;
  encode_segment(segment, {}, frame);
  const auto read = decode_segment(frame);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->source, segment.source);
  EXPECT_EQ(read->destination, segment.destination);
  EXPECT_EQ(read->sequence, segment.sequence);
  EXPECT_EQ(read->acknowledgment, segment.acknowledgment);
  EXPECT_EQ(read->flags, segment.flags);
  EXPECT_EQ(read->window, segment.window);
  EXPECT_EQ(read->options, segment.options);
  EXPECT_TRUE(std::equal(read->payload.begin(), read->payload.end(), bytes.begin(), bytes.end()));
  EXPECT_EQ(sequence_length(*read), 101U);
}

TEST(Tcp, AnyFlippedBitBehindEthernetIsNoticed) {
  std::vector<std::byte> frame;
  encode_segment({.source = {Pair::address(0), 1}, .destination = {Pair::address(1), 2}}, {},
                 frame);
  for (std::size_t bit = 14 * 8; bit < frame.size() * 8; ++bit) {
    auto damaged = frame;
    damaged[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(decode_segment(damaged).has_value()) << "bit " << bit;
  }
}

TEST(Tcp, Ipv6SegmentsSurviveTheWire) {
  TcpSegment segment{.sequence = 5, .flags = {.ack = true}};
  segment.source.ip.gid.bytes[0] = segment.destination.ip.gid.bytes[0] = std::byte{0xFD};
  segment.destination.ip.gid.bytes[15] = std::byte{1};
  std::vector<std::byte> frame;
  encode_segment(segment, {}, frame);
  const auto read = decode_segment(frame);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->destination.ip, segment.destination.ip);
}

TEST(Tcp, BothSidesComeUpAndKnowTheOption) {
  Pair pair;
  const Opened opened = open(pair);
  EXPECT_TRUE(pair.client().find(opened.client)->both_offered_smc());
  EXPECT_TRUE(pair.server().find(opened.server)->both_offered_smc());
  // SYN, SYN-ACK, ACK: and the option only in the first two.
  ASSERT_EQ(pair.wire.size(), 3U);
  EXPECT_TRUE(decode_segment(pair.wire[0])->options.smc);
  EXPECT_TRUE(decode_segment(pair.wire[1])->options.smc);
  EXPECT_FALSE(decode_segment(pair.wire[2])->options.smc);
}

TEST(Tcp, NobodyOffersToAHostWithoutSmc) {
  Pair pair({}, {.offers_smc = false});
  const Opened opened = open(pair);
  EXPECT_FALSE(pair.client().find(opened.client)->both_offered_smc());
  EXPECT_FALSE(decode_segment(pair.wire[1])->options.smc);
}

TEST(Tcp, AnEchoDeceivesTheClientOnly) {
  Pair pair({}, {.offers_smc = false, .echoes_option = true});
  const Opened opened = open(pair);
  EXPECT_TRUE(pair.client().find(opened.client)->both_offered_smc());
  EXPECT_FALSE(pair.server().find(opened.server)->both_offered_smc());
}

TEST(Tcp, NobodyListens) {
  Pair pair;
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.saw(0, TcpNews::Refused));
  EXPECT_EQ(pair.clock, Instant{milliseconds(2)});
}

/// Sends everything from the client, reading at the server as it comes.
std::vector<std::byte> transfer(Pair& pair, const Opened& opened,
                                std::span<const std::byte> bytes) {
  std::vector<std::byte> received;
  for (int round = 0; round < 10'000 && received.size() < bytes.size(); ++round) {
    const auto unsent = bytes.subspan(received.size());
    const std::size_t outstanding = TcpSocket::kBuffer - pair.client().find(opened.client)->space();
    if (outstanding == 0) pair.client().write(pair.clock, opened.client, unsent);
    pair.run(pair.clock + milliseconds(5));
    pair.clock += milliseconds(5);
    const auto readable = pair.server().find(opened.server)->readable();
    received.insert(received.end(), readable.begin(), readable.end());
    pair.server().consume(opened.server, readable.size());
  }
  return received;
}

TEST(Tcp, ManyBytesArriveInOrder) {
  Pair pair;
  const Opened opened = open(pair);
  const auto bytes = numbered(1'000'000);
  EXPECT_EQ(transfer(pair, opened, bytes), bytes);
}

TEST(Tcp, SequenceNumbersFollowTheBytes) {
  Pair pair;
  const Opened opened = open(pair);
  const auto bytes = numbered(5'000);
  transfer(pair, opened, bytes);
  const std::uint32_t first = decode_segment(pair.wire[0])->sequence + 1;
  std::uint32_t next = first;
  for (const auto& frame : pair.wire) {
    const auto segment = decode_segment(frame);
    if (segment->source.port == kService || segment->payload.empty()) continue;
    EXPECT_EQ(segment->sequence, next);
    EXPECT_LE(segment->payload.size(), 1'460U);
    next += static_cast<std::uint32_t>(segment->payload.size());
  }
  EXPECT_EQ(next - first, bytes.size());
  // Everything was acknowledged.
  EXPECT_EQ(decode_segment(pair.wire.back())->acknowledgment, next);
}

TEST(Tcp, ASlowReaderClosesTheWindow) {
  Pair pair;
  const Opened opened = open(pair);
  const auto bytes = numbered(400'000);
  std::size_t given = pair.client().write(pair.clock, opened.client, bytes);
  EXPECT_EQ(given, TcpSocket::kBuffer);
  pair.run();
  // The window is told in units of 128 bytes.
  EXPECT_GT(pair.server().find(opened.server)->readable().size(), TcpSocket::kBuffer - 128);
  given += pair.client().write(pair.clock, opened.client, std::span(bytes).subspan(given));
  // A minute of a closed window is not silence: its probes are answered.
  pair.run(pair.clock + seconds(60));
  EXPECT_FALSE(pair.saw(0, TcpNews::Reset));
  std::vector<std::byte> received;
  while (received.size() < bytes.size()) {
    const auto readable = pair.server().find(opened.server)->readable();
    ASSERT_FALSE(readable.empty());
    received.insert(received.end(), readable.begin(), readable.end());
    pair.server().consume(opened.server, readable.size());
    pair.run();
  }
  EXPECT_EQ(received, bytes);
}

TEST(Tcp, FinClosesEachHalf) {
  Pair pair;
  const Opened opened = open(pair);
  pair.client().write(pair.clock, opened.client, numbered(10));
  pair.client().finish(opened.client);
  pair.run();
  EXPECT_TRUE(pair.saw(1, TcpNews::Fin));
  EXPECT_FALSE(pair.saw(0, TcpNews::Fin));
  EXPECT_EQ(pair.server().find(opened.server)->readable().size(), 10U);
  pair.server().write(pair.clock, opened.server, numbered(20));
  pair.server().finish(opened.server);
  pair.run();
  EXPECT_TRUE(pair.saw(0, TcpNews::Fin));
  EXPECT_EQ(pair.client().find(opened.client)->readable().size(), 20U);
  pair.client().release(opened.client);
  pair.server().release(opened.server);
  EXPECT_EQ(pair.client().size(), 0U);
  EXPECT_EQ(pair.server().size(), 0U);
}

TEST(Tcp, ResetIsSeenAtOnce) {
  Pair pair;
  const Opened opened = open(pair);
  pair.client().reset(opened.client);
  pair.client().release(opened.client);
  pair.run();
  EXPECT_TRUE(pair.saw(1, TcpNews::Reset));
  EXPECT_EQ(pair.client().size(), 0U);
}

TEST(Tcp, AHealedCutLosesNothing) {
  Pair pair;
  const Opened opened = open(pair);
  const auto bytes = numbered(50'000);
  pair.cut = {true, false};
  pair.client().write(pair.clock, opened.client, bytes);
  pair.run(pair.clock + seconds(3));
  EXPECT_TRUE(pair.server().find(opened.server)->readable().empty());
  pair.cut = {};
  pair.run();
  const auto readable = pair.server().find(opened.server)->readable();
  EXPECT_TRUE(std::equal(readable.begin(), readable.end(), bytes.begin(), bytes.end()));
  EXPECT_FALSE(pair.saw(0, TcpNews::Reset));
}

TEST(Tcp, LostAcknowledgementsBringNothingTwice) {
  Pair pair;
  const Opened opened = open(pair);
  const auto bytes = numbered(5'000);
  pair.cut = {false, true};
  pair.client().write(pair.clock, opened.client, bytes);
  pair.run(pair.clock + seconds(2));
  pair.cut = {};
  pair.run();
  EXPECT_EQ(pair.server().find(opened.server)->readable().size(), bytes.size());
  EXPECT_EQ(pair.client().find(opened.client)->space(), TcpSocket::kBuffer);
}

TEST(Tcp, FifteenSecondsOfSilenceReset) {
  Pair pair;
  const Opened opened = open(pair);
  const Instant start = pair.clock;
  pair.cut = {true, true};
  pair.client().write(pair.clock, opened.client, numbered(10));
  pair.run();
  EXPECT_TRUE(pair.saw(0, TcpNews::Reset));
  EXPECT_EQ(pair.clock - start, seconds(15));
  // The other side has nothing outstanding and does not know.
  EXPECT_FALSE(pair.saw(1, TcpNews::Reset));
}

TEST(Tcp, AnIdleConnectionOutlivesACut) {
  Pair pair;
  const Opened opened = open(pair);
  pair.cut = {true, true};
  pair.run();
  pair.clock += seconds(3'600);
  pair.cut = {};
  pair.client().write(pair.clock, opened.client, numbered(10));
  pair.run();
  EXPECT_EQ(pair.server().find(opened.server)->readable().size(), 10U);
}

TEST(Tcp, AnUnansweredSynGivesUp) {
  Pair pair;
  pair.server().listen(kService);
  pair.cut = {true, false};
  pair.connect();
  pair.run();
  EXPECT_TRUE(pair.saw(0, TcpNews::Refused));
  EXPECT_EQ(pair.clock, Instant{seconds(15)});
}

TEST(Tcp, ManyConnectionsHaveTheirOwnPorts) {
  Pair pair;
  pair.server().listen(kService);
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 100; ++i) {
    ports.insert(pair.client().find(pair.connect())->opening().local.port);
  }
  pair.run();
  EXPECT_EQ(ports.size(), 100U);
  EXPECT_EQ(pair.server().size(), 100U);
}

TEST(Tcp, IsAValue) {
  Pair pair;
  const Opened opened = open(pair);
  Pair copy = pair;
  pair.client().write(pair.clock, opened.client, numbered(100));
  EXPECT_NE(pair.client(), copy.client());
  copy.client().write(copy.clock, opened.client, numbered(100));
  EXPECT_EQ(pair.client(), copy.client());
  pair.run();
  copy.run();
  EXPECT_EQ(pair.client(), copy.client());
  EXPECT_EQ(digest_of(pair.server()), digest_of(copy.server()));
}

}  // namespace
}  // namespace smclab::world
