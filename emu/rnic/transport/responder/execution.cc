// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/responder/execution.h"

#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/responder/messages.h"

namespace smclab::rnic {
namespace {

using roce::Kind;

Reply execute(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  switch (packet.info->kind) {
    case Kind::Send:
      return execute_send(device, qp, packet, step);
    case Kind::Write:
      return execute_write(device, qp, packet, step);
    case Kind::ReadRequest:
      return queue_read(device, qp, packet);
    case Kind::Atomic:
      return Reply::AccessNak;  // no region grants atomics
    case Kind::AtomicWrite:
      return Reply::InvalidNak;
    case Kind::ReadResponse:
    case Kind::Acknowledge:
    case Kind::Notification:
      break;
  }
  return Reply::InvalidNak;  // never comes here: those are no requests
}

void refuse(Device& device, QueuePair& qp, Reply reply, Step step) {
  Responder& r = qp.responder;
  r.reply = reply;
  r.nak_sent = true;
  if (!is_final(reply)) return;
  r.reply_psn = r.expected;
  const bool access = reply == Reply::AccessNak;
  fail(device, qp, access ? AsyncKind::QpAccessError : AsyncKind::QpFatal, step);
}

void handle_expected(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  Responder& r = qp.responder;
  const Psn psn = r.expected;
  const Reply reply = execute(device, qp, packet, step);
  if (reply != Reply::None) return refuse(device, qp, reply, step);
  if (r.expected == psn) r.expected = device.psns.add(psn, 1);
  if (packet.info->ends()) r.message_number = (r.message_number + 1) & 0xFF'FFFF;
  r.nak_sent = false;
  // A NAK that is still due acknowledges as well, and asks again for what was dropped meanwhile.
  if (r.reply == Reply::SequenceNak) return;
  const bool read = packet.info->kind == Kind::ReadRequest;
  if (packet.headers.bth.ack_request && !read) {
    r.reply = Reply::Ack;
  } else if (read || r.reply == Reply::RnrNak) {
    r.reply = Reply::None;  // the responses acknowledge the READ and all before it
  }
}

// A packet between the expected one and this one is missing.
void handle_gap(Device& device, QueuePair& qp) {
  Responder& r = qp.responder;
  ++device.counters.out_of_sequence;
  if (r.nak_sent) return;
  switch (device.config.recovery) {
    case RecoveryScheme::GoBackN:
      r.reply = Reply::SequenceNak;
      r.nak_sent = true;
      break;
  }
}

// It was executed before: the answer was lost. A READ is executed again, everything else is only
// acknowledged again (InfiniBand 9.7.5.1.5).
void handle_duplicate(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  Responder& r = qp.responder;
  ++device.counters.duplicates;
  if (packet.info->kind != Kind::ReadRequest) {
    if (r.reply == Reply::None) r.reply = Reply::Ack;
    return;
  }
  const Psn psn = packet.headers.bth.psn;
  switch (queue_read_again(device, qp, packet)) {
    case Reply::None:
      // What follows the READ will be asked again too; an ACK of it must not overtake a response.
      if (r.reply == Reply::Ack) r.reply = Reply::None;
      break;
    case Reply::AccessNak:
      r.reply = Reply::AccessNak;
      r.reply_psn = psn;
      fail(device, qp, AsyncKind::QpAccessError, step);
      break;
    case Reply::Ack:
    case Reply::SequenceNak:
    case Reply::RnrNak:
    case Reply::InvalidNak:
    case Reply::OperationalNak:
      ++device.counters.dropped_psn;
      break;
  }
}

}  // namespace

void handle_request(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  const auto ahead = device.psns.distance(qp.responder.expected, packet.headers.bth.psn);
  if (ahead == 0) {
    handle_expected(device, qp, packet, step);
  } else if (ahead > 0) {
    handle_gap(device, qp);
  } else {
    handle_duplicate(device, qp, packet, step);
  }
}

VerbStatus post_receive(Device& device, QueuePair& qp, const input::PostReceive& verb, Step step) {
  if (qp.state == QpState::Reset) return VerbStatus::BadState;
  if (qp.state == QpState::Error) {
    complete(device, qp.receive_cq,
             {.work = verb.work,
              .qp = qp.id,
              .kind = CompletionKind::Receive,
              .status = CompletionStatus::Flushed},
             step);
    return VerbStatus::Success;
  }
  if (qp.responder.queue.size() == qp.max_receive) return VerbStatus::QueueFull;
  qp.responder.queue.push_back({verb.work, verb.buffer});
  return VerbStatus::Success;
}

}  // namespace smclab::rnic
