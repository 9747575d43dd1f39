// SPDX-License-Identifier: MIT
//
// Reads pcapng (draft-ietf-opsawg-pcapng), block by block: both byte orders, several sections,
// interfaces of different link types, the enhanced, simple and obsolete packet blocks, comments.
// libpcap refuses files of two link types and drops comments, hence this one. Every byte string
// is survived: what could be read is given out, then the reason why the rest could not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/capture/captured_packet.h"
#include "emu/capture/pcapng_format.h"

namespace smclab::capture {

/// Fills its argument from the front with the next bytes of a file and returns how many there
/// were; fewer than asked for only at the end of the file, or where reading it failed.
using ByteSource = std::function<std::size_t(std::span<std::byte>)>;

/// An interface as its description block gives it.
struct InterfaceDescription {
  std::string name;
  LinkType link_type = LinkType::Ethernet;
  std::uint32_t snap_length = 0;
  std::uint8_t time_resolution = 6;  ///< 10^-n s, or 2^-n s where the top bit is set
  std::int64_t time_offset_s = 0;
};

class PcapngReader {
 public:
  explicit PcapngReader(ByteSource source);

  /// The next packet in file order, or nothing at the end and at the first block that cannot be
  /// read. The packet's views are good until the next call.
  std::optional<CapturedPacket> next();

  /// Why reading stopped before the end, with the place; empty while all is well.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// Interfaces described so far, over all sections; CapturedPacket::interface counts in it.
  [[nodiscard]] const std::vector<InterfaceDescription>& interfaces() const noexcept {
    return interfaces_;
  }

 private:
  struct Header {
    std::uint32_t type = 0;
    std::uint32_t body = 0;  ///< bytes between the two length fields
  };

  std::optional<Header> read_header();
  bool read_section_length(Header& header);
  bool read_body(std::uint32_t size);
  bool skip_body(std::uint32_t size);
  bool read_trailer(const Header& header);
  bool read_exactly(std::span<std::byte> target);
  void stop(std::string_view why);

  void section();
  void interface();
  std::optional<CapturedPacket> enhanced_packet(bool obsolete);
  std::optional<CapturedPacket> simple_packet();
  std::optional<std::uint32_t> known_interface(std::uint32_t in_section);
  std::string_view comments(std::size_t options_at);
  /// Calls `each(code, value)` for the options from `at` to the end of the body.
  template <class Each>
  void options(std::size_t at, Each each) const;
  [[nodiscard]] std::uint64_t number(std::span<const std::byte> from, std::size_t at,
                                     unsigned width) const noexcept;
  [[nodiscard]] std::uint32_t word(std::size_t at) const noexcept;

  ByteSource source_;
  std::vector<std::byte> body_;
  std::vector<InterfaceDescription> interfaces_;
  std::size_t section_start_ = 0;  ///< number of this section's first interface
  std::uint64_t block_at_ = 0;     ///< offset of the current block in the file
  std::uint64_t read_ = 0;
  std::uint64_t frames_ = 0;  ///< by Wireshark's count
  std::string comment_;
  std::string problem_;
  bool big_endian_ = false;
  bool in_section_ = false;
  bool ended_ = false;
};

/// A timestamp of `ticks` units since 1970, in nanoseconds and rounded down; what lies beyond the
/// range (the year 2262) becomes its end.
[[nodiscard]] std::int64_t time_in_ns(std::uint64_t ticks, const InterfaceDescription& interface);

}  // namespace smclab::capture
