// SPDX-License-Identifier: MIT
//
// Writes pcapng (draft-ietf-opsawg-pcapng): one section, an interface a link, enhanced packet
// blocks with nanosecond times and comments. Comments tell what no frame shows: an injected
// fault, or SMC-R capability that was agreed out of band. Knows no files: bytes go to a sink of
// the caller, or to a vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "emu/capture/captured_packet.h"

namespace smclab::capture {

/// An interface to describe: `name` is shown by every reader, for example "link0" or "a.eth0".
struct PcapngInterface {
  std::string_view name;
  LinkType link_type = LinkType::Ethernet;
  std::uint32_t snap_length = 0;  ///< longest capture of a packet; 0: no limit
  std::string_view description;   ///< left out where empty
};

/// What a section says of itself; empty texts are left out.
struct PcapngSection {
  std::string_view application;  ///< the program that writes, with its version
  std::string_view comment;
};

/// The three blocks, appended to `out`. Times count nanoseconds; values are little endian.
/// Texts longer than 65,535 bytes are cut. Interfaces are numbered from 0 in the order in which
/// they are appended.
void append_section(const PcapngSection& section, std::vector<std::byte>& out);
void append_interface(const PcapngInterface& interface, std::vector<std::byte>& out);
/// `packet.link_type` is not looked at: the interface decides. The time is not negative.
void append_packet(const CapturedPacket& packet, std::vector<std::byte>& out);

/// Takes the next bytes of a file and answers whether they were written. After the first `false`
/// it is not called again; the reason (errno) is the sink's own to keep.
using ByteSink = std::function<bool(std::span<const std::byte>)>;

/// A capture being written. Every call hands whole blocks to the sink, so that a file cut off
/// between two calls is a sound capture. Once the sink has failed all calls answer false and do
/// nothing, and failed() stays true: one error upward, however many packets come later.
class PcapngWriter {
 public:
  /// Writes the section header.
  PcapngWriter(ByteSink sink, const PcapngSection& section);

  /// Adds an interface and returns its number for CapturedPacket::interface.
  std::uint32_t add_interface(const PcapngInterface& interface);
  /// Writes a packet of an interface that was added before.
  bool write(const CapturedPacket& packet);

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// Bytes the sink took.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  void flush();

  ByteSink sink_;
  std::vector<std::byte> block_;
  std::uint64_t size_ = 0;
  std::uint32_t interfaces_ = 0;
  bool failed_ = false;
};

}  // namespace smclab::capture
