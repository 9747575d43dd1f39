// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/outgoing.h"

#include "emu/rnic/wire/encapsulation.h"
#include "protocol/wire/encode.h"

namespace smclab::rnic {

roce::Headers headers_to_peer(const QueuePair& qp, roce::Opcode opcode, Psn psn) {
  roce::Headers headers;
  headers.bth.opcode = static_cast<std::uint8_t>(opcode);
  headers.bth.destination = qp.attributes.peer_qpn;
  headers.bth.psn = psn;
  return headers;
}

void finish_frame(const Device& device, const QueuePair& qp, roce::Headers headers,
                  OutgoingFrame& frame) {
  frame.qp = qp.id;
  frame.qpn = qp.qpn;
  frame.source_port = roce::source_port(qp.qpn, qp.attributes.peer_qpn);
  frame.source = device.config.gid;
  frame.destination = qp.attributes.peer_gid;
  frame.destination_mac = qp.attributes.peer_mac;
  frame.priority = qp.attributes.priority;
  std::uint32_t payload = 0;
  for (std::uint8_t i = 0; i < frame.slice_count; ++i) payload += frame.slices[i].length;
  frame.pad = static_cast<std::uint8_t>((4 - payload % 4) % 4);
  headers.bth.pad = frame.pad;
  frame.header_length = static_cast<std::uint8_t>(wire::encode(headers, frame.header));
}

}  // namespace smclab::rnic
