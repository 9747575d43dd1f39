// SPDX-License-Identifier: MIT
#include "emu/capture/pcapng_reader.h"

#include <algorithm>
#include <array>
#include <utility>

namespace smclab::capture {
namespace {

// Longer blocks than this are no packets: a jumbo frame of every kind fits many times over.
constexpr std::uint32_t kMaxPacketBlock = 16U << 20;
constexpr std::size_t kReadStep = 64U << 10;

constexpr std::uint32_t swapped(std::uint32_t value) noexcept {
  return value >> 24 | (value >> 8 & 0xFF00) | (value << 8 & 0xFF0000) | value << 24;
}

bool is_packet(std::uint32_t type) noexcept {
  return type == pcapng::kEnhancedPacket || type == pcapng::kSimplePacket ||
         type == pcapng::kObsoletePacket;
}

bool is_numbered(std::uint32_t type) noexcept {
  return is_packet(type) ||
         std::find(std::begin(pcapng::kNumberedBlocks), std::end(pcapng::kNumberedBlocks), type) !=
             std::end(pcapng::kNumberedBlocks);
}

}  // namespace

PcapngReader::PcapngReader(ByteSource source) : source_(std::move(source)) {}

std::optional<CapturedPacket> PcapngReader::next() {
  while (!ended_) {
    const auto header = read_header();
    if (!header) return std::nullopt;
    const bool wanted = is_packet(header->type) || header->type == pcapng::kSectionHeader ||
                        header->type == pcapng::kInterfaceDescription;
    if (!(wanted ? read_body(header->body) : skip_body(header->body))) return std::nullopt;
    if (!read_trailer(*header)) return std::nullopt;
    if (is_numbered(header->type)) ++frames_;
    std::optional<CapturedPacket> packet;
    if (header->type == pcapng::kSectionHeader) section();
    if (header->type == pcapng::kInterfaceDescription) interface();
    if (header->type == pcapng::kEnhancedPacket) packet = enhanced_packet(false);
    if (header->type == pcapng::kObsoletePacket) packet = enhanced_packet(true);
    if (header->type == pcapng::kSimplePacket) packet = simple_packet();
    if (packet) return packet;
  }
  return std::nullopt;
}

std::optional<PcapngReader::Header> PcapngReader::read_header() {
  block_at_ = read_;
  std::array<std::byte, 8> raw{};
  const std::size_t got = source_(raw);
  read_ += got;
  if (got == 0) {
    ended_ = true;
    if (!in_section_) stop("the file is empty");
    return std::nullopt;
  }
  if (got < raw.size()) {
    stop("the file ends inside a block header");
    return std::nullopt;
  }
  Header header;
  header.type = static_cast<std::uint32_t>(number(raw, 0, 4));
  header.body = static_cast<std::uint32_t>(number(raw, 4, 4));
  if (header.type == pcapng::kSectionHeader) {
    if (!read_section_length(header)) return std::nullopt;
  } else if (!in_section_) {
    stop("not a pcapng file");
    return std::nullopt;
  }
  if (header.body < pcapng::kBlockOverhead || header.body % 4 != 0) {
    stop("a block of impossible length");
    return std::nullopt;
  }
  header.body -= static_cast<std::uint32_t>(pcapng::kBlockOverhead);
  return header;
}

// The byte order of a section, and so of its header's length, shows only in the magic behind it.
bool PcapngReader::read_section_length(Header& header) {
  std::array<std::byte, 4> raw{};
  body_.clear();
  if (!read_exactly(raw)) return false;
  const auto magic = static_cast<std::uint32_t>(number(raw, 0, 4));
  if (magic == swapped(pcapng::kByteOrderMagic)) {
    big_endian_ = !big_endian_;
    header.body = swapped(header.body);
  } else if (magic != pcapng::kByteOrderMagic) {
    stop("a section header without byte-order magic");
    return false;
  }
  body_.assign(raw.begin(), raw.end());
  return true;
}

bool PcapngReader::read_exactly(std::span<std::byte> target) {
  const std::size_t got = source_(target);
  read_ += got;
  if (got == target.size()) return true;
  stop("the file ends inside a block");
  return false;
}

// Grows with the bytes that are there, so that a length alone cannot claim memory.
bool PcapngReader::read_body(std::uint32_t size) {
  if (size > kMaxPacketBlock) {
    stop("a block longer than any packet");
    return false;
  }
  // A section header's magic was read already.
  if (read_ - block_at_ == 8) body_.clear();
  if (size < body_.size()) {
    stop("a section header that is too short");
    return false;
  }
  while (body_.size() < size) {
    const std::size_t before = body_.size();
    body_.resize(before + std::min<std::size_t>(kReadStep, size - before));
    if (!read_exactly(std::span(body_).subspan(before))) return false;
  }
  return true;
}

bool PcapngReader::skip_body(std::uint32_t size) {
  body_.resize(std::min<std::size_t>(kReadStep, size));
  while (size > 0) {
    const auto step = static_cast<std::uint32_t>(std::min<std::size_t>(body_.size(), size));
    if (!read_exactly(std::span(body_).first(step))) return false;
    size -= step;
  }
  return true;
}

bool PcapngReader::read_trailer(const Header& header) {
  std::array<std::byte, 4> raw{};
  if (!read_exactly(raw)) return false;
  if (number(raw, 0, 4) == header.body + pcapng::kBlockOverhead) return true;
  stop("a block whose two lengths differ");
  return false;
}

void PcapngReader::stop(std::string_view why) {
  ended_ = true;
  problem_ = std::string(why) + " (byte " + std::to_string(block_at_) + ")";
}

void PcapngReader::section() {
  if (body_.size() < 16) return stop("a section header that is too short");
  if (number(body_, 4, 2) != 1) return stop("an unknown major version of pcapng");
  in_section_ = true;
  section_start_ = interfaces_.size();
}

void PcapngReader::interface() {
  if (body_.size() < 8) return stop("an interface description that is too short");
  InterfaceDescription described;
  described.link_type = static_cast<LinkType>(number(body_, 0, 2));
  described.snap_length = word(4);
  options(8, [&](pcapng::Option code, std::span<const std::byte> value) {
    if (code == pcapng::Option::InterfaceName) {
      described.name.clear();
      for (const std::byte b : value) described.name.push_back(static_cast<char>(b));
    } else if (code == pcapng::Option::TimeResolution && value.size() == 1) {
      described.time_resolution = std::to_integer<std::uint8_t>(value[0]);
    } else if (code == pcapng::Option::TimeOffset && value.size() == 8) {
      described.time_offset_s = static_cast<std::int64_t>(number(value, 0, 8));
    }
  });
  interfaces_.push_back(std::move(described));
}

std::optional<std::uint32_t> PcapngReader::known_interface(std::uint32_t in_section) {
  if (in_section < interfaces_.size() - section_start_) {
    return static_cast<std::uint32_t>(section_start_ + in_section);
  }
  stop("a packet of an interface that is not described");
  return std::nullopt;
}

// The obsolete block differs in its first word alone: the interface has 16 bits, a drop count
// the others.
std::optional<CapturedPacket> PcapngReader::enhanced_packet(bool obsolete) {
  constexpr std::size_t kFixed = 20;
  if (body_.size() < kFixed) {
    stop("a packet block that is too short");
    return std::nullopt;
  }
  const std::uint32_t captured = word(12);
  if (captured > body_.size() - kFixed) {
    stop("a packet longer than its block");
    return std::nullopt;
  }
  const auto id =
      known_interface(obsolete ? static_cast<std::uint32_t>(number(body_, 0, 2)) : word(0));
  if (!id) return std::nullopt;
  const InterfaceDescription& interface = interfaces_[*id];
  const std::uint64_t ticks = std::uint64_t{word(4)} << 32 | word(8);
  return CapturedPacket{.frame = frames_,
                        .interface = *id,
                        .link_type = interface.link_type,
                        .time_ns = time_in_ns(ticks, interface),
                        .bytes = std::span<const std::byte>(body_).subspan(kFixed, captured),
                        .original_length = word(16),
                        .comment = comments(kFixed + pcapng::padded(captured))};
}

std::optional<CapturedPacket> PcapngReader::simple_packet() {
  if (body_.size() < 4) {
    stop("a packet block that is too short");
    return std::nullopt;
  }
  const auto id = known_interface(0);
  if (!id) return std::nullopt;
  const InterfaceDescription& interface = interfaces_[*id];
  const std::uint32_t original = word(0);
  std::size_t captured = std::min<std::size_t>(original, body_.size() - 4);
  if (interface.snap_length != 0) {
    captured = std::min<std::size_t>(captured, interface.snap_length);
  }
  return CapturedPacket{.frame = frames_,
                        .interface = *id,
                        .link_type = interface.link_type,
                        .bytes = std::span<const std::byte>(body_).subspan(4, captured),
                        .original_length = original};
}

std::string_view PcapngReader::comments(std::size_t options_at) {
  comment_.clear();
  options(options_at, [&](pcapng::Option code, std::span<const std::byte> value) {
    if (code != pcapng::Option::Comment) return;
    if (!comment_.empty()) comment_.push_back('\n');
    for (const std::byte b : value) comment_.push_back(static_cast<char>(b));
  });
  return comment_;
}

// Options are extras: a list that does not fit its block ends the list, not the reading.
template <class Each>
void PcapngReader::options(std::size_t at, Each each) const {
  while (at + 4 <= body_.size()) {
    const auto code = static_cast<pcapng::Option>(number(body_, at, 2));
    const auto size = static_cast<std::size_t>(number(body_, at + 2, 2));
    at += 4;
    if (code == pcapng::Option::End || size > body_.size() - at) return;
    each(code, std::span<const std::byte>(body_).subspan(at, size));
    at += pcapng::padded(size);
  }
}

std::uint64_t PcapngReader::number(std::span<const std::byte> from, std::size_t at,
                                   unsigned width) const noexcept {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    const std::size_t place = at + (big_endian_ ? i : width - 1 - i);
    value = value << 8 | std::to_integer<std::uint64_t>(from[place]);
  }
  return value;
}

std::uint32_t PcapngReader::word(std::size_t at) const noexcept {
  return static_cast<std::uint32_t>(number(body_, at, 4));
}

}  // namespace smclab::capture
