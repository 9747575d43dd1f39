// SPDX-License-Identifier: MIT
//
// Everything an Rnic holds, as plain data: the files of this folder are functions over it. A
// value without pointers; copying it copies the port with all its connections.
#pragma once

#include <cstdint>
#include <vector>

#include "emu/rnic/config.h"
#include "emu/rnic/output.h"
#include "emu/rnic/resources/completion_queue.h"
#include "emu/rnic/resources/memory_regions.h"
#include "emu/rnic/resources/named_table.h"
#include "emu/rnic/resources/number_index.h"
#include "emu/rnic/scheduler.h"
#include "emu/rnic/transport/psn.h"
#include "emu/rnic/transport/queue_pair.h"
#include "protocol/chance.h"
#include "protocol/timers.h"

namespace smclab::rnic {

struct ProtectionDomain {
  std::uint32_t users = 0;  ///< memory regions and queue pairs in it
  bool operator==(const ProtectionDomain&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(users);
  }
};

enum class QpTimerKind : std::uint8_t {
  Requester,  ///< the wait for an answer, or for a receiver
  Fault,      ///< what failed while frames were pulled, where nothing can be told
};

/// Whose timer fires. Timers of a queue pair are cancelled when it goes; the handle's generation
/// would tell as well.
struct QpTimer {
  QpId qp;
  QpTimerKind kind = QpTimerKind::Requester;
  bool operator==(const QpTimer&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(qp, kind);
  }
};

/// What one call brought and where its outputs go.
struct Step {
  Instant now;
  Outputs& out;
};

struct Device {
  explicit Device(const RnicConfig& c)
      : config(c),
        psns(c.psn_bits),
        port_up(c.port_up),
        domains(c.limits.protection_domains),
        regions(c.limits.memory_regions),
        completion_queues(c.limits.completion_queues),
        queue_pairs(c.limits.queue_pairs),
        scheduler(c.frames_per_turn) {}

  RnicConfig config;
  PsnSpace psns;
  bool port_up;
  Counters counters;
  Chance chance;
  NamedTable<ProtectionDomain, PdId> domains;
  MemoryRegions regions;
  NamedTable<CompletionQueue, CqId> completion_queues;
  NamedTable<QueuePair, QpId> queue_pairs;
  NumberIndex qpns;  ///< queue pair number to index
  Timers<QpTimer> timers;
  Scheduler scheduler;
  std::vector<CqId> overflows;  ///< queues whose queue pairs have yet to fail; empty between calls

  bool operator==(const Device&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(port_up, counters, chance, domains, regions, completion_queues, queue_pairs, timers);
    v(scheduler);
  }
};

}  // namespace smclab::rnic
