// SPDX-License-Identifier: MIT
//
// A message as one line of JSON, the machine-readable half of `smclab decode`. Keys stay as they
// are within a schema version; new ones may be added.
#pragma once

#include <string>
#include <string_view>

#include "emu/capture/dissection/message.h"

namespace smclab::capture {

inline constexpr int kSchemaVersion = 1;

/// The first line: the schema's version and the capture's name.
void append_json_head(std::string_view capture, std::string& out);

/// One line, line feed included. Numbers that are keys or addresses are hexadecimal strings of
/// their full width, since JSON numbers end at 2^53 for many readers.
void append_json(const SmcMessage& message, std::string& out);

}  // namespace smclab::capture
