// SPDX-License-Identifier: MIT
//
// Addresses and bytes written as text: the half of units.h that is not about quantities. There is
// no operating system here to ask, so IPv4, IPv6 (RFC 4291 §2.2) and MAC addresses are read by
// hand.
#include <algorithm>
#include <array>
#include <optional>

#include "emu/scenario/load/problems.h"
#include "emu/scenario/load/units.h"

namespace smclab::scenario {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

// A number of `base` up to `most`, taken off the front; nothing if there is none.
std::optional<unsigned> take_number(std::string_view& text, unsigned base, unsigned most) {
  unsigned value = 0;
  std::size_t length = 0;
  for (; length < text.size(); ++length) {
    const auto digit = hex_digit(text[length]);
    if (!digit || *digit >= base) break;
    value = value * base + *digit;
    if (value > most) return std::nullopt;
  }
  if (length == 0 || length > 4) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool take(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

std::optional<IpAddress> to_ipv4(std::string_view text) {
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i > 0 && !take(text, ".")) return std::nullopt;
    const auto octet = take_number(text, 10, 255);
    if (!octet) return std::nullopt;
    octets[i] = static_cast<std::uint8_t>(*octet);
  }
  if (!text.empty()) return std::nullopt;
  return ipv4(octets[0], octets[1], octets[2], octets[3]);
}

// The groups of 16 bits on one side of "::", or all eight of them.
std::optional<std::vector<unsigned>> to_groups(std::string_view text) {
  std::vector<unsigned> groups;
  while (!text.empty()) {
    if (!groups.empty() && !take(text, ":")) return std::nullopt;
    const auto group = take_number(text, 16, 0xFFFF);
    if (!group || groups.size() == 8) return std::nullopt;
    groups.push_back(*group);
  }
  return groups;
}

std::optional<IpAddress> to_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  const auto head = to_groups(text.substr(0, gap));
  const auto tail = to_groups(gap == text.npos ? "" : text.substr(gap + 2));
  if (!head || !tail) return std::nullopt;
  const std::size_t groups = head->size() + tail->size();
  if (gap == text.npos ? groups != 8 : groups > 7) return std::nullopt;
  std::array<unsigned, 8> all{};
  std::ranges::copy(*head, all.begin());
  std::ranges::copy(*tail, all.end() - static_cast<std::ptrdiff_t>(tail->size()));
  IpAddress address;
  for (std::size_t i = 0; i < all.size(); ++i) {
    address.gid.bytes[2 * i] = static_cast<std::byte>(all[i] >> 8);
    address.gid.bytes[2 * i + 1] = static_cast<std::byte>(all[i]);
  }
  return address;
}

}  // namespace

Read<Interface> to_interface(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto v4 = to_ipv4(host);
  const auto address = v4 ? v4 : to_ipv6(host);
  if (!address) return tl::unexpected(in_quotes(text) + " is not an IPv4 or IPv6 address");
  if (slash == text.npos) {
    return tl::unexpected(in_quotes(text) +
                          " needs the length of its subnet's prefix, for example " +
                          (v4 ? "10.0.0.1/24" : "fd00::1/64"));
  }
  std::string_view rest = text.substr(slash + 1);
  const auto prefix = take_number(rest, 10, v4 ? 32 : 128);
  if (!prefix || !rest.empty()) {
    return tl::unexpected(in_quotes(text) + " has no prefix length of 0 to " + (v4 ? "32" : "128"));
  }
  return Interface{*address, static_cast<std::uint8_t>(*prefix)};
}

Read<Mac> to_mac(std::string_view text) {
  const auto wrong =
      tl::unexpected(in_quotes(text) + " is not a MAC address like 02:00:00:00:00:01");
  std::string_view rest = text;
  Mac mac;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    if (i > 0 && !take(rest, ":")) return wrong;
    const auto octet = take_number(rest, 16, 255);
    if (!octet) return wrong;
    mac.bytes[i] = static_cast<std::byte>(*octet);
  }
  if (!rest.empty()) return wrong;
  if ((mac.bytes[0] & std::byte{1}) != std::byte{0}) {
    return tl::unexpected(in_quotes(text) + " is a multicast address");
  }
  return mac;
}

Read<std::vector<std::byte>> to_bytes(std::string_view text) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == ':' || text[i] == '\n') {
      ++i;
      continue;
    }
    const auto high = hex_digit(text[i]);
    const auto low = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    if (!high || !low)
      return tl::unexpected(in_quotes(text) + " is not pairs of hexadecimal digits");
    bytes.push_back(static_cast<std::byte>(*high << 4 | *low));
    i += 2;
  }
  return bytes;
}

}  // namespace smclab::scenario
