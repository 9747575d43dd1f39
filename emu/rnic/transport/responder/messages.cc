// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/responder/messages.h"

#include <algorithm>

#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/requester/requests.h"

namespace smclab::rnic {
namespace {

using MessageKind = PartialMessage::Kind;

// Whether the packet continues the message that is arriving, or begins one where none is.
bool in_order(const PartialMessage& message, MessageKind kind, const roce::OpcodeInfo& info) {
  return message.kind == (info.begins() ? MessageKind::None : kind);
}

// All packets but the last are full; the last of several is not empty (InfiniBand 9.7.4.1.6).
bool well_filled(const roce::Packet& packet, std::uint32_t mtu) {
  switch (packet.info->part) {
    case roce::Part::First:
    case roce::Part::Middle:
      return packet.payload_length == mtu;
    case roce::Part::Last:
      return packet.payload_length > 0 && packet.payload_length <= mtu;
    case roce::Part::Only:
      return packet.payload_length <= mtu;
  }
  return false;
}

std::uint32_t immediate_of(const roce::Packet& packet) {
  return packet.headers.immediate ? packet.headers.immediate->data : 0;
}

// Completes the oldest receive.
void take_receive(Device& device, QueuePair& qp, Completion completion, Step step) {
  completion.work = qp.responder.queue.front().work;
  completion.qp = qp.id;
  qp.responder.queue.pop_front();
  complete(device, qp.receive_cq, completion, step);
}

// Where in `whole`, which holds all bytes of the message so far, this packet's payload goes.
void place(const MemorySlice& whole, const roce::Packet& packet, Step step) {
  if (packet.payload_length == 0) return;
  MemorySlice target = whole;
  target.offset += whole.length - packet.payload_length;
  target.length = packet.payload_length;
  step.out.emplace_back(output::Place{target, packet.header_length});
}

// The message a WRITE packet belongs to, as it will be with this packet; nothing if the two
// contradict each other.
std::optional<PartialMessage> with_packet(const PartialMessage& before,
                                          const roce::Packet& packet) {
  PartialMessage message = before;
  if (packet.info->begins()) {
    const roce::Reth& reth = *packet.headers.reth;
    message = {MessageKind::Write, 0, reth.rkey, reth.address, reth.length};
  }
  if (message.length > kLargestMessage) return std::nullopt;
  const std::uint32_t left = message.length - message.received;
  const bool right =
      packet.info->ends() ? packet.payload_length == left : packet.payload_length < left;
  if (!right) return std::nullopt;
  message.received += packet.payload_length;
  return message;
}

ReadJob job_of(const Device& device, const QueuePair& qp, const roce::Packet& packet) {
  const roce::Reth& reth = *packet.headers.reth;
  ReadJob job{.first = packet.headers.bth.psn,
              .rkey = reth.rkey,
              .address = reth.address,
              .length = reth.length};
  const bool sensible = reth.length <= kLargestMessage;
  const std::uint32_t packets = sensible ? packets_of(reth.length, qp.mtu()) : 0;
  job.packets = packets <= device.psns.span() ? packets : 0;
  return job;
}

bool readable(const Device& device, const QueuePair& qp, const ReadJob& job) {
  if (job.length == 0) return true;
  return device.regions.check({qp.pd, job.rkey, job.address, job.length, Right::RemoteRead})
      .has_value();
}

}  // namespace

Reply execute_send(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  Responder& r = qp.responder;
  if (packet.info->extensions.ieth) return Reply::InvalidNak;  // keys are not invalidated remotely
  if (!in_order(r.message, MessageKind::Send, *packet.info)) return Reply::InvalidNak;
  if (!well_filled(packet, qp.mtu())) return Reply::InvalidNak;
  if (r.queue.empty()) return Reply::RnrNak;

  const ReceiveEntry entry = r.queue.front();
  if (packet.payload_length > entry.buffer.length - r.message.received) {
    take_receive(device, qp,
                 {.kind = CompletionKind::Receive, .status = CompletionStatus::LocalLength}, step);
    return Reply::InvalidNak;
  }
  const std::uint32_t received = r.message.received + packet.payload_length;
  if (received > 0) {
    const auto memory = device.regions.check(
        {qp.pd, entry.buffer.lkey, entry.buffer.address, received, Right::LocalWrite});
    if (!memory) {
      take_receive(device, qp,
                   {.kind = CompletionKind::Receive, .status = CompletionStatus::LocalProtection},
                   step);
      return Reply::OperationalNak;
    }
    place(*memory, packet, step);
  }
  r.message = {.kind = MessageKind::Send, .received = received};
  if (!packet.info->ends()) return Reply::None;
  r.message = {};
  take_receive(
      device, qp,
      {.kind = CompletionKind::Receive, .length = received, .immediate = immediate_of(packet)},
      step);
  return Reply::None;
}

Reply execute_write(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  Responder& r = qp.responder;
  if (!in_order(r.message, MessageKind::Write, *packet.info)) return Reply::InvalidNak;
  if (!well_filled(packet, qp.mtu())) return Reply::InvalidNak;
  const auto message = with_packet(r.message, packet);
  if (!message) return Reply::InvalidNak;

  MemorySlice written;
  if (message->length > 0) {
    // The whole message is checked with every packet: what is refused later was never begun.
    const auto memory = device.regions.check(
        {qp.pd, message->rkey, message->address, message->length, Right::RemoteWrite});
    if (!memory) return Reply::AccessNak;
    written = *memory;
    written.length = message->received;
  }
  const bool announces = packet.headers.immediate.has_value();
  if (announces && r.queue.empty()) return Reply::RnrNak;
  place(written, packet, step);
  r.message = *message;
  if (!packet.info->ends()) return Reply::None;
  r.message = {};
  if (!announces) return Reply::None;
  take_receive(device, qp,
               {.kind = CompletionKind::ReceiveWithImmediate,
                .length = message->length,
                .immediate = immediate_of(packet)},
               step);
  return Reply::None;
}

Reply queue_read(const Device& device, QueuePair& qp, const roce::Packet& packet) {
  Responder& r = qp.responder;
  if (!in_order(r.message, MessageKind::None, *packet.info)) return Reply::InvalidNak;
  ReadJob job = job_of(device, qp, packet);
  if (job.packets == 0 || r.reads.size() >= device.config.read_resources) return Reply::InvalidNak;
  if (!readable(device, qp, job)) return Reply::AccessNak;
  job.message_number = (r.message_number + 1) & 0xFF'FFFF;
  r.reads.push_back(job);
  r.expected = device.psns.add(job.first, job.packets);
  return Reply::None;
}

Reply queue_read_again(const Device& device, QueuePair& qp, const roce::Packet& packet) {
  Responder& r = qp.responder;
  ReadJob job = job_of(device, qp, packet);
  if (job.packets == 0) return Reply::InvalidNak;
  const Psn end = device.psns.add(job.first, job.packets);
  if (device.psns.distance(end, r.expected) < 0) return Reply::InvalidNak;
  if (!readable(device, qp, job)) return Reply::AccessNak;
  // Its requester goes back: what was queued behind this place will be asked again.
  const auto reaches_behind = [&](const ReadJob& queued) {
    return device.psns.distance(job.first, device.psns.add(queued.first, queued.packets)) > 0;
  };
  while (!r.reads.empty() && reaches_behind(r.reads.back())) r.reads.pop_back();
  job.message_number = r.message_number;
  r.reads.push_back(job);
  return Reply::None;
}

}  // namespace smclab::rnic
