// SPDX-License-Identifier: MIT
#include "emu/capture/pcapng_writer.h"

#include <algorithm>
#include <utility>

#include "emu/capture/pcapng_format.h"
#include "protocol/check.h"

namespace smclab::capture {
namespace {

/// One block: length in front and behind are filled in by close().
class Block {
 public:
  Block(std::uint32_t type, std::vector<std::byte>& out) : out_(&out), start_(out.size()) {
    number(type, 4);
    number(0, 4);
  }
  void number(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) {
      out_->push_back(static_cast<std::byte>(value >> (8 * i) & 0xFF));
    }
  }
  void padded_bytes(std::span<const std::byte> bytes) {
    out_->insert(out_->end(), bytes.begin(), bytes.end());
    out_->resize(out_->size() + pcapng::padded(bytes.size()) - bytes.size());
  }
  void option(pcapng::Option code, std::span<const std::byte> value) {
    number(static_cast<std::uint16_t>(code), 2);
    number(value.size(), 2);
    padded_bytes(value);
    has_options_ = true;
  }
  void text_option(pcapng::Option code, std::string_view text) {
    if (text.empty()) return;
    option(code, std::as_bytes(std::span(text.substr(0, UINT16_MAX))));
  }
  void close() {
    if (has_options_) option(pcapng::Option::End, {});
    const std::size_t size = out_->size() - start_ + 4;
    number(size, 4);
    for (std::size_t i = 0; i < 4; ++i) {
      (*out_)[start_ + 4 + i] = static_cast<std::byte>(size >> (8 * i) & 0xFF);
    }
  }

 private:
  std::vector<std::byte>* out_;
  std::size_t start_;
  bool has_options_ = false;
};

}  // namespace

void append_section(const PcapngSection& section, std::vector<std::byte>& out) {
  Block block(pcapng::kSectionHeader, out);
  block.number(pcapng::kByteOrderMagic, 4);
  block.number(1, 2);           // major version
  block.number(0, 2);           // minor version
  block.number(UINT64_MAX, 8);  // the section's length is not known beforehand
  block.text_option(pcapng::Option::Comment, section.comment);
  block.text_option(pcapng::Option::Application, section.application);
  block.close();
}

void append_interface(const PcapngInterface& interface, std::vector<std::byte>& out) {
  Block block(pcapng::kInterfaceDescription, out);
  block.number(static_cast<std::uint16_t>(interface.link_type), 2);
  block.number(0, 2);
  block.number(interface.snap_length, 4);
  block.text_option(pcapng::Option::InterfaceName, interface.name);
  block.text_option(pcapng::Option::InterfaceDescription, interface.description);
  constexpr std::byte kNanoseconds{9};
  block.option(pcapng::Option::TimeResolution, std::span(&kNanoseconds, 1));
  block.close();
}

void append_packet(const CapturedPacket& packet, std::vector<std::byte>& out) {
  SMCLAB_CHECK(packet.time_ns >= 0);
  const auto captured = static_cast<std::uint32_t>(packet.bytes.size());
  const auto time = static_cast<std::uint64_t>(packet.time_ns);
  Block block(pcapng::kEnhancedPacket, out);
  block.number(packet.interface, 4);
  block.number(time >> 32, 4);
  block.number(time & UINT32_MAX, 4);
  block.number(captured, 4);
  block.number(std::max(captured, packet.original_length), 4);
  block.padded_bytes(packet.bytes);
  block.text_option(pcapng::Option::Comment, packet.comment);
  block.close();
}

PcapngWriter::PcapngWriter(ByteSink sink, const PcapngSection& section) : sink_(std::move(sink)) {
  append_section(section, block_);
  flush();
}

std::uint32_t PcapngWriter::add_interface(const PcapngInterface& interface) {
  append_interface(interface, block_);
  flush();
  return interfaces_++;
}

bool PcapngWriter::write(const CapturedPacket& packet) {
  SMCLAB_CHECK(packet.interface < interfaces_);
  if (failed_) return false;
  append_packet(packet, block_);
  flush();
  return !failed_;
}

void PcapngWriter::flush() {
  if (!failed_) {
    if (sink_(block_)) {
      size_ += block_.size();
    } else {
      failed_ = true;
    }
  }
  block_.clear();
}

}  // namespace smclab::capture
