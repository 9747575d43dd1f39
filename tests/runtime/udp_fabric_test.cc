// SPDX-License-Identifier: MIT
#include "emu/runtime/udp_fabric.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "emu/rnic/wire/bth.h"
#include "protocol/wire/encode.h"

namespace smclab::runtime {
namespace {

namespace asio = boost::asio;

constexpr IpAddress kHere = ipv4(127, 0, 77, 2);
constexpr IpAddress kThere = ipv4(127, 0, 77, 3);

// A sealed frame: a BTH and some payload.
std::vector<std::byte> make_frame(const roce::Envelope& envelope) {
  const roce::Bth bth{.opcode = 4};
  std::vector<std::byte> packet(wire::encoded_size(bth) + 20, std::byte{0x5A});
  wire::encode(bth, packet);
  std::vector<std::byte> frame(roce::sealed_size(envelope, packet.size()));
  const std::size_t at = roce::write_envelope(envelope, packet.size(), frame);
  std::copy(packet.begin(), packet.end(), frame.begin() + static_cast<std::ptrdiff_t>(at));
  roce::seal(envelope, frame);
  return frame;
}

class UdpFabricTest : public testing::Test {
 protected:
  std::unique_ptr<UdpFabric> open(const IpAddress& address, std::vector<std::size_t>& sizes) {
    auto fabric = UdpFabric::open(
        loop_, {address, senders_},
        [&sizes](const rnic::ReceivedFrame& frame) { sizes.push_back(frame.bytes.size()); });
    EXPECT_TRUE(fabric) << fabric.error();
    return fabric ? std::move(*fabric) : nullptr;
  }
  void run_until_counted(const UdpFabric& fabric, std::uint64_t frames) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto seen = [&] { return fabric.counters().received + fabric.counters().dropped_icrc; };
    while (seen() < frames && std::chrono::steady_clock::now() < patience) {
      loop_.run_one_for(std::chrono::milliseconds(10));
    }
    ASSERT_EQ(seen(), frames);
  }
  asio::io_context loop_;
  Senders senders_ = Senders::Own;
  std::vector<std::size_t> here_;
  std::vector<std::size_t> there_;
  const roce::Envelope envelope_{
      .source = kHere.gid, .destination = kThere.gid, .source_port = kRocePort};
};

TEST_F(UdpFabricTest, CarriesASealedFrameToItsAddress) {
  const auto a = open(kHere, here_);
  const auto b = open(kThere, there_);
  EXPECT_TRUE(a->send(envelope_, make_frame(envelope_)));
  run_until_counted(*b, 1);
  EXPECT_EQ(there_, std::vector<std::size_t>{12 + 20});
  EXPECT_TRUE(here_.empty());
}

TEST_F(UdpFabricTest, DropsDamageAndStrangersAndCountsThem) {
  const auto a = open(kHere, here_);
  const auto b = open(kThere, there_);
  auto damaged = make_frame(envelope_);
  damaged.back() ^= std::byte{1};
  a->send(envelope_, damaged);
  asio::ip::udp::socket stranger(loop_, {asio::ip::udp::v4(), 0});
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{100}}) {
    stranger.send_to(asio::buffer(std::vector<char>(size)),
                     {asio::ip::make_address("127.0.77.3"), kRocePort});
  }
  run_until_counted(*b, 4);
  EXPECT_EQ(b->counters().dropped_icrc, 4U);
  EXPECT_TRUE(there_.empty());
}

// A kernel writes any identification. Whoever expects one solves for it; damage stays damage.
TEST_F(UdpFabricTest, TakesAnyIdentificationFromAnySender) {
  roce::Envelope of_a_kernel = envelope_;
  of_a_kernel.identification = 0x7FDA;
  auto damaged = make_frame(of_a_kernel);
  damaged[damaged.size() - 10] ^= std::byte{1};
  const auto a = open(kHere, here_);
  senders_ = Senders::Any;
  const auto b = open(kThere, there_);
  a->send(envelope_, make_frame(of_a_kernel));
  a->send(envelope_, damaged);
  a->send(envelope_, make_frame(envelope_));
  run_until_counted(*b, 3);
  EXPECT_EQ(there_.size(), 2U);
  EXPECT_EQ(b->counters().dropped_icrc, 1U);
}

TEST_F(UdpFabricTest, TakesOnlyItsOwnIdentificationUnlessItExpectsOthers) {
  roce::Envelope of_a_kernel = envelope_;
  of_a_kernel.identification = 1;
  const auto a = open(kHere, here_);
  const auto b = open(kThere, there_);
  a->send(envelope_, make_frame(of_a_kernel));
  run_until_counted(*b, 1);
  EXPECT_EQ(b->counters().dropped_icrc, 1U);
}

TEST_F(UdpFabricTest, ABusyPortIsOneSentenceThatNamesItsOwner) {
  const auto first = open(kHere, here_);
  const auto second = UdpFabric::open(loop_, {kHere}, [](const rnic::ReceivedFrame&) {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("127.0.77.2:4791 is in use by runtime_sockets (process "),
            std::string::npos)
      << second.error();
}

TEST_F(UdpFabricTest, AnAddressThatIsNotOursIsOneSentence) {
  const auto fabric = UdpFabric::open(loop_, {ipv4(192, 0, 2, 1)}, [](const auto&) {});
  ASSERT_FALSE(fabric);
  EXPECT_NE(fabric.error().find("cannot open UDP 192.0.2.1:4791"), std::string::npos);
}

}  // namespace
}  // namespace smclab::runtime
