// SPDX-License-Identifier: MIT
#include "emu/tcp/segment.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "emu/rnic/wire/checksum.h"
#include "emu/rnic/wire/network_headers.h"
#include "protocol/wire/decode.h"
#include "protocol/wire/encode.h"

namespace smclab::tcp {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::size_t kIpv4ChecksumOffset = 10;
constexpr std::size_t kTcpChecksumOffset = 16;

struct TcpHeader {
  static constexpr bool is_message = true;
  static constexpr std::size_t kSize = 20;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t words = 5;  // header length in units of four bytes
  TcpFlags flags;
  std::uint16_t window = 0;
  std::uint16_t checksum = 0;

  template <class Visitor, class Self>
  static constexpr void fields(Visitor& v, Self& self) {
    using wire::bit_field;
    v.number("source_port", 2, self.source_port);
    v.number("destination_port", 2, self.destination_port);
    v.number("sequence", 4, self.sequence);
    v.number("acknowledgment", 4, self.acknowledgment);
    v.bits(2, bit_field("words", 4, self.words), wire::reserved_bits(7),
           bit_field("ack", 1, self.flags.ack), bit_field("psh", 1, self.flags.psh),
           bit_field("rst", 1, self.flags.rst), bit_field("syn", 1, self.flags.syn),
           bit_field("fin", 1, self.flags.fin));
    v.number("window", 2, self.window);
    v.number("checksum", 2, self.checksum);
    v.reserved(2);
  }
};

// --- options -------------------------------------------------------------------------------------

constexpr std::array<std::byte, 8> kSmcOption = {std::byte{0x01}, std::byte{0x01}, std::byte{0xFE},
                                                 std::byte{0x06}, std::byte{0xE2}, std::byte{0xD4},
                                                 std::byte{0xC3}, std::byte{0xD9}};
constexpr std::size_t kExperimentOffset = 4;  // of the identifier in kSmcOption

/// Laid out as Linux would: MSS, then NOP and window scale, then two NOPs and SMC-R.
struct OptionBytes {
  std::array<std::byte, 40> bytes{};
  std::size_t size = 0;
  void push(std::initializer_list<unsigned> values) {
    for (const unsigned value : values) bytes[size++] = static_cast<std::byte>(value);
  }
};

OptionBytes lay_out(const TcpOptions& options) {
  OptionBytes out;
  if (options.mss != 0) out.push({2, 4, unsigned{options.mss} >> 8, options.mss & 0xFFU});
  if (options.window_scale) out.push({1, 3, 3, *options.window_scale});
  if (options.smc) {
    std::copy(kSmcOption.begin(), kSmcOption.end(),
              out.bytes.begin() + static_cast<std::ptrdiff_t>(out.size));
    out.size += kSmcOption.size();
  }
  return out;
}

void read_option(unsigned kind, std::span<const std::byte> value, TcpOptions& options) {
  if (kind == 2 && value.size() == 2) {
    options.mss = static_cast<std::uint16_t>(std::to_integer<unsigned>(value[0]) << 8 |
                                             std::to_integer<unsigned>(value[1]));
  } else if (kind == 3 && value.size() == 1) {
    options.window_scale = std::to_integer<std::uint8_t>(value[0]);
  } else if (kind == 254 && std::equal(value.begin(), value.end(),
                                       kSmcOption.begin() + kExperimentOffset, kSmcOption.end())) {
    options.smc = true;
  }
}

std::optional<TcpOptions> read_options(std::span<const std::byte> bytes) {
  TcpOptions options;
  while (!bytes.empty()) {
    const auto kind = std::to_integer<unsigned>(bytes[0]);
    if (kind == 0) break;
    if (kind == 1) {
      bytes = bytes.subspan(1);
      continue;
    }
    if (bytes.size() < 2) return std::nullopt;
    const auto length = std::to_integer<std::size_t>(bytes[1]);
    if (length < 2 || length > bytes.size()) return std::nullopt;
    read_option(kind, bytes.subspan(2, length - 2), options);
    bytes = bytes.subspan(length);
  }
  return options;
}

// --- frames --------------------------------------------------------------------------------------

void put_checksum(std::span<std::byte> place, std::uint16_t checksum) {
  place[0] = static_cast<std::byte>(checksum >> 8);
  place[1] = static_cast<std::byte>(checksum & 0xFF);
}

std::uint16_t checksum_of(std::span<const std::byte> tcp, const IpAddress& source,
                          const IpAddress& destination) {
  const std::size_t skip = source.is_v4() ? 12 : 0;
  roce::InternetChecksum sum;
  sum.add(std::span(source.gid.bytes).subspan(skip));
  sum.add(std::span(destination.gid.bytes).subspan(skip));
  sum.add_word(static_cast<std::uint16_t>(tcp.size()));
  sum.add_word(kTcp);
  sum.add(tcp);
  return sum.complement();
}

std::size_t write_ip(const TcpSegment& segment, std::size_t tcp_size, std::span<std::byte> out) {
  if (!segment.source.ip.is_v4()) {
    return wire::encode(roce::Grh{.payload_length = static_cast<std::uint16_t>(tcp_size),
                                  .next_header = kTcp,
                                  .source = segment.source.ip.gid,
                                  .destination = segment.destination.ip.gid},
                        out);
  }
  roce::Ipv4 header{.total_length = static_cast<std::uint16_t>(roce::Ipv4::kSize + tcp_size),
                    .protocol = kTcp};
  std::copy_n(segment.source.ip.gid.bytes.begin() + 12, 4, header.source.begin());
  std::copy_n(segment.destination.ip.gid.bytes.begin() + 12, 4, header.destination.begin());
  const std::size_t size = wire::encode(header, out);
  roce::InternetChecksum sum;
  sum.add(out.first(size));
  put_checksum(out.subspan(kIpv4ChecksumOffset, 2), sum.complement());
  return size;
}

/// What both IP versions tell of a TCP segment.
struct IpPacket {
  IpAddress source;
  IpAddress destination;
  std::span<const std::byte> payload;
};

IpAddress ipv4_of(const std::array<std::byte, 4>& bytes) {
  IpAddress address = ipv4(0, 0, 0, 0);
  std::copy(bytes.begin(), bytes.end(), address.gid.bytes.begin() + 12);
  return address;
}

std::optional<IpPacket> read_v4(std::span<const std::byte> packet) {
  const auto header = wire::decode_prefix<roce::Ipv4>(packet);
  if (!header || header->protocol != kTcp || header->total_length > packet.size() ||
      header->total_length < roce::Ipv4::kSize) {
    return std::nullopt;
  }
  roce::InternetChecksum sum;
  sum.add(packet.first(roce::Ipv4::kSize));
  if (sum.complement() != 0) return std::nullopt;
  return IpPacket{ipv4_of(header->source), ipv4_of(header->destination),
                  packet.first(header->total_length).subspan(roce::Ipv4::kSize)};
}

std::optional<IpPacket> read_v6(std::span<const std::byte> packet) {
  const auto header = wire::decode_prefix<roce::Grh>(packet);
  if (!header || header->next_header != kTcp ||
      header->payload_length > packet.size() - roce::Grh::kSize) {
    return std::nullopt;
  }
  return IpPacket{IpAddress{header->source}, IpAddress{header->destination},
                  packet.subspan(roce::Grh::kSize, header->payload_length)};
}

std::optional<IpPacket> read_frame(std::span<const std::byte> frame) {
  const auto ethernet = wire::decode_prefix<roce::Ethernet>(frame);
  if (!ethernet) return std::nullopt;
  const auto packet = frame.subspan(roce::Ethernet::kSize);
  if (ethernet->type == roce::EtherType::Ipv4) return read_v4(packet);
  if (ethernet->type == roce::EtherType::Ipv6) return read_v6(packet);
  return std::nullopt;
}

}  // namespace

