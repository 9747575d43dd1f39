// SPDX-License-Identifier: MIT
#include "emu/rnic/transport/requester/answers.h"

#include <algorithm>
#include <optional>

#include "emu/rnic/transport/buffers.h"
#include "emu/rnic/transport/life.h"
#include "emu/rnic/transport/requester/retransmission.h"

namespace smclab::rnic {
namespace {

// The oldest request is answered whole.
void retire_front(Device& device, QueuePair& qp, Step step) {
  Requester& r = qp.requester;
  const SendEntry& entry = r.queue.front();
  if (entry.request.signaled) {
    complete(device, qp.send_cq, completion_of(qp, entry, CompletionStatus::Success), step);
  }
  if (r.current > 0) {
    --r.current;
    if (entry.reads()) --r.reads;
  }
  r.queue.pop_front();
}

// Answers up to `target` are in. An answer to what is about to be sent again makes that needless.
void move_to(Device& device, QueuePair& qp, std::uint64_t target, Step step) {
  Requester& r = qp.requester;
  r.unacknowledged = target;
  if (target == r.queue.front().end()) retire_front(device, qp, step);
  if (r.next < target) {
    r.next = target;
    r.current = 0;
    r.reads = 0;
    r.stalled = false;
  }
}

// Everything before `target` is acknowledged, but a READ is so only by its responses. False: it
// stopped at one.
bool acknowledge(Device& device, QueuePair& qp, std::uint64_t target, Step step) {
  Requester& r = qp.requester;
  const std::uint64_t before = r.unacknowledged;
  bool whole = true;
  while (r.unacknowledged < target) {
    const SendEntry& entry = r.queue.front();
    whole = !entry.reads();
    if (!whole) break;
    move_to(device, qp, std::min(entry.end(), target), step);
  }
  if (r.unacknowledged > before) note_progress(device, qp, step.now);
  return whole;
}

// The packet that a PSN names, if it was sent and is not acknowledged; `limit` is the first
// packet that was not sent.
std::optional<std::uint64_t> packet_named(Device& device, const Requester& r, Psn psn,
                                          std::uint64_t limit) {
  const Psn oldest = device.psns.add(r.first_psn, r.unacknowledged);
  const std::int64_t distance = device.psns.distance(oldest, psn);
  if (distance < 0) {
    ++device.counters.duplicates;
    return std::nullopt;
  }
  const std::uint64_t packet = r.unacknowledged + static_cast<std::uint64_t>(distance);
  if (packet < limit) return packet;
  ++device.counters.dropped_psn;
  return std::nullopt;
}

void handle_sequence_nak(Device& device, QueuePair& qp, Psn psn, Step step) {
  Requester& r = qp.requester;
  // The peer may miss what it lost and got again meanwhile: then it names the next packet to come.
  const auto packet = packet_named(device, r, psn, r.highest + 1);
  if (!packet) return;
  acknowledge(device, qp, *packet, step);
  if (r.unacknowledged < r.highest && !r.waits_for_receiver) retry(device, qp, step);
}

// How the request ends that a NAK names; nothing for a NAK that ends none, or that is unknown.
std::optional<CompletionStatus> ending_of(roce::NakCode code) {
  switch (code) {
    case roce::NakCode::InvalidRequest:
    case roce::NakCode::InvalidRdRequest:
      return CompletionStatus::RemoteInvalid;
    case roce::NakCode::RemoteAccessError:
      return CompletionStatus::RemoteAccess;
    case roce::NakCode::RemoteOperationalError:
      return CompletionStatus::RemoteOperation;
    case roce::NakCode::PsnSequenceError:
      break;
  }
  return std::nullopt;
}

void handle_nak(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  const Psn psn = packet.headers.bth.psn;
  const auto code = static_cast<roce::NakCode>(packet.headers.aeth->value);
  if (code == roce::NakCode::PsnSequenceError) return handle_sequence_nak(device, qp, psn, step);
  const auto ending = ending_of(code);
  if (!ending) {
    ++device.counters.dropped_malformed;
    return;
  }
  const auto refused = packet_named(device, qp.requester, psn, qp.requester.highest);
  if (!refused) return;
  // Should the answer to a READ before it be lost, then that READ is what cannot be done any more.
  acknowledge(device, qp, *refused, step);
  fail_request(device, qp, *ending, step);
}

void handle_acknowledge(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  const Requester& r = qp.requester;
  const roce::Aeth& aeth = *packet.headers.aeth;
  const Psn psn = packet.headers.bth.psn;
  if (aeth.answer == roce::Answer::Nak) return handle_nak(device, qp, packet, step);
  if (aeth.answer == roce::Answer::Reserved) {
    ++device.counters.dropped_malformed;
    return;
  }
  const auto named = packet_named(device, r, psn, r.highest);
  if (!named) return;
  const bool ready = aeth.answer == roce::Answer::Ack;
  if (!ready) ++device.counters.rnr_naks_received;
  if (!acknowledge(device, qp, ready ? *named + 1 : *named, step)) {
    note_gap(device, qp, step);
  } else if (!ready) {
    wait_for_receiver(device, qp, aeth.value, step);
  }
}

// Whether a response is the one that stands at this place of the READ, by opcode and length.
// A repeated request begins with a First in the middle, so First and Middle are alike.
bool fits(const QueuePair& qp, const SendEntry& read, std::uint64_t place,
          const roce::Packet& packet) {
  const bool last = place + 1 == read.end();
  const auto offset = static_cast<std::uint32_t>(place - read.first) * qp.mtu();
  return packet.info->ends() == last &&
         packet.payload_length == std::min(qp.mtu(), read.length - offset);
}

// Takes in the next awaited response of the READ at the queue's front.
void take_response(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  Requester& r = qp.requester;
  const SendEntry& read = r.queue.front();
  if (!fits(qp, read, r.unacknowledged, packet)) {
    ++device.counters.dropped_malformed;
    return;
  }
  const auto buffers = resolve(device.regions, qp.pd, read.request, Right::LocalWrite);
  if (!buffers) return fail_request(device, qp, CompletionStatus::LocalProtection, step);
  const auto offset = static_cast<std::uint32_t>(r.unacknowledged - read.first) * qp.mtu();
  const BufferList target = buffers->cut(offset, packet.payload_length);
  std::uint32_t from = packet.header_length;
  for (std::uint8_t i = 0; i < target.count; ++i) {
    step.out.emplace_back(output::Place{target.slices[i], from});
    from += target.slices[i].length;
  }
  move_to(device, qp, r.unacknowledged + 1, step);
  note_progress(device, qp, step.now);
}

void handle_response(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  Requester& r = qp.requester;
  const auto place = packet_named(device, r, packet.headers.bth.psn, r.highest);
  if (!place) return;
  // A response acknowledges the messages before its READ.
  acknowledge(device, qp, *place, step);
  if (r.unacknowledged < *place) return note_gap(device, qp, step);
  if (r.queue.front().reads()) {
    take_response(device, qp, packet, step);
  } else {
    ++device.counters.dropped_psn;
  }
}

}  // namespace

void handle_answer(Device& device, QueuePair& qp, const roce::Packet& packet, Step step) {
  if (packet.info->kind == roce::Kind::ReadResponse) {
    handle_response(device, qp, packet, step);
  } else if (packet.info->extensions.atomic_ack) {
    ++device.counters.dropped_psn;  // nothing here ever asks for an atomic
  } else {
    handle_acknowledge(device, qp, packet, step);
  }
  const Requester& r = qp.requester;
  if (r.stalled && r.next == r.unacknowledged) {
    fail_request(device, qp, CompletionStatus::LocalProtection, step);
  }
}

}  // namespace smclab::rnic
