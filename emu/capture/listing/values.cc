// SPDX-License-Identifier: MIT
#include "emu/capture/listing/values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/wire/text.h"

namespace smclab::capture {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::uint8_t octet(std::byte b) noexcept {
  return std::to_integer<std::uint8_t>(b);
}

void append_octet(std::byte b, std::string& out) {
  out.push_back(kDigits[octet(b) >> 4U]);
  out.push_back(kDigits[octet(b) & 0xFU]);
}

// Length of the well-formed UTF-8 sequence at the front of `text`, or 0 (RFC 3629).
std::size_t utf8_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xC0U) != 0x80) return 0;
  }
  const bool too_long = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
  const bool no_scalar = (lead == 0xED && at(1) > 0x9F) || (lead == 0xF4 && at(1) > 0x8F);
  return too_long || no_scalar ? 0 : size;
}

void append_escaped_ascii(char c, std::string& out) {
  if (c == '"' || c == '\\') {
    out.push_back('\\');
    out.push_back(c);
  } else if (c == '\n') {
    out += "\\n";
  } else if (c < 0x20 || c == 0x7F) {
    out += "\\u00";
    append_octet(static_cast<std::byte>(c), out);
  } else {
    out.push_back(c);
  }
}

// JSON has no bytes: those above ASCII stand as the characters of the same number.
void append_escaped_byte(std::byte b, std::string& out) {
  if (octet(b) < 0x80) return append_escaped_ascii(static_cast<char>(b), out);
  out += "\\u00";
  append_octet(b, out);
}

}  // namespace

void append_number(std::uint64_t value, std::string& out) {
  std::array<char, 20> text{};
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_signed(std::int64_t value, std::string& out) {
  std::array<char, 20> text{};
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_hex(std::uint64_t value, std::size_t width, std::string& out) {
  out += "0x";
  for (std::size_t i = 2 * width; i > 0; --i) out.push_back(kDigits[value >> (4 * (i - 1)) & 0xF]);
}

void append_address(const IpAddress& address, std::string& out) {
  out += address.is_v4() ? wire::to_ipv4_text(std::span(address.gid.bytes).subspan(12))
                         : wire::to_text(address.gid);
}

void append_by_form(std::span<const std::byte> bytes, wire::Form form, std::string& out) {
  if (form == wire::Form::Gid) {
    Gid gid;
    std::copy_n(bytes.begin(), std::min(bytes.size(), gid.bytes.size()), gid.bytes.begin());
    out += wire::to_text(gid);
  } else if (form == wire::Form::Mac) {
    Mac mac;
    std::copy_n(bytes.begin(), std::min(bytes.size(), mac.bytes.size()), mac.bytes.begin());
    out += wire::to_text(mac);
  } else if (form == wire::Form::Ipv4) {
    out += wire::to_ipv4_text(bytes);
  } else if (form != wire::Form::Text) {
    out += wire::to_hex(bytes);
  } else {
    for (const std::byte b : bytes) append_escaped_byte(b, out);
  }
}

void append_escaped(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    if (size == 1) {
      append_escaped_ascii(text[0], out);
    } else {
      out += size == 0 ? std::string_view("\\ufffd") : text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

void append_fault(const DecodeError& error, std::string& out) {
  out += error.field;
  out += ": ";
  out += describe(error.fault);
  out += " (offset ";
  append_number(error.offset, out);
  out.push_back(')');
}

}  // namespace smclab::capture
