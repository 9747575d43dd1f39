// SPDX-License-Identifier: MIT
//
// Whether a decoded message encodes back to the bytes it came from: how far our field lists tell
// all there is in it.
#pragma once

#include <cstddef>
#include <optional>

#include "emu/capture/dissection/message.h"

namespace smclab::capture {

/// The first byte that differs, or the shorter size if all before it agrees; nothing where the
/// bytes are the same, or did not decode in the first place.
[[nodiscard]] std::optional<std::size_t> encode_difference(const SmcMessage& message);

}  // namespace smclab::capture
