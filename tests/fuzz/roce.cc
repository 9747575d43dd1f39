// SPDX-License-Identifier: MIT
//
// Any bytes as what arrives on a RoCE port: a whole Ethernet frame, or – sealed here with a right
// ICRC, which chance would never find – a packet behind good network headers. Whatever is opened
// decodes or is refused in place, and headers that decode encode to the same bytes.
#include <array>

#include "emu/rnic/wire/encapsulation.h"
#include "emu/rnic/wire/packet.h"
#include "protocol/check.h"
#include "protocol/wire/encode.h"
#include "tests/fuzz/target.h"

namespace smclab::roce {
namespace {

void decode_any(std::span<const std::byte> bytes) {
  const auto packet = decode_packet(bytes);
  if (!packet) {
    SMCLAB_CHECK(packet.error().offset <= bytes.size());
    return;
  }
  SMCLAB_CHECK(packet->info != nullptr);
  SMCLAB_CHECK(packet->header_length + packet->payload_length <= bytes.size());
  std::array<std::byte, Headers::kLargest> again;
  SMCLAB_CHECK(wire::encode(packet->headers, again) == packet->header_length);
  const auto second =
      decode_packet(std::span(again).first(packet->header_length),
                    static_cast<std::uint32_t>(bytes.size()) - packet->header_length);
  SMCLAB_CHECK(second && second->headers == packet->headers);
}

void open_any(std::span<const std::byte> frame) {
  const auto opened = open_ethernet(frame);
  if (!opened) {
    SMCLAB_CHECK(opened.error().offset <= frame.size());
    return;
  }
  decode_any(opened->packet);
}

/// What this side seals, the other opens.
void seal_and_open(const Envelope& envelope, std::span<const std::byte> packet) {
  constexpr std::size_t kBth = 12;
  std::array<std::byte, 4096 + kLargestEnvelope + 4> room;
  if (packet.size() < kBth || packet.size() > 4096) return;
  const auto frame = std::span(room).first(sealed_size(envelope, packet.size()));
  const std::size_t head = write_envelope(envelope, packet.size(), frame);
  std::copy(packet.begin(), packet.end(), frame.begin() + static_cast<std::ptrdiff_t>(head));
  seal(envelope, frame);
  const auto opened = open_ethernet(frame);
  SMCLAB_CHECK(opened && opened->envelope == envelope);
  SMCLAB_CHECK(std::equal(packet.begin(), packet.end(), opened->packet.begin()));
  decode_any(opened->packet);
}

void attack(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const auto rest = bytes.subspan(1);
  Envelope envelope{.source = ipv4(192, 0, 2, 1).gid, .destination = ipv4(192, 0, 2, 2).gid};
  switch (std::to_integer<unsigned>(bytes[0]) % 4) {
    case 0:
      return open_any(rest);
    case 1:
      envelope.source_port = 0xC000;
      return seal_and_open(envelope, rest);
    case 2:
      envelope.source = envelope.destination = Gid{};
      envelope.version = Version::V1;
      return seal_and_open(envelope, rest);
    default:
      return decode_any(rest);
  }
}

}  // namespace
}  // namespace smclab::roce

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  smclab::roce::attack(smclab::fuzz::bytes_of(data, size));
  return 0;
}
