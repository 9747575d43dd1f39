// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/packet.h"

#include <gtest/gtest.h>

#include <set>

#include "emu/rnic/wire/encapsulation.h"
#include "protocol/wire/decode.h"
#include "protocol/wire/encode.h"
#include "tests/rnic/wire/kernel_frames.h"

namespace smclab::roce {
namespace {

static_assert(wire::encoded_size(Bth{}) == Bth::kSize);
static_assert(wire::encoded_size(Reth{}) == 16);
static_assert(wire::encoded_size(Aeth{}) == 4);
static_assert(wire::encoded_size(Immediate{}) == 4);
static_assert(wire::encoded_size(Ieth{}) == 4);
static_assert(wire::encoded_size(Deth{}) == 8);
static_assert(wire::encoded_size(AtomicEth{}) == 28);
static_assert(wire::encoded_size(AtomicAckEth{}) == 8);
static_assert(wire::encoded_size(Ethernet{}) == Ethernet::kSize);
static_assert(wire::encoded_size(Ipv4{}) == Ipv4::kSize);
static_assert(wire::encoded_size(Grh{}) == Grh::kSize);
static_assert(wire::encoded_size(Udp{}) == Udp::kSize);
static_assert(find_opcode(0x0B)->extensions == Extensions{.reth = true, .immediate = true});
static_assert(find_opcode(0x15) == nullptr);

Packet decoded(const std::string& name) {
  const auto opened = open_ethernet(kernel_frame(name));
  EXPECT_TRUE(opened) << name;
  if (!opened) return {};
  const auto packet = decode_packet(opened->packet);
  EXPECT_TRUE(packet) << name;
  return packet ? *packet : Packet{};
}

Headers headers_of(Opcode opcode) {
  Headers headers{.bth = {.opcode = static_cast<std::uint8_t>(opcode)}};
  const Extensions has = find_opcode(headers.bth.opcode)->extensions;
  if (has.deth) headers.deth = Deth{.qkey = 0x8001'0000, .source = {1}};
  if (has.reth) headers.reth = Reth{{0x1000}, {7}, 64};
  if (has.atomic) headers.atomic = AtomicEth{{8}, {7}, 1, 2};
  if (has.immediate) headers.immediate = Immediate{0xC0FFEE};
  if (has.aeth) headers.aeth = Aeth{Answer::Nak, 1, 9};
  if (has.atomic_ack) headers.atomic_ack = AtomicAckEth{3};
  if (has.ieth) headers.ieth = Ieth{{5}};
  return headers;
}

Bytes encoded(const Headers& headers, std::size_t behind = 0) {
  Bytes bytes(wire::encoded_size(headers));
  wire::encode(headers, bytes);
  bytes.resize(bytes.size() + behind);
  return bytes;
}

TEST(Opcodes, EachHasOneRowAndANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const OpcodeInfo& info : kOpcodes) {
    EXPECT_EQ(find_opcode(static_cast<std::uint8_t>(info.opcode)), &info);
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    const auto upper = static_cast<unsigned>(info.opcode) >> 5;
    EXPECT_EQ(upper == 0, info.service() == Service::ReliableConnection) << info.name;
    EXPECT_EQ(upper == 3, info.service() == Service::UnreliableDatagram) << info.name;
  }
  EXPECT_EQ(find_opcode(0x81)->service(), Service::Any);
  unsigned unknown = 0;
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (find_opcode(static_cast<std::uint8_t>(byte)) == nullptr) ++unknown;
  }
  EXPECT_EQ(unknown + kOpcodes.size(), 256U);
}

TEST(Packet, DecodesTheKernelsSend) {
  const Packet packet = decoded("v4_send_only");
  EXPECT_EQ(packet.info->name, "RC SEND Only");
  EXPECT_EQ(packet.headers.bth.destination, Qpn{0x11});
  EXPECT_EQ(packet.headers.bth.psn, Psn{14'241'946});
  EXPECT_TRUE(packet.headers.bth.ack_request);
  EXPECT_FALSE(packet.headers.bth.migrated);
  EXPECT_EQ(packet.payload_length, 44U);
}

TEST(Packet, DecodesTheKernelsWriteAndItsFirstPacket) {
  const Packet only = decoded("v4_write_only");
  ASSERT_TRUE(only.headers.reth);
  EXPECT_EQ(only.headers.reth->length, 48U);
  EXPECT_EQ(only.headers.reth->rkey, Rkey{0x392});
  const Packet first = decoded("v4_write_first");
  EXPECT_EQ(first.headers.reth->length, 0x9C40U);
  EXPECT_EQ(first.payload_length, 1024U);
  EXPECT_EQ(first.header_length, 28U);
}

TEST(Packet, DecodesTheKernelsAcknowledgements) {
  const Packet ack = decoded("v4_acknowledge");
  EXPECT_EQ(ack.headers.aeth, (Aeth{Answer::Ack, Aeth::kNoCreditLimit, 1}));
  const Packet nak = decoded("v4_nak_sequence");
  EXPECT_EQ(nak.headers.aeth->answer, Answer::Nak);
  EXPECT_EQ(nak.headers.aeth->value, static_cast<std::uint8_t>(NakCode::PsnSequenceError));
  EXPECT_EQ(nak.headers.bth.psn, Psn{12'877'842});
}

TEST(Packet, EncodesWhatItDecodedForEveryKernelFrame) {
  for (const auto& [name, frame] : kernel_frames()) {
    const auto opened = open_ethernet(frame);
    ASSERT_TRUE(opened) << name;
    const auto packet = decode_packet(opened->packet);
    ASSERT_TRUE(packet) << name;
    const Bytes again = encoded(packet->headers);
    ASSERT_EQ(again.size(), packet->header_length);
    EXPECT_TRUE(std::equal(again.begin(), again.end(), opened->packet.begin())) << name;
  }
}

TEST(Packet, EveryOpcodeComesBackAsItWas) {
  for (const OpcodeInfo& info : kOpcodes) {
    const Headers headers = headers_of(info.opcode);
    const Bytes bytes = encoded(headers);
    EXPECT_LE(bytes.size(), Headers::kLargest);
    const auto packet = decode_packet(bytes);
    ASSERT_TRUE(packet) << info.name;
    EXPECT_EQ(packet->headers, headers) << info.name;
    EXPECT_EQ(packet->info, &info);
  }
}

TEST(Packet, RefusesEveryShorterInputOfEveryOpcode) {
  for (const OpcodeInfo& info : kOpcodes) {
    const Bytes bytes = encoded(headers_of(info.opcode));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto packet = decode_packet(std::span(bytes).first(size));
      ASSERT_FALSE(packet) << info.name << " of " << size;
      EXPECT_EQ(packet.error().fault, Fault::Truncated);
      EXPECT_LE(packet.error().offset, size);
    }
  }
}

