// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/crc32.h"

#include <zlib.h>

#if SMCLAB_HAVE_ISAL
#include <isa-l/crc.h>
#endif

namespace smclab::roce {
namespace {

// Both libraries want unsigned char; by way of void that is a conversion, not a cast of meaning.
const unsigned char* as_chars(std::span<const std::byte> bytes) {
  return static_cast<const unsigned char*>(static_cast<const void*>(bytes.data()));
}

}  // namespace

std::uint32_t crc32_by_zlib(std::uint32_t crc, std::span<const std::byte> bytes) noexcept {
  // A null pointer asks zlib for its initial value instead of a CRC.
  if (bytes.empty()) return crc;
  return static_cast<std::uint32_t>(::crc32_z(crc, as_chars(bytes), bytes.size()));
}

#if SMCLAB_HAVE_ISAL

std::string_view crc32_provider() noexcept {
  return "isa-l";
}

std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) noexcept {
  if (bytes.empty()) return crc;
  return ::crc32_gzip_refl(crc, as_chars(bytes), bytes.size());
}

#else

std::string_view crc32_provider() noexcept {
  return "zlib";
}

std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) noexcept {
  return crc32_by_zlib(crc, bytes);
}

#endif

}  // namespace smclab::roce
