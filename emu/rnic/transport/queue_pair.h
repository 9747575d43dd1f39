// SPDX-License-Identifier: MIT
//
// A reliable connection's local end: two halves that share a state and a peer.
#pragma once

#include <cstdint>

#include "emu/rnic/input.h"
#include "emu/rnic/transport/rate_control.h"
#include "emu/rnic/transport/requester/requester.h"
#include "emu/rnic/transport/responder/responder.h"

namespace smclab::rnic {

struct QueuePair {
  QpId id;
  Qpn qpn;
  PdId pd;
  CqId send_cq;
  CqId receive_cq;
  std::uint32_t max_send = 0;
  std::uint32_t max_receive = 0;
  QpState state = QpState::Reset;
  QpAttributes attributes;
  Requester requester;
  Responder responder;
  RateController rate;
  bool read_failed = false;  ///< the READ being answered lost its memory; the next tick ends it
  bool requester_is_next = false;  ///< whose turn it is when both halves have frames
  TimerId fault_timer;             ///< due at once: something failed while frames were pulled

  [[nodiscard]] std::uint32_t mtu() const noexcept { return mtu_bytes(attributes.path_mtu); }
  bool operator==(const QueuePair&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(id, qpn, pd, send_cq, receive_cq, max_send, max_receive, state);
    v(attributes.peer_gid, attributes.peer_mac, attributes.peer_qpn, attributes.path_mtu);
    v(attributes.timeout, attributes.retry_count, attributes.rnr_retry, attributes.min_rnr_timer);
    v(attributes.priority, requester, responder, rate, read_failed, requester_is_next);
    v(fault_timer);
  }
};

}  // namespace smclab::rnic
