// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/queue_pairs.h"

namespace smclab::capture {
namespace {

constexpr Psn after(Psn psn) noexcept {
  return {(psn.value + 1) & 0xFF'FFFF};
}

// a − b in the 24-bit circle of PSNs (InfiniBand 9.7.2).
constexpr std::int32_t distance(Psn a, Psn b) noexcept {
  return static_cast<std::int32_t>((a.value - b.value) << 8) / 256;
}

}  // namespace

bool PsnWindow::note(Psn psn) {
  const std::int32_t ahead = any_ ? distance(psn, highest_) : kSize;
  if (ahead <= -kSize || ahead >= kSize) {
    seen_.reset();
  } else if (ahead > 0) {
    seen_ <<= static_cast<std::size_t>(ahead);
  } else {
    const auto place = static_cast<std::size_t>(-ahead);
    const bool before = seen_.test(place);
    seen_.set(place);
    return before;
  }
  any_ = true;
  highest_ = psn;
  seen_.set(0);
  return false;
}

void QueuePairs::learn(const QueuePairName& name) {
  if (name.qpn.value != 0) state_of(name).carries_smc = true;
}

QueuePairs::State& QueuePairs::state_of(const QueuePairName& name) {
  const auto [place, added] = states_.try_emplace(name);
  if (!added) return place->second;
  if (states_.size() > kMost) {
    states_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  oldest_first_.push_back(name);
  return place->second;
}

std::optional<SentMessage> QueuePairs::add(const RoceSend& send) {
  State& state = state_of({send.destination.gid, send.qpn});
  if (state.peer != send.source) {
    state.peer = send.source;
    state.psns = {};
    state.assembling = false;
  }
  const bool retransmission = state.psns.note(send.psn);
  SentMessage message{.psn = send.psn,
                      .cut = send.cut(),
                      .retransmission = retransmission,
                      .known = state.carries_smc};
  if (send.part == roce::Part::Only) {
    message.bytes = send.payload;
    return message;
  }
  if (!assemble(send, state) || send.part != roce::Part::Last) return std::nullopt;
  state.assembling = false;
  message.bytes = state.parts;
  return message;
}

// Packets of a message follow each other without gaps; anything else is a resend from an earlier
// packet, which may belong to the message, or a loss, after which the message is sent again.
bool QueuePairs::assemble(const RoceSend& send, State& state) {
  if (send.part == roce::Part::First) {
    state.parts.clear();
    state.next = send.psn;
    state.assembling = true;
  }
  if (!state.assembling || distance(send.psn, state.next) < 0) return false;
  state.assembling = send.psn == state.next && !send.cut() &&
                     state.parts.size() + send.payload.size() <= kMaxMessage;
  if (!state.assembling) return false;
  state.parts.insert(state.parts.end(), send.payload.begin(), send.payload.end());
  state.next = after(state.next);
  return true;
}

}  // namespace smclab::capture
