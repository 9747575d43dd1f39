// SPDX-License-Identifier: MIT
#include "emu/rnic/wire/icrc.h"

#include <algorithm>

#include "emu/rnic/wire/bth.h"
#include "emu/rnic/wire/crc32.h"
#include "protocol/check.h"

namespace smclab::roce {
namespace {

constexpr std::size_t kLargestNetwork = 48;
// Eight bytes of ones leave this behind, in the form in which crc32() continues.
constexpr std::uint32_t kAfterMaskedRoute = 0x2144'DF1C;

constexpr std::byte kOnes{0xFF};

void mask_ipv4(std::span<std::byte> headers) {
  headers[1] = kOnes;                         // traffic class
  headers[8] = kOnes;                         // hop limit
  headers[10] = headers[11] = kOnes;          // header checksum
  headers[20 + 6] = headers[20 + 7] = kOnes;  // UDP checksum
}

// Traffic class, flow label and hop limit, in IPv6 and in the GRH.
void mask_route(std::span<std::byte> headers) {
  headers[0] |= std::byte{0x0F};
  headers[1] = headers[2] = headers[3] = kOnes;
  headers[7] = kOnes;
}

void mask_ipv6(std::span<std::byte> headers) {
  mask_route(headers);
  headers[40 + 6] = headers[40 + 7] = kOnes;  // UDP checksum
}

}  // namespace

Icrc::Icrc(Network network, std::span<const std::byte> headers) noexcept {
  const std::size_t size = network_size(network);
  SMCLAB_CHECK(headers.size() == size + Bth::kSize);
  std::array<std::byte, kLargestNetwork + Bth::kSize> masked;
  std::copy(headers.begin(), headers.end(), masked.begin());
  switch (network) {
    case Network::Ipv4:
      mask_ipv4(masked);
      break;
    case Network::Ipv6:
      mask_ipv6(masked);
      break;
    case Network::Grh:
      mask_route(masked);
      break;
  }
  masked[size + 4] = kOnes;  // the congestion bits of the BTH
  crc_ = crc32(kAfterMaskedRoute, std::span(masked).first(headers.size()));
}

void Icrc::add(std::span<const std::byte> bytes) noexcept {
  crc_ = crc32(crc_, bytes);
}

std::array<std::byte, 4> Icrc::bytes() const noexcept {
  std::array<std::byte, 4> bytes;
  for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::byte>(crc_ >> (8 * i) & 0xFF);
  return bytes;
}

Icrc icrc_of(Network network, std::span<const std::byte> packet) noexcept {
  const std::size_t headers = network_size(network) + Bth::kSize;
  SMCLAB_CHECK(packet.size() >= headers);
  Icrc icrc(network, packet.first(headers));
  icrc.add(packet.subspan(headers));
  return icrc;
}

}  // namespace smclab::roce
