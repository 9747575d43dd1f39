// SPDX-License-Identifier: MIT
//
// What a connection needs before its end can be told to the peer: on first contact a group and a
// queue pair; a send buffer and an RMB with a key on the link; and on subsequent contact the
// peer's word that it knows that key, which Linux asks for even if the RMB is a reused one
// (RFC 7609 §3.5.1, §3.5.2.1, §3.5.5.2.1).
#pragma once

#include <cstdint>

#include "protocol/handshake/attempt.h"

namespace smclab::handshake {

/// How far it is. Denied: the attempt cannot go on, for the reason `why`.
struct Readiness {
  enum class Kind : std::uint8_t { Waits, Ready, Denied };
  Kind kind = Kind::Waits;
  Diagnosis why = Diagnosis::None;
};

class Preparation {
 public:
  /// Makes a group and a link of its own on the attempt's device.
  Readiness found_group(Context c, Attempt& attempt, const PeerId& peer_id);
  /// Joins an established group.
  Readiness join_group(Context c, Attempt& attempt, const Place& place);

  Readiness on(Context c, Attempt& attempt, const LinkMade& event);
  Readiness on(Context c, Attempt& attempt, const LinkLost& event);
  Readiness on(Context c, Attempt& attempt, const BufferReady& event);
  Readiness on(Context c, Attempt& attempt, const BufferDenied& event);
  Readiness on(Context c, Attempt& attempt, const RkeyDone& event);
  Readiness on(Context c, Attempt& attempt, const TimerFired& event);
  /// What concerns other parts of the handshake.
  template <class Other>
  Readiness on(Context, Attempt&, const Other&) {
    return {};
  }

  bool operator==(const Preparation&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(step_);
  }

 private:
  enum class Step : std::uint8_t { MakeLink, MakeBuffers, Announce };
  Readiness take_buffers(Context c, Attempt& attempt);
  Readiness look_at_buffers(Context c, Attempt& attempt);

  Step step_ = Step::MakeLink;
};

}  // namespace smclab::handshake
