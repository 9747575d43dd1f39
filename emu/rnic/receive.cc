// SPDX-License-Identifier: MIT
#include "emu/rnic/receive.h"

#include <variant>

#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/requester/answers.h"
#include "emu/rnic/transport/responder/execution.h"
#include "emu/rnic/wire/packet.h"

namespace smclab::rnic {
namespace {

constexpr std::uint16_t kPartitionBits = 0x7FFF;  // the upper bit is the kind of membership

// The queue pair that a packet is for, or null after counting why there is none.
QueuePair* addressee(Device& device, const roce::Packet& packet, const Gid& source) {
  const auto index = device.qpns.find(packet.headers.bth.destination.value);
  QueuePair* qp = index ? &device.queue_pairs.at(*index) : nullptr;
  const bool answers = packet.info->answers();
  if (qp == nullptr || !may_receive(qp->state) || (answers && qp->state != QpState::ReadyToSend)) {
    ++device.counters.dropped_qpn;
    return nullptr;
  }
  if (source != qp->attributes.peer_gid) {
    ++device.counters.dropped_source;
    return nullptr;
  }
  return qp;
}

void dispatch(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  if (packet.info->kind == roce::Kind::Notification) {
    ++device.counters.notifications;
    std::visit([&](auto& rate) { slow_down(rate, step.now); }, qp.rate);
  } else if (packet.info->answers()) {
    handle_answer(device, qp, packet, step);
  } else {
    handle_request(device, qp, packet, step);
  }
  update_line(device, qp);
}

bool sensible(const Device& device, const roce::Bth& bth) {
  return (bth.pkey & kPartitionBits) == kPartitionBits && device.psns.holds(bth.psn);
}

}  // namespace

void receive_frame(Device& device, const ReceivedFrame& frame, Step step) {
  Counters& counters = device.counters;
  ++counters.frames_received;
  if (!device.port_up) {
    ++counters.dropped_port;
    return;
  }
  const auto packet = roce::decode_packet(frame.bytes, frame.unbacked);
  if (!packet) {
    const bool unknown = packet.error().fault == Fault::UnknownType;
    ++(unknown ? counters.dropped_opcode : counters.dropped_malformed);
    return;
  }
  if (packet->info->service() == roce::Service::UnreliableDatagram) {
    ++counters.dropped_opcode;
    return;
  }
  if (!sensible(device, packet->headers.bth)) {
    ++counters.dropped_malformed;
    return;
  }
  QueuePair* qp = addressee(device, *packet, frame.source);
  if (qp != nullptr) dispatch(device, *qp, *packet, step);
}

}  // namespace smclab::rnic
