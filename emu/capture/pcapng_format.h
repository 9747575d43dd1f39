// SPDX-License-Identifier: MIT
//
// Numbers of the pcapng format (draft-ietf-opsawg-pcapng §4, §3.5) that writer and reader share.
#pragma once

#include <cstddef>
#include <cstdint>

namespace smclab::capture::pcapng {

inline constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
inline constexpr std::uint32_t kInterfaceDescription = 1;
inline constexpr std::uint32_t kObsoletePacket = 2;
inline constexpr std::uint32_t kSimplePacket = 3;
inline constexpr std::uint32_t kEnhancedPacket = 6;

/// Blocks that are no packets and that Wireshark numbers with the packets: a journal entry, the
/// two custom blocks, system events.
inline constexpr std::uint32_t kNumberedBlocks[] = {9, 0x0BAD, 0x4000'0BAD, 0x204, 0x216, 0x221};

inline constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;

/// Option codes; the first two are legal in every block.
enum class Option : std::uint16_t {
  End = 0,
  Comment = 1,
  InterfaceName = 2,         ///< of an interface description
  InterfaceDescription = 3,  ///< of an interface description
  Application = 4,           ///< of a section header
  TimeResolution = 9,        ///< of an interface description
  TimeOffset = 14,           ///< of an interface description
};

/// Block type and total length in front, total length behind.
inline constexpr std::size_t kBlockOverhead = 12;

/// Bodies and option values are padded to words.
[[nodiscard]] constexpr std::size_t padded(std::size_t size) noexcept {
  return (size + 3) & ~std::size_t{3};
}

}  // namespace smclab::capture::pcapng
