// SPDX-License-Identifier: MIT
//
// A frame from the wire, from its bytes to the half of a queue pair that it concerns. Everything
// a stranger sends ends here as one counter more.
#pragma once

#include "emu/rnic/device.h"

namespace smclab::rnic {

void receive_frame(Device& device, const ReceivedFrame& frame, Step step);

}  // namespace smclab::rnic