TEST(Packet, LooksTheOpcodeUpBeforeAnythingElse) {
  const std::array<std::byte, 1> unknown{std::byte{0x3F}};
  EXPECT_EQ(decode_packet(unknown).error(), (DecodeError{"opcode", 0, Fault::UnknownType}));
}

TEST(Packet, RefusesAPadThatTheBytesDoNotHold) {
  Headers headers = headers_of(Opcode::SendOnly);
  headers.bth.pad = 3;
  EXPECT_EQ(decode_packet(encoded(headers)).error(), (DecodeError{"pad", 1, Fault::BadLength}));
  const auto packet = decode_packet(encoded(headers, 4));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload_length, 1U);
}

TEST(Packet, RefusesLengthsThatAreNoMultipleOfFour) {
  for (const std::size_t behind : {1U, 2U, 3U, 5U}) {
    const auto packet = decode_packet(encoded(headers_of(Opcode::SendOnly), behind));
    ASSERT_FALSE(packet) << behind;
    EXPECT_EQ(packet.error().fault, Fault::BadLength);
  }
}

TEST(Packet, RefusesPayloadWhereThereIsNone) {
  for (const Opcode opcode : {Opcode::ReadRequest, Opcode::Acknowledge, Opcode::FetchAdd}) {
    const auto packet = decode_packet(encoded(headers_of(opcode), 4));
    ASSERT_FALSE(packet);
    EXPECT_EQ(packet.error().fault, Fault::Trailing);
  }
}

TEST(Packet, RefusesAnotherTransportVersion) {
  Headers headers = headers_of(Opcode::SendOnly);
  headers.bth.version = 1;
  EXPECT_EQ(decode_packet(encoded(headers)).error(), (DecodeError{"version", 1, Fault::BadValue}));
}

TEST(Packet, CountsUnbackedPayload) {
  Headers headers = headers_of(Opcode::WriteFirst);
  headers.bth.pad = 2;
  const auto packet = decode_packet(encoded(headers), 1024);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload_length, 1022U);
  EXPECT_FALSE(decode_packet(encoded(headers, 4), 1024)) << "bytes and no bytes at once";
  EXPECT_FALSE(decode_packet(encoded(headers), UINT32_MAX)) << "not a multiple of 4";
}

}  // namespace
}  // namespace smclab::roce
