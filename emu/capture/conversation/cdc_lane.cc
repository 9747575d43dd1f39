// SPDX-License-Identifier: MIT
#include "emu/capture/conversation/cdc_lane.h"

namespace smclab::capture {
namespace {

std::string flags_of(const wire::Cdc& cdc) {
  std::string text;
  const auto add = [&](bool set, const char* name) {
    if (!set) return;
    if (!text.empty()) text.push_back(' ');
    text += name;
  };
  add(cdc.urgent_pending, "urgent_pending");
  add(cdc.urgent_present, "urgent_present");
  add(cdc.failover_validation, "failover_validation");
  add(cdc.sending_done, "sending_done");
  add(cdc.peer_connection_closed, "peer_connection_closed");
  add(cdc.abnormal_close, "abnormal_close");
  return text.empty() ? "none" : text;
}

// The cursor never goes back, so an unsigned difference of the wraps is the way forward.
void advance(Distance& distance, const wire::CdcCursor& to, std::optional<std::uint32_t> ring) {
  if (ring) {
    const auto wraps = static_cast<std::uint16_t>(to.wrap - distance.last.wrap);
    distance.bytes = distance.bytes.value_or(0) + std::uint64_t{wraps} * *ring + to.offset -
                     distance.last.offset;
  }
  distance.last = to;
}

}  // namespace

void CdcLane::know_rings(std::optional<std::uint32_t> receivers,
                         std::optional<std::uint32_t> senders) {
  receivers_ring_ = receivers;
  senders_ring_ = senders;
}

void CdcLane::add(const wire::Cdc& cdc, const Place& place) {
  // After a failover what the peer may have missed is sent again, on another queue pair.
  const bool older = sequence_ && static_cast<std::int16_t>(cdc.sequence - *sequence_) <= 0;
  if (older && !cdc.failover_validation) return;
  ++messages_;
  last_ = place;
  if (cdc.write_blocked) ++blocked_;
  std::string flags = flags_of(cdc);
  if (flags != flags_) {
    flags_ = std::move(flags);
    changes_.push_back({flags_, place});
  }
  // Only token and sequence of such a message mean something.
  if (cdc.failover_validation) return;
  sequence_ = cdc.sequence;
  advance(produced_, cdc.producer, receivers_ring_);
  advance(consumed_, cdc.consumer, senders_ring_);
}

}  // namespace smclab::capture
