// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/tcp_order.h"

#include <algorithm>
#include <utility>

namespace smclab::capture {
namespace {

// How far `a` lies behind `b` in the 32-bit circle of sequence numbers (RFC 9293 §3.4).
std::int32_t distance(std::uint32_t a, std::uint32_t b) noexcept {
  return static_cast<std::int32_t>(a - b);
}

}  // namespace

void TcpOrder::start(std::uint32_t sequence) {
  stop();
  next_ = sequence;
  started_ = true;
}

void TcpOrder::stop() {
  held_ = {};
  held_bytes_ = 0;
  started_ = hole_acknowledged_ = after_hole_ = false;
}

void TcpOrder::add(std::uint32_t sequence, std::span<const std::byte> bytes, const Stamp& at,
                   const Deliver& deliver) {
  const std::int32_t ahead = distance(sequence, next_);
  if (ahead > 0) {
    hold(sequence, bytes, at);
    const bool too_much = held_bytes_ > kMaxHeld || held_.size() > kMaxHeldSegments;
    while (started_ && !held_.empty() && (hole_acknowledged_ || too_much)) {
      skip_hole();
      deliver_held(&at, deliver);
    }
    return;
  }
  const auto known = static_cast<std::size_t>(-static_cast<std::int64_t>(ahead));
  if (known >= bytes.size()) return;
  bytes = bytes.subspan(known);
  next_ += static_cast<std::uint32_t>(bytes.size());
  hole_acknowledged_ = false;
  deliver(bytes, at, std::exchange(after_hole_, false));
  deliver_held(&at, deliver);
}

void TcpOrder::acknowledged(std::uint32_t sequence) noexcept {
  if (started_ && distance(sequence, next_) > 0) hole_acknowledged_ = true;
}

void TcpOrder::finish(const Deliver& deliver) {
  while (started_ && !held_.empty()) {
    skip_hole();
    deliver_held(nullptr, deliver);
  }
}

void TcpOrder::hold(std::uint32_t sequence, std::span<const std::byte> bytes, const Stamp& at) {
  const auto place = std::find_if(held_.begin(), held_.end(), [&](const Held& other) {
    return distance(sequence, other.sequence) < 0;
  });
  held_.insert(place, Held{sequence, at, {bytes.begin(), bytes.end()}});
  held_bytes_ += bytes.size();
}

// `at` is the segment that filled the hole; without it each piece keeps its own stamp. The
// receiver of the bytes may stop() or start() this object, hence the check of started_.
void TcpOrder::deliver_held(const Stamp* at, const Deliver& deliver) {
  while (started_ && !held_.empty() && distance(held_.front().sequence, next_) <= 0) {
    Held piece = std::move(held_.front());
    held_.erase(held_.begin());
    held_bytes_ -= piece.bytes.size();
    const auto known = static_cast<std::size_t>(next_ - piece.sequence);
    if (known >= piece.bytes.size()) continue;
    const auto fresh = std::span<const std::byte>(piece.bytes).subspan(known);
    next_ += static_cast<std::uint32_t>(fresh.size());
    deliver(fresh, at != nullptr ? *at : piece.at, std::exchange(after_hole_, false));
  }
}

void TcpOrder::skip_hole() {
  next_ = held_.front().sequence;
  hole_acknowledged_ = false;
  after_hole_ = true;
}

}  // namespace smclab::capture
