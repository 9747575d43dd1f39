// SPDX-License-Identifier: MIT
//
// The messages a link has in flight. A queue pair takes a bounded number of sends; each takes a
// slot, which its completion gives back (Linux: smc_wr.c, 16 slots). A slot remembers whose
// message it holds, so that a completion finds its connection without a search.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/input.h"
#include "protocol/types.h"

namespace smclab {

/// What a completion must bring back to its owner.
struct Posted {
  ConnId conn;               ///< of a CDC; unassigned for an LLC message
  std::uint64_t mark = 0;    ///< the owner's: for a CDC, how far its data went
  std::uint16_t number = 0;  ///< the owner's: for a CDC its sequence, for LLC its type
  bool operator==(const Posted&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(conn, mark, number);
  }
};

class SendSlots {
 public:
  SendSlots() = default;
  explicit SendSlots(std::uint8_t count) : slots_(count) {}

  [[nodiscard]] std::uint8_t free() const noexcept {
    return static_cast<std::uint8_t>(slots_.size() - used_);
  }
  /// Whether nothing is in flight.
  [[nodiscard]] bool idle() const noexcept { return used_ == 0; }
  /// Names a message in flight; there must be a free slot.
  RequestId take(const Posted& posted);
  /// What was posted under this name, once; nothing for a stale or foreign name.
  std::optional<Posted> finish(RequestId request);
  /// A name for an RDMA write, which has no slot: it completes only when it fails.
  [[nodiscard]] RequestId name_write() noexcept { return ++serial_ << 8 | kNoSlot; }

  bool operator==(const SendSlots&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(slots_, serial_, used_, next_);
  }

 private:
  // A name holds its slot in the low byte and a serial number above, so that a late completion
  // of an earlier use is recognised.
  static constexpr std::uint64_t kNoSlot = 0xFF;
  struct Slot {
    RequestId request = 0;  // 0: free
    Posted posted;
    bool operator==(const Slot&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(request, posted);
    }
  };
  std::vector<Slot> slots_;
  std::uint64_t serial_ = 0;
  std::uint8_t used_ = 0;
  std::uint8_t next_ = 0;  // where the search for a free slot begins
};

}  // namespace smclab
