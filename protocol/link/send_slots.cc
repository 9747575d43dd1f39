// SPDX-License-Identifier: MIT
#include "protocol/link/send_slots.h"

#include "protocol/check.h"

namespace smclab {

RequestId SendSlots::take(const Posted& posted) {
  SMCLAB_CHECK(free() > 0);
  while (slots_[next_].request != 0) next_ = static_cast<std::uint8_t>((next_ + 1) % slots_.size());
  Slot& slot = slots_[next_];
  slot.request = ++serial_ << 8 | next_;
  slot.posted = posted;
  ++used_;
  return slot.request;
}

std::optional<Posted> SendSlots::finish(RequestId request) {
  const std::size_t index = request & 0xFF;
  if (index >= slots_.size() || slots_[index].request != request) return std::nullopt;
  slots_[index].request = 0;
  --used_;
  return slots_[index].posted;
}

}  // namespace smclab
