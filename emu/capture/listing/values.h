// SPDX-License-Identifier: MIT
//
// Values as text inside JSON and lists, where protocol/wire/text.h does not have them. Appending to
// a string, without streams or format strings, lets a listing keep up with reading the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/result.h"
#include "protocol/types.h"
#include "protocol/wire/field_list.h"

namespace smclab::capture {

void append_number(std::uint64_t value, std::string& out);
void append_signed(std::int64_t value, std::string& out);
/// "0x" and two digits for each of `width` bytes.
void append_hex(std::uint64_t value, std::size_t width, std::string& out);
/// As people know it: 10.0.0.1 or fe80::1.
void append_address(const IpAddress& address, std::string& out);

/// A value of bytes by its form; Form::Text as the inside of a JSON string, byte by byte, with
/// escapes for what is not printable ASCII, quotes and backslashes.
void append_by_form(std::span<const std::byte> bytes, wire::Form form, std::string& out);

/// Escapes UTF-8 text for a JSON string; bytes that are no UTF-8 become the replacement character.
void append_escaped(std::string_view text, std::string& out);

/// "length: length disagrees with the bytes at hand (offset 5)".
void append_fault(const DecodeError& error, std::string& out);

}  // namespace smclab::capture
