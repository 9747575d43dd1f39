// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/requester/retransmission.h"

#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/rnr_timer.h"

namespace smclab::rnic {
namespace {

constexpr std::uint8_t kForEver = 7;  // of rnr_retry

void arm(Device& device, QueuePair& qp, Instant deadline) {
  qp.requester.timer = device.timers.arm(deadline, {qp.id, QpTimerKind::Requester});
}

void go_back(Requester& r) {
  r.next = r.unacknowledged;
  r.current = 0;
  r.reads = 0;
  r.unasked = 0;
  r.stalled = false;
}

void repair(RecoveryScheme scheme, Requester& r) {
  switch (scheme) {
    case RecoveryScheme::GoBackN:
      go_back(r);
      break;
  }
}

// A port that is down takes no frames, yet the work behind it must not wait for ever: its
// patience runs out as if every frame were lost.
void keep_patience_running(Device& device, QueuePair& qp, Instant now) {
  if (!device.port_up && qp.state == QpState::ReadyToSend) await_answer(device, qp, now);
}

}  // namespace

void await_answer(Device& device, QueuePair& qp, Instant now) {
  Requester& r = qp.requester;
  const Duration timeout = acknowledge_timeout(qp.attributes.timeout);
  if (timeout == Duration::zero() || r.unacknowledged == r.assigned) return;
  if (device.timers.waits(r.timer)) return;
  r.answer_due = now + timeout;
  arm(device, qp, r.answer_due);
}

void note_progress(Device& device, QueuePair& qp, Instant now) {
  Requester& r = qp.requester;
  r.retries_left = qp.attributes.retry_count;
  r.rnr_retries_left = qp.attributes.rnr_retry;
  r.gap_seen = false;
  if (r.waits_for_receiver) return;
  if (r.unacknowledged >= r.highest) {
    device.timers.cancel(r.timer);
  } else {
    // The armed timer may fire earlier and then goes to sleep again, which is cheaper than moving
    // it with every answer.
    r.answer_due = now + acknowledge_timeout(qp.attributes.timeout);
  }
}

void retry(Device& device, QueuePair& qp, Step step) {
  Requester& r = qp.requester;
  if (r.retries_left == 0) {
    return fail_request(device, qp, CompletionStatus::RetriesExceeded, step);
  }
  --r.retries_left;
  repair(device.config.recovery, r);
}

void note_gap(Device& device, QueuePair& qp, Step step) {
  if (qp.requester.gap_seen) return;
  qp.requester.gap_seen = true;
  retry(device, qp, step);
}

void wait_for_receiver(Device& device, QueuePair& qp, std::uint8_t code, Step step) {
  Requester& r = qp.requester;
  if (r.waits_for_receiver) return;
  if (r.rnr_retries_left == 0) {
    return fail_request(device, qp, CompletionStatus::RnrRetriesExceeded, step);
  }
  if (qp.attributes.rnr_retry != kForEver) --r.rnr_retries_left;
  repair(device.config.recovery, r);
  r.waits_for_receiver = true;
  device.timers.cancel(r.timer);
  arm(device, qp, step.now + rnr_delay(code));
}

void handle_timer(Device& device, QueuePair& qp, Step step) {
  Requester& r = qp.requester;
  if (r.waits_for_receiver) {
    r.waits_for_receiver = false;
    keep_patience_running(device, qp, step.now);
    return;
  }
  if (step.now < r.answer_due) return arm(device, qp, r.answer_due);
  ++device.counters.timeouts;
  if (r.stalled && r.current == 0) {
    return fail_request(device, qp, CompletionStatus::LocalProtection, step);
  }
  r.gap_seen = false;
  retry(device, qp, step);
  keep_patience_running(device, qp, step.now);
}

}  // namespace smclab::rnic
