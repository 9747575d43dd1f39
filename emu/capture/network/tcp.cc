// SPDX-License-Identifier: MIT
#include "emu/capture/network/tcp.h"

#include "emu/capture/network/big_endian.h"
#include "protocol/wire/tcp_option.h"

namespace smclab::capture {

std::optional<TcpSegment> decode_tcp(std::span<const std::byte> bytes, std::size_t length) {
  constexpr std::size_t kFixed = 20;
  if (bytes.size() < kFixed) return std::nullopt;
  const std::size_t header_size = (byte_at(bytes, 12) >> 4U) * std::size_t{4};
  if (header_size < kFixed || header_size > bytes.size()) return std::nullopt;
  const unsigned flags = byte_at(bytes, 13);
  TcpSegment segment;
  segment.source_port = big_endian16(bytes, 0);
  segment.destination_port = big_endian16(bytes, 2);
  segment.sequence = big_endian(bytes, 4, 4);
  segment.acknowledged = big_endian(bytes, 8, 4);
  segment.fin = (flags & 0x01U) != 0;
  segment.syn = (flags & 0x02U) != 0;
  segment.rst = (flags & 0x04U) != 0;
  segment.ack = (flags & 0x10U) != 0;
  segment.smc_option = wire::find_smcr_option(bytes.subspan(kFixed, header_size - kFixed));
  segment.payload = bytes.subspan(header_size);
  segment.payload_length = length - header_size;
  return segment;
}

}  // namespace smclab::capture
