// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/responder/responses.h"

#include <algorithm>

#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/outgoing.h"

namespace smclab::rnic {
namespace {

using roce::Opcode;

Opcode opcode_of(const ReadJob& job) {
  if (job.packets == 1) return Opcode::ReadResponseOnly;
  if (job.sent == 0) return Opcode::ReadResponseFirst;
  return job.sent + 1 == job.packets ? Opcode::ReadResponseLast : Opcode::ReadResponseMiddle;
}

bool make_read_response(const Device& device, const QueuePair& qp, OutgoingFrame& frame) {
  const ReadJob& job = qp.responder.reads.front();
  if (job.length > 0) {
    const auto memory =
        device.regions.check({qp.pd, job.rkey, job.address, job.length, Right::RemoteRead});
    if (!memory) return false;
    const std::uint32_t offset = job.sent * qp.mtu();
    frame.slice_count = 1;
    frame.slices[0] = {memory->memory, memory->offset + offset,
                       std::min(qp.mtu(), job.length - offset)};
  }
  auto headers = headers_to_peer(qp, opcode_of(job), device.psns.add(job.first, job.sent));
  if (headers.bth.opcode != static_cast<std::uint8_t>(Opcode::ReadResponseMiddle)) {
    headers.aeth = roce::Aeth{.message_number = job.message_number};
  }
  finish_frame(device, qp, headers, frame);
  return true;
}

roce::Aeth nak(roce::NakCode code) {
  return {.answer = roce::Answer::Nak, .value = static_cast<std::uint8_t>(code)};
}

roce::Aeth aeth_of(const QueuePair& qp) {
  switch (qp.responder.reply) {
    case Reply::None:
    case Reply::Ack:
      break;
    case Reply::SequenceNak:
      return nak(roce::NakCode::PsnSequenceError);
    case Reply::RnrNak:
      return {.answer = roce::Answer::RnrNak, .value = qp.attributes.min_rnr_timer};
    case Reply::InvalidNak:
      return nak(roce::NakCode::InvalidRequest);
    case Reply::AccessNak:
      return nak(roce::NakCode::RemoteAccessError);
    case Reply::OperationalNak:
      return nak(roce::NakCode::RemoteOperationalError);
  }
  return {};
}

// An ACK names the last packet that was executed, a NAK the one that was not.
Psn psn_of(const Device& device, const Responder& r) {
  if (r.reply == Reply::Ack) return device.psns.add(r.expected, UINT64_MAX);
  return is_final(r.reply) ? r.reply_psn : r.expected;
}

}  // namespace

bool can_respond(const QueuePair& qp) {
  const Responder& r = qp.responder;
  return !qp.read_failed && (!r.reads.empty() || r.reply != Reply::None);
}

bool make_response(const Device& device, const QueuePair& qp, OutgoingFrame& frame) {
  const Responder& r = qp.responder;
  if (!r.reads.empty()) return make_read_response(device, qp, frame);
  auto headers = headers_to_peer(qp, Opcode::Acknowledge, psn_of(device, r));
  headers.aeth = aeth_of(qp);
  headers.aeth->message_number = r.message_number;
  finish_frame(device, qp, headers, frame);
  return true;
}

void commit_response(Device& device, QueuePair& qp) {
  Responder& r = qp.responder;
  if (!r.reads.empty()) {
    ReadJob& job = r.reads.front();
    if (++job.sent == job.packets) r.reads.pop_front();
    return;
  }
  if (r.reply == Reply::RnrNak) ++device.counters.rnr_naks_sent;
  if (r.reply == Reply::AccessNak) ++device.counters.access_naks_sent;
  r.reply = Reply::None;
}

void fail_response(Device& device, QueuePair& qp, Instant now) {
  if (qp.state == QpState::Error) {
    // It fails already, and a NAK says so behind the answers that can still be given.
    qp.responder.reads.clear();
    return;
  }
  qp.read_failed = true;
  qp.fault_timer = device.timers.arm(now, {qp.id, QpTimerKind::Fault});
}

void handle_failed_response(Device& device, QueuePair& qp, Step step) {
  Responder& r = qp.responder;
  const ReadJob& job = r.reads.front();
  r.reply = Reply::AccessNak;
  r.reply_psn = device.psns.add(job.first, job.sent);
  r.reads.clear();
  fail(device, qp, AsyncKind::QpAccessError, step);
}

}  // namespace smclab::rnic
