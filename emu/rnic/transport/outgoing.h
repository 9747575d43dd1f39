// SPDX-License-Identifier: MIT
//
// What all frames of a queue pair have in common: where they go and how they begin.
#pragma once

#include "emu/rnic/device.h"
#include "emu/rnic/wire/packet.h"

namespace smclab::rnic {

/// Headers to the connected peer.
[[nodiscard]] roce::Headers headers_to_peer(const QueuePair& qp, roce::Opcode opcode, Psn psn);

/// Addresses the frame to the connected peer and writes its headers; the slices of payload are
/// there already, and the pad comes from them.
void finish_frame(const Device& device, const QueuePair& qp, roce::Headers headers,
                  OutgoingFrame& frame);

}  // namespace smclab::rnic
