// SPDX-License-Identifier: MIT
#include "protocol/wire/text.h"

#include <array>
#include <charconv>
#include <string_view>

namespace smclab::wire {
namespace {

void append_number(std::string& text, std::uint64_t value, int base = 10) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  text.append(digits.data(), end);
}

void append_hex(std::string& text, std::byte byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
  text += kDigits[std::to_integer<std::size_t>(byte & std::byte{0x0F})];
}

using Groups = std::array<unsigned, 8>;
struct Run {
  std::size_t begin = 0;
  std::size_t length = 0;
};

/// The longest run of zero groups, the first of equals; RFC 5952 4.2 leaves single ones alone.
Run longest_zeros(const Groups& groups) {
  Run best;
  for (std::size_t begin = 0; begin < groups.size(); ++begin) {
    std::size_t end = begin;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - begin > best.length) best = {begin, end - begin};
  }
  return best.length >= 2 ? best : Run{};
}

}  // namespace

std::string to_text(const Gid& gid) {
  if (IpAddress{gid}.is_v4()) return "::ffff:" + to_ipv4_text(std::span(gid.bytes).subspan(12));
  Groups groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i] = std::to_integer<unsigned>(gid.bytes[2 * i]) << 8 |
                std::to_integer<unsigned>(gid.bytes[2 * i + 1]);
  }
  const Run zeros = longest_zeros(groups);
  std::string text;
  for (std::size_t i = 0; i < groups.size();) {
    if (zeros.length > 0 && i == zeros.begin) {
      text += "::";
      i += zeros.length;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    append_number(text, groups[i++], 16);
  }
  return text;
}

std::string to_text(const Mac& mac) {
  std::string text;
  for (const std::byte byte : mac.bytes) {
    if (!text.empty()) text += ':';
    append_hex(text, byte);
  }
  return text;
}

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) append_hex(text, byte);
  return text;
}

std::string to_ipv4_text(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    if (!text.empty()) text += '.';
    append_number(text, std::to_integer<std::uint64_t>(byte));
  }
  return text;
}

std::string to_printable(std::span<const std::byte> bytes) {
  constexpr std::byte kBlank{' '};
  while (!bytes.empty() && (bytes.back() == kBlank || bytes.back() == std::byte{0})) {
    bytes = bytes.first(bytes.size() - 1);
  }
  std::string text;
  for (const std::byte byte : bytes) {
    const char c = std::to_integer<char>(byte);
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
      text += c;
    } else {
      text += "\\x";
      append_hex(text, byte);
    }
  }
  return text;
}

void TextSink::number(const FieldPlace& place, Form form, std::uint64_t value) {
  begin(place.name);
  if (form != Form::Hex) return append_number(text, value);
  text += "0x";
  for (std::size_t i = place.width; i-- > 0;) {
    append_hex(text, static_cast<std::byte>(value >> 8 * i & 0xFF));
  }
}

void TextSink::bytes(const FieldPlace& place, Form form, std::span<const std::byte> value) {
  begin(place.name);
  switch (form) {
    case Form::Gid: {
      Gid gid;
      std::copy(value.begin(), value.end(), gid.bytes.begin());
      text += to_text(gid);
      return;
    }
    case Form::Mac: {
      Mac mac;
      std::copy(value.begin(), value.end(), mac.bytes.begin());
      text += to_text(mac);
      return;
    }
    case Form::Ipv4:
      text += to_ipv4_text(value);
      return;
    case Form::Text:
      text += '"' + to_printable(value) + '"';
      return;
    case Form::Number:
    case Form::Hex:
    case Form::Flag:
    case Form::Bytes:
      text += to_hex(value);
      return;
  }
}

void TextSink::enter(const char* name, int index) {
  std::string entry;
  if (index >= 0) {
    entry = name;
    entry += '[';
    append_number(entry, static_cast<std::uint64_t>(index));
    entry += ']';
  }
  entries_.push_back(entry);
}

void TextSink::leave() {
  entries_.pop_back();
}

void TextSink::begin(const char* name) {
  if (!text.empty()) text += ' ';
  const std::string_view entry = entries_.empty() ? std::string_view() : entries_.back();
  // An entry that is one field bears the list's name already.
  const bool is_entry =
      entry.starts_with(name) && entry.substr(std::string_view(name).size())[0] == '[';
  text += entry;
  if (!is_entry) {
    if (!entry.empty()) text += '.';
    text += name;
  }
  text += '=';
}

}  // namespace smclab::wire
