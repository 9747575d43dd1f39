// SPDX-License-Identifier: MIT
//
// The half of a queue pair that asks: its send queue, what of it is on the wire, and how patient
// it still is. Packets are counted in 64 bits from the queue pair's first one; `first_psn` makes
// PSNs of the counts. Always unacknowledged ≤ next ≤ assigned, and the front of the queue is the
// request that holds packet `unacknowledged`.
#pragma once

#include <cstdint>

#include "emu/rnic/input.h"
#include "emu/rnic/resources/ring.h"
#include "protocol/time.h"
#include "protocol/timers.h"

namespace smclab::rnic {

/// A posted request and the packets it takes.
struct SendEntry {
  SendRequest request;
  std::uint64_t first = 0;    ///< its first packet
  std::uint32_t packets = 0;  ///< at least 1; of a READ, the packets of the response
  std::uint32_t length = 0;   ///< bytes of all its buffers
  [[nodiscard]] std::uint64_t end() const noexcept { return first + packets; }
  [[nodiscard]] bool reads() const noexcept { return request.operation == Operation::Read; }
  bool operator==(const SendEntry&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(request.work, request.operation, request.signaled, request.solicited, request.sge_count);
    for (const Sge& sge : request.sges) v(sge.lkey, sge.address, sge.length);
    v(request.rkey, request.remote, request.immediate, first, packets, length);
  }
};

struct Requester {
  Ring<SendEntry> queue;
  Psn first_psn;
  std::uint64_t assigned = 0;        ///< packets of all requests posted so far
  std::uint64_t unacknowledged = 0;  ///< the first packet without an answer
  std::uint64_t next = 0;            ///< the next packet to send
  std::uint64_t highest = 0;         ///< behind the last packet ever sent
  std::uint32_t current = 0;         ///< place in the queue of the request that holds `next`
  std::uint32_t reads = 0;           ///< READs before that place: asked and not answered whole
  std::uint32_t unasked = 0;         ///< packets since the last one that asked for an ACK
  std::uint8_t retries_left = 0;
  std::uint8_t rnr_retries_left = 0;
  bool waits_for_receiver = false;  ///< an RNR timer runs: nothing is sent
  bool gap_seen = false;            ///< a lost answer was noticed and is being repaired
  bool stalled = false;             ///< packet `next` cannot be made: a local buffer is gone
  TimerId timer;                    ///< of the RNR wait, or of the wait for an answer
  Instant answer_due{};             ///< when that wait ends; the timer may fire earlier

  bool operator==(const Requester&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(queue, first_psn, assigned, unacknowledged, next, highest, current, reads, unasked);
    v(retries_left, rnr_retries_left, waits_for_receiver, gap_seen, stalled, timer, answer_due);
  }
};

}  // namespace smclab::rnic
