// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/life.h"

#include "emu/rnic/transport/requester/requests.h"
#include "emu/rnic/transport/responder/responses.h"

namespace smclab::rnic {
namespace {

CompletionKind kind_of(Operation operation) {
  switch (operation) {
    case Operation::Send:
      return CompletionKind::Send;
    case Operation::Write:
    case Operation::WriteWithImmediate:
      return CompletionKind::Write;
    case Operation::Read:
      return CompletionKind::Read;
  }
  return CompletionKind::Send;
}

bool sensible(const Device& device, const QpAttributes& a) {
  const bool mtu_known = a.path_mtu >= MtuCode::Mtu256 && a.path_mtu <= device.config.max_mtu;
  return mtu_known && device.psns.holds(a.receive_psn) && device.psns.holds(a.send_psn) &&
         a.peer_qpn.value <= 0xFF'FFFF && a.timeout <= 31 && a.retry_count <= 7 &&
         a.rnr_retry <= 7 && a.min_rnr_timer <= 31 && a.priority <= 7;
}

void connect(const Device& device, QueuePair& qp, const QpAttributes& attributes) {
  qp.attributes = attributes;
  qp.requester.first_psn = attributes.send_psn;
  qp.requester.retries_left = attributes.retry_count;
  qp.requester.rnr_retries_left = attributes.rnr_retry;
  qp.responder.expected = attributes.receive_psn;
  qp.rate = make_rate_controller(device.config.rate_control);
}

void flush(Device& device, QueuePair& qp, Step step) {
  for (std::uint32_t i = 0; i < qp.requester.queue.size(); ++i) {
    const SendEntry& entry = qp.requester.queue[i];
    complete(device, qp.send_cq, completion_of(qp, entry, CompletionStatus::Flushed), step);
  }
  for (std::uint32_t i = 0; i < qp.responder.queue.size(); ++i) {
    complete(device, qp.receive_cq,
             {.work = qp.responder.queue[i].work,
              .qp = qp.id,
              .kind = CompletionKind::Receive,
              .status = CompletionStatus::Flushed},
             step);
  }
  qp.requester = {};
  qp.responder.queue.clear();
  qp.responder.message = {};
  // A final NAK still leaves, and the answers to earlier READs before it; else nothing does.
  if (is_final(qp.responder.reply)) return;
  qp.responder.reads.clear();
  qp.responder.reply = Reply::None;
}

// The only writer of a queue pair's state. False: not from here.
bool become(Device& device, QueuePair& qp, QpInput input, Step step) {
  const auto row = kQpStates.step(qp.state, input);
  if (row.verdict == machine::Verdict::Violation) return false;
  if (row.verdict == machine::Verdict::Ignore) return true;
  qp.state = row.to;
  switch (row.then) {
    case QpEffect::None:
    case QpEffect::Connect:  // modify() did, before it asked
      break;
    case QpEffect::Forget:
      retire(device, qp);
      qp.requester = {};
      qp.responder = {};
      break;
    case QpEffect::Flush:
      retire(device, qp);
      flush(device, qp, step);
      break;
  }
  update_line(device, qp);
  return true;
}

bool queues_work(Device& device, const QueuePair& qp) {
  return !device.completion_queues.find(qp.send_cq)->overflown() &&
         !device.completion_queues.find(qp.receive_cq)->overflown();
}

}  // namespace

Completion completion_of(const QueuePair& qp, const SendEntry& entry, CompletionStatus status) {
  return {.work = entry.request.work,
          .qp = qp.id,
          .kind = kind_of(entry.request.operation),
          .status = status,
          .length = entry.length};
}

void complete(Device& device, CqId cq, const Completion& completion, Step step) {
  CompletionQueue* queue = device.completion_queues.find(cq);
  SMCLAB_CHECK(queue != nullptr);
  switch (queue->push(completion)) {
    case Delivery::Queued:
    case Delivery::Lost:
      break;
    case Delivery::Announced:
      step.out.emplace_back(output::CompletionEvent{cq});
      break;
    case Delivery::Overflow:
      step.out.emplace_back(output::AsyncEvent{.kind = AsyncKind::CqOverflow, .cq = cq});
      device.overflows.push_back(cq);
      break;
  }
}

VerbStatus modify(Device& device, QueuePair& qp, const input::ModifyQp& verb, Step step) {
  if (verb.to > QpState::Error) return VerbStatus::BadArgument;
  const QpInput input = wish_for(verb.to);
  const auto row = kQpStates.step(qp.state, input);
  if (row.verdict == machine::Verdict::Violation) return VerbStatus::BadState;
  if (input == QpInput::ToInit && !queues_work(device, qp)) return VerbStatus::BadState;
  if (row.then == QpEffect::Connect) {
    if (!sensible(device, verb.attributes)) return VerbStatus::BadArgument;
    connect(device, qp, verb.attributes);
  }
  SMCLAB_CHECK(become(device, qp, input, step));
  return VerbStatus::Success;
}

void fail(Device& device, QueuePair& qp, std::optional<AsyncKind> event, Step step) {
  if (qp.state == QpState::Error) return;
  SMCLAB_CHECK(become(device, qp, QpInput::Failure, step));
  if (event) step.out.emplace_back(output::AsyncEvent{.kind = *event, .qp = qp.id});
}

void fail_request(Device& device, QueuePair& qp, CompletionStatus status, Step step) {
  Ring<SendEntry>& queue = qp.requester.queue;
  complete(device, qp.send_cq, completion_of(qp, queue.front(), status), step);
  queue.pop_front();
  fail(device, qp, std::nullopt, step);
}

void fail_overflown(Device& device, Step step) {
  // A flush may overflow further queues, which then join the list.
  for (std::size_t i = 0; i < device.overflows.size(); ++i) {
    const CqId cq = device.overflows[i];
    device.queue_pairs.for_each([&](QueuePair& qp) {
      if (qp.send_cq == cq || qp.receive_cq == cq) fail(device, qp, AsyncKind::QpFatal, step);
    });
  }
  device.overflows.clear();
}

void retire(Device& device, QueuePair& qp) {
  device.timers.cancel(qp.requester.timer);
  device.timers.cancel(qp.fault_timer);
  device.scheduler.leave(qp.id.index);
  qp.read_failed = false;
}

bool has_frames(const Device& device, const QueuePair& qp) {
  return can_respond(qp) || can_request(device, qp);
}

void update_line(Device& device, const QueuePair& qp) {
  if (has_frames(device, qp)) {
    device.scheduler.join(qp.id.index, qp.attributes.priority);
  } else {
    device.scheduler.leave(qp.id.index);
  }
}

}  // namespace smclab::rnic
