// SPDX-License-Identifier: MIT
//
// The pull: frames leave when the wire asks for them, queue pair by queue pair.
#pragma once

#include "emu/rnic/device.h"

namespace smclab::rnic {

void transmit_frames(Device& device, Instant now, const Budget& budget, OutgoingFrames& out);

}  // namespace smclab::rnic
