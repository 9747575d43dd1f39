// SPDX-License-Identifier: MIT
//
// Messages and addresses as text for people: one line a message, `name=value` by the names of its
// field list, in wire order. Reserved bytes and constants are left out. Entries of a list read
// `rkeys[0].new_rkey=0x11`. Text of a peer (EIDs, host names) is quoted and made harmless.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "protocol/wire/dissect.h"
#include "protocol/wire/encode.h"

namespace smclab::wire {

/// RFC 5952 form; IPv4-mapped addresses as ::ffff:192.0.2.1.
[[nodiscard]] std::string to_text(const Gid& gid);
/// Six pairs of digits with colons.
[[nodiscard]] std::string to_text(const Mac& mac);
/// Lower-case digits, two a byte, nothing between.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);
/// Four numbers with dots; `bytes` are four.
[[nodiscard]] std::string to_ipv4_text(std::span<const std::byte> bytes);
/// Characters of a fixed-width field without the blanks and zeros that pad it. What is not
/// printable ASCII, and the characters " and \, read \xNN.
[[nodiscard]] std::string to_printable(std::span<const std::byte> bytes);

/// Writes what it is told as `name=value` pairs; `text` is the result.
class TextSink : public FieldSink {
 public:
  void number(const FieldPlace& place, Form form, std::uint64_t value) override;
  void bytes(const FieldPlace& place, Form form, std::span<const std::byte> value) override;
  void enter(const char* name, int index) override;
  void leave() override;

  std::string text;

 private:
  void begin(const char* name);
  std::vector<std::string> entries_;  ///< `rkeys[0]` of the lists we are in; empty for a section
};

/// The message as one line, without its type's name.
template <class T>
[[nodiscard]] std::string to_text(const T& message) {
  TextSink sink;
  dissect(message, encoded_size(message), sink);
  return sink.text;
}

}  // namespace smclab::wire
