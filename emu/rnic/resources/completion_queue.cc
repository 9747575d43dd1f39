// SPDX-License-Identifier: MIT
#include "emu/rnic/resources/completion_queue.h"

#include <utility>

namespace smclab::rnic {

Delivery CompletionQueue::push(const Completion& completion) {
  if (overflown_) return Delivery::Lost;
  if (completions_.size() == depth_) {
    overflown_ = true;
    return Delivery::Overflow;
  }
  completions_.push_back(completion);
  return std::exchange(armed_, false) ? Delivery::Announced : Delivery::Queued;
}

std::size_t CompletionQueue::poll(std::span<Completion> out) noexcept {
  std::size_t taken = 0;
  while (taken < out.size() && !completions_.empty()) {
    out[taken++] = completions_.front();
    completions_.pop_front();
  }
  return taken;
}

}  // namespace smclab::rnic