void encode_segment(const TcpSegment& segment, const EthernetPair& macs,
                    std::vector<std::byte>& frame) {
  const bool v4 = segment.source.ip.is_v4();
  SMCLAB_CHECK(v4 == segment.destination.ip.is_v4());
  const OptionBytes options = lay_out(segment.options);
  const std::size_t header_size = TcpHeader::kSize + options.size;
  const std::size_t tcp_size = header_size + segment.payload.size();
  frame.resize(roce::Ethernet::kSize + (v4 ? roce::Ipv4::kSize : roce::Grh::kSize) + tcp_size);
  const std::span all(frame);
  std::size_t at =
      wire::encode(roce::Ethernet{.destination = macs.destination,
                                  .source = macs.source,
                                  .type = v4 ? roce::EtherType::Ipv4 : roce::EtherType::Ipv6},
                   all);
  at += write_ip(segment, tcp_size, all.subspan(at));
  const std::span tcp = all.subspan(at);
  wire::encode(TcpHeader{.source_port = segment.source.port,
                         .destination_port = segment.destination.port,
                         .sequence = segment.sequence,
                         .acknowledgment = segment.acknowledgment,
                         .words = static_cast<std::uint8_t>(header_size / 4),
                         .flags = segment.flags,
                         .window = segment.window},
               tcp);
  std::copy_n(options.bytes.begin(), options.size, tcp.begin() + TcpHeader::kSize);
  std::copy(segment.payload.begin(), segment.payload.end(),
            tcp.begin() + static_cast<std::ptrdiff_t>(header_size));
  put_checksum(tcp.subspan(kTcpChecksumOffset, 2),
               checksum_of(tcp, segment.source.ip, segment.destination.ip));
}

std::optional<TcpSegment> decode_segment(std::span<const std::byte> frame) {
  const auto packet = read_frame(frame);
  if (!packet) return std::nullopt;
  const auto tcp = packet->payload;
  if (checksum_of(tcp, packet->source, packet->destination) != 0) return std::nullopt;
  const auto header = wire::decode_prefix<TcpHeader>(tcp);
  if (!header) return std::nullopt;
  const std::size_t header_size = header->words * std::size_t{4};
  if (header_size < TcpHeader::kSize || header_size > tcp.size()) return std::nullopt;
  const auto options = read_options(tcp.subspan(TcpHeader::kSize, header_size - TcpHeader::kSize));
  if (!options) return std::nullopt;
  return TcpSegment{.source = {packet->source, header->source_port},
                    .destination = {packet->destination, header->destination_port},
                    .sequence = header->sequence,
                    .acknowledgment = header->acknowledgment,
                    .flags = header->flags,
                    .window = header->window,
                    .options = *options,
                    .payload = tcp.subspan(header_size)};
}

}  // namespace smclab::tcp
