// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/roce_send.h"

#include <algorithm>

#include "emu/capture/network/big_endian.h"
#include "emu/rnic/wire/network_headers.h"
#include "emu/rnic/wire/packet.h"
#include "protocol/wire/decode.h"

namespace smclab::capture {
namespace {

bool is_rc_send(std::span<const std::byte> bytes) noexcept {
  if (bytes.empty()) return false;
  const roce::OpcodeInfo* info = roce::find_opcode(byte_at(bytes, 0));
  return info != nullptr && info->kind == roce::Kind::Send &&
         info->service() == roce::Service::ReliableConnection;
}

// `bytes` is what was captured of a packet that has `length` bytes from BTH to ICRC. Fills in
// what the BTH and what follows it say.
std::optional<RoceSend> decode_packet(std::span<const std::byte> bytes, std::size_t length,
                                      RoceSend send) {
  if (!is_rc_send(bytes)) return std::nullopt;
  std::size_t header = 0;
  const auto headers = wire::decode_prefix<roce::Headers>(bytes, &header);
  if (!headers) return std::nullopt;
  const roce::Bth& bth = headers->bth;
  const std::size_t behind = bth.pad + roce::kIcrcSize;
  if (length < header + behind) return std::nullopt;
  send.qpn = bth.destination;
  send.psn = bth.psn;
  send.part = roce::find_opcode(bth.opcode)->part;
  send.payload_length = length - header - behind;
  send.payload = bytes.subspan(header);
  send.payload = send.payload.first(std::min(send.payload.size(), send.payload_length));
  return send;
}

}  // namespace

std::optional<RoceSend> decode_rocev2(const IpPacket& packet) {
  if (packet.protocol != kProtocolUdp) return std::nullopt;
  const auto udp = wire::decode_prefix<roce::Udp>(packet.payload);
  if (!udp || udp->destination_port != roce::kUdpPort) return std::nullopt;
  const std::size_t length = udp->length;
  if (length < roce::Udp::kSize || length > packet.payload_length) return std::nullopt;
  RoceSend send;
  send.source = packet.source;
  send.destination = packet.destination;
  const bool v4 = byte_at(packet.header, 0) >> 4U == 4;
  send.network = v4 ? roce::Network::Ipv4 : roce::Network::Ipv6;
  const std::size_t header = packet.header.size();
  const bool plain = header + roce::Udp::kSize == roce::network_size(send.network);
  if (plain && packet.payload.size() >= length) {
    send.covered = std::span(packet.header.data(), header + length);
  }
  return decode_packet(packet.payload.subspan(roce::Udp::kSize), length - roce::Udp::kSize, send);
}

std::optional<RoceSend> decode_rocev1(std::span<const std::byte> bytes) {
  const auto grh = wire::decode_prefix<roce::Grh>(bytes);
  if (!grh || grh->version != 6 || grh->next_header != roce::kGrhNextHeader) return std::nullopt;
  const std::size_t length = grh->payload_length;
  RoceSend send;
  send.source.gid = grh->source;
  send.destination.gid = grh->destination;
  send.network = roce::Network::Grh;
  const std::span<const std::byte> packet = bytes.subspan(roce::Grh::kSize);
  if (packet.size() >= length) send.covered = bytes.first(roce::Grh::kSize + length);
  return decode_packet(packet, length, send);
}

IcrcStatus check_icrc(const RoceSend& send) {
  const std::size_t smallest = roce::network_size(send.network) + roce::Bth::kSize;
  if (send.covered.size() < smallest + roce::kIcrcSize) return IcrcStatus::Unknown;
  const auto packet = send.covered.first(send.covered.size() - roce::kIcrcSize);
  const auto stated = send.covered.last(roce::kIcrcSize);
  const auto computed = roce::icrc_of(send.network, packet).bytes();
  return std::equal(stated.begin(), stated.end(), computed.begin()) ? IcrcStatus::Right
                                                                    : IcrcStatus::Wrong;
}

}  // namespace smclab::capture
