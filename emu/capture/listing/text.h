// SPDX-License-Identifier: MIT
//
// A message as one line for people, the other half of `smclab decode`: frame, time, who to whom,
// layer, type, and the fields that tell something. Every field is in the JSON.
#pragma once

#include <cstdint>
#include <string>

#include "emu/capture/dissection/message.h"

namespace smclab::capture {

/// One line, line feed included; the time counts from `start_ns`. Comments get lines of their own.
void append_text(const SmcMessage& message, std::int64_t start_ns, std::string& out);

}  // namespace smclab::capture
