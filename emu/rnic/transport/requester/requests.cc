// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/requester/requests.h"

#include <algorithm>

#include "emu/rnic/transport/buffers.h"
#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/outgoing.h"
#include "emu/rnic/transport/requester/retransmission.h"

namespace smclab::rnic {
namespace {

using roce::Opcode;

// First, middle, last and only packet of a message.
using PartOpcodes = std::array<Opcode, 4>;
constexpr PartOpcodes kSend = {Opcode::SendFirst, Opcode::SendMiddle, Opcode::SendLast,
                               Opcode::SendOnly};
constexpr PartOpcodes kWrite = {Opcode::WriteFirst, Opcode::WriteMiddle, Opcode::WriteLast,
                                Opcode::WriteOnly};
constexpr PartOpcodes kWriteImmediate = {Opcode::WriteFirst, Opcode::WriteMiddle,
                                         Opcode::WriteLastImmediate, Opcode::WriteOnlyImmediate};

const PartOpcodes& opcodes_of(Operation operation) {
  switch (operation) {
    case Operation::Send:
    case Operation::Read:
      return kSend;
    case Operation::Write:
      return kWrite;
    case Operation::WriteWithImmediate:
      return kWriteImmediate;
  }
  return kSend;
}

// Bytes of all buffers; more than kLargestMessage when the request makes no sense.
std::uint64_t length_of(const SendRequest& request) {
  if (request.operation > Operation::Read) return UINT64_MAX;
  if (request.sge_count > request.sges.size()) return UINT64_MAX;
  std::uint64_t length = 0;
  for (std::uint8_t i = 0; i < request.sge_count; ++i) length += request.sges[i].length;
  return length;
}

// The window must leave room to tell old PSNs from new ones, however narrow they are.
std::uint32_t window_of(const Device& device) {
  return std::min(device.config.window, device.psns.span());
}

// Whether packet `next` of a SEND or WRITE asks for an ACK: the last of a message does, and one
// behind which nothing else would.
bool asks(const Device& device, const Requester& r, const SendEntry& entry) {
  return r.next + 1 == entry.end() || r.unasked + 1 >= device.config.acknowledge_every ||
         r.next + 1 - r.unacknowledged >= window_of(device);
}

roce::Headers read_headers(const Device& device, const QueuePair& qp, const SendEntry& entry) {
  const Requester& r = qp.requester;
  auto headers = headers_to_peer(qp, Opcode::ReadRequest, device.psns.add(r.first_psn, r.next));
  const auto offset = static_cast<std::uint32_t>(r.next - entry.first) * qp.mtu();
  headers.reth =
      roce::Reth{{entry.request.remote.value + offset}, entry.request.rkey, entry.length - offset};
  return headers;
}

roce::Headers message_headers(const Device& device, const QueuePair& qp, const SendEntry& entry) {
  const Requester& r = qp.requester;
  const bool first = r.next == entry.first;
  const bool last = r.next + 1 == entry.end();
  const std::size_t part = first ? (last ? 3 : 0) : (last ? 2 : 1);
  const Opcode opcode = opcodes_of(entry.request.operation)[part];
  auto headers = headers_to_peer(qp, opcode, device.psns.add(r.first_psn, r.next));
  headers.bth.ack_request = asks(device, r, entry);
  headers.bth.solicited = last && entry.request.solicited;
  const bool write = entry.request.operation != Operation::Send;
  if (write && first)
    headers.reth = roce::Reth{entry.request.remote, entry.request.rkey, entry.length};
  if (last && entry.request.operation == Operation::WriteWithImmediate) {
    headers.immediate = roce::Immediate{entry.request.immediate};
  }
  return headers;
}

}  // namespace

VerbStatus post_send(Device& device, QueuePair& qp, const SendRequest& request, Step step) {
  const std::uint64_t length = length_of(request);
  if (length > kLargestMessage) return VerbStatus::BadArgument;
  SendEntry entry{.request = request, .length = static_cast<std::uint32_t>(length)};
  if (qp.state == QpState::Error) {
    complete(device, qp.send_cq, completion_of(qp, entry, CompletionStatus::Flushed), step);
    return VerbStatus::Success;
  }
  if (qp.state != QpState::ReadyToSend) return VerbStatus::BadState;
  Requester& r = qp.requester;
  if (r.queue.size() == qp.max_send) return VerbStatus::QueueFull;
  entry.first = r.assigned;
  entry.packets = packets_of(entry.length, qp.mtu());
  if (entry.reads() && entry.packets > device.psns.span()) return VerbStatus::BadArgument;
  r.assigned = entry.end();
  r.queue.push_back(entry);
  if (!device.port_up) await_answer(device, qp, step.now);
  update_line(device, qp);
  return VerbStatus::Success;
}

bool can_request(const Device& device, const QueuePair& qp) {
  const Requester& r = qp.requester;
  if (qp.state != QpState::ReadyToSend || r.next == r.assigned) return false;
  if (r.waits_for_receiver || r.stalled) return false;
  if (r.next - r.unacknowledged >= window_of(device)) return false;
  return !r.queue[r.current].reads() || r.reads < device.config.reads_in_flight;
}

bool make_request(const Device& device, const QueuePair& qp, OutgoingFrame& frame) {
  const Requester& r = qp.requester;
  const SendEntry& entry = r.queue[r.current];
  const Right right = entry.reads() ? Right::LocalWrite : Right::LocalRead;
  const auto buffers = resolve(device.regions, qp.pd, entry.request, right);
  if (!buffers) return false;
  if (entry.reads()) {
    finish_frame(device, qp, read_headers(device, qp, entry), frame);
    return true;
  }
  const auto offset = static_cast<std::uint32_t>(r.next - entry.first) * qp.mtu();
  const BufferList payload = buffers->cut(offset, std::min(qp.mtu(), entry.length - offset));
  frame.slices = payload.slices;
  frame.slice_count = payload.count;
  finish_frame(device, qp, message_headers(device, qp, entry), frame);
  return true;
}

void commit_request(Device& device, QueuePair& qp, Instant now, const OutgoingFrame& frame) {
  Requester& r = qp.requester;
  const SendEntry& entry = r.queue[r.current];
  if (r.next < r.highest) ++device.counters.retransmissions;
  // The answer to a READ acknowledges what came before it, as an ACK would.
  r.unasked = entry.reads() || asks(device, r, entry) ? 0 : r.unasked + 1;
  r.next = entry.reads() ? entry.end() : r.next + 1;
  if (entry.reads()) ++r.reads;
  if (r.next == entry.end()) ++r.current;
  r.highest = std::max(r.highest, r.next);
  std::visit([&](auto& rate) { charge(rate, now, frame.size()); }, qp.rate);
  await_answer(device, qp, now);
}

void stall(Device& device, QueuePair& qp, Instant now) {
  Requester& r = qp.requester;
  r.stalled = true;
  if (r.next > r.unacknowledged) return;
  qp.fault_timer = device.timers.arm(now, {qp.id, QpTimerKind::Fault});
}

}  // namespace smclab::rnic
