// SPDX-License-Identifier: MIT
#include "emu/rnic/transmit.h"

#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/requester/requests.h"
#include "emu/rnic/transport/responder/responses.h"

namespace smclab::rnic {
namespace {

// Which half of a queue pair the next frame comes from. They alternate, so that answering a long
// READ does not hold up own requests.
bool responder_is_next(const Device& device, const QueuePair& qp) {
  if (!can_respond(qp)) return false;
  return !qp.requester_is_next || !can_request(device, qp);
}

// Makes the next frame; false after taking note of why it cannot be made.
bool make_frame(Device& device, QueuePair& qp, Instant now, OutgoingFrame& frame) {
  if (responder_is_next(device, qp)) {
    if (make_response(device, qp, frame)) return true;
    fail_response(device, qp, now);
    return false;
  }
  SMCLAB_CHECK(can_request(device, qp));
  if (make_request(device, qp, frame)) return true;
  stall(device, qp, now);
  return false;
}

void commit_frame(Device& device, QueuePair& qp, Instant now, const OutgoingFrame& frame) {
  ++device.counters.frames_sent;
  const bool response = responder_is_next(device, qp);
  qp.requester_is_next = response;
  if (response) {
    commit_response(device, qp);
  } else {
    commit_request(device, qp, now, frame);
  }
}

}  // namespace

void transmit_frames(Device& device, Instant now, const Budget& budget, OutgoingFrames& out) {
  if (!device.port_up) return;
  std::uint64_t bytes_left = budget.bytes;
  std::uint32_t frames_left = budget.frames;
  while (frames_left > 0) {
    const auto index = device.scheduler.next(budget.open_priorities);
    if (!index) return;
    QueuePair& qp = device.queue_pairs.at(*index);
    OutgoingFrame& frame = out.emplace_back();
    if (!make_frame(device, qp, now, frame)) {
      out.pop_back();
      update_line(device, qp);
      continue;
    }
    if (frame.size() > bytes_left) {
      out.pop_back();
      return;
    }
    commit_frame(device, qp, now, frame);
    bytes_left -= frame.size();
    --frames_left;
    device.scheduler.sent(budget.open_priorities, has_frames(device, qp));
  }
}

}  // namespace smclab::rnic
