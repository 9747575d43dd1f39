// SPDX-License-Identifier: MIT
#include "emu/stack/tampering.h"

#include <algorithm>

namespace smclab::stack {

void Tampering::add(const input::Tamper& tamper) {
  plans_.push_back({std::string(tamper.what),
                    std::max(tamper.nth, 1U),
                    tamper.deed,
                    tamper.offset,
                    {tamper.bytes.begin(), tamper.bytes.end()}});
}

bool Tampering::touch(const TraceRecord* sends, std::vector<std::byte>& message) {
  if (sends == nullptr) return false;
  bool lost = false;
  for (Plan& plan : plans_) {
    if (plan.what != sends->to || --plan.left > 0) continue;
    switch (plan.deed) {
      case Deed::Lose:
        lost = true;
        break;
      case Deed::Patch:
        for (std::size_t i = 0; i < plan.bytes.size(); ++i) {
          const std::size_t at = plan.offset + i;
          if (at < message.size()) message[at] = plan.bytes[i];
        }
        break;
      case Deed::Replace:
        message = plan.bytes;
        break;
    }
  }
  std::erase_if(plans_, [](const Plan& plan) { return plan.left == 0; });
  return lost;
}

}  // namespace smclab::stack
