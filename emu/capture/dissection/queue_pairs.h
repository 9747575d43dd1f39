// SPDX-License-Identifier: MIT
//
// The RC queue pairs of a capture: which of them carry SMC-R, and whole messages out of their
// SENDs. A queue pair is known to be an SMC-R link because a CLC or LLC message named it, or
// because a message that decodes was seen on it, which is what remains of a capture that began
// late.
#pragma once

#include <bitset>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "emu/capture/dissection/roce_send.h"
#include "protocol/types.h"

namespace smclab::capture {

/// The receiving end of one direction of an RC connection.
struct QueuePairName {
  Gid gid;
  Qpn qpn;
  auto operator<=>(const QueuePairName&) const = default;
};

/// The PSNs of SENDs that were captured lately.
class PsnWindow {
 public:
  static constexpr std::int32_t kSize = 4096;
  /// Notes `psn` and says whether it was noted before. A jump further back than the window is a
  /// new connection.
  bool note(Psn psn);

 private:
  std::bitset<kSize> seen_;
  Psn highest_;
  bool any_ = false;
};

/// A message that was SENT, as far as it was captured.
struct SentMessage {
  std::span<const std::byte> bytes;  ///< good until the next call of QueuePairs::add
  Psn psn;                           ///< of its last packet
  bool cut = false;
  bool retransmission = false;  ///< a packet with this PSN was captured before
  bool known = false;           ///< the queue pair is known to carry SMC-R
};

class QueuePairs {
 public:
  static constexpr std::size_t kMost = 65'536;
  /// The longest message of SMC-R: LLC v2.
  static constexpr std::size_t kMaxMessage = 8192;

  /// Messages to this queue pair are SMC-R's. QPN 0 (said by ADD LINK invitations) names none.
  void learn(const QueuePairName& name);
  /// A part of a SEND; the whole message with its last packet.
  std::optional<SentMessage> add(const RoceSend& send);

 private:
  struct State {
    bool carries_smc = false;
    IpAddress peer;
    PsnWindow psns;
    Psn next;  ///< of the message in `parts`
    bool assembling = false;
    std::vector<std::byte> parts;
  };

  State& state_of(const QueuePairName& name);
  static bool assemble(const RoceSend& send, State& state);

  std::map<QueuePairName, State> states_;
  std::deque<QueuePairName> oldest_first_;
};

}  // namespace smclab::capture
