// SPDX-License-Identifier: MIT
//
// The server's handshake (RFC 7609 §3.5.1, §3.5.2; Linux: smc_listen_work): read the Proposal,
// decide between first and subsequent contact, answer with Accept, read Confirm, and on first
// contact prove the link by CONFIRM LINK. While one connection makes the first contact with a
// client, further Proposals of that client wait for its end, as they do in Linux.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "protocol/handshake/attempt.h"
#include "protocol/handshake/preparation.h"
#include "protocol/handshake/stateless.h"

namespace smclab::handshake {

class Server {
 public:
  explicit Server(const Attempt& attempt) : attempt_(attempt) {}

  /// Asks for the Proposal.
  Outcome start(Context c);
  Outcome handle(Context c, const Event& event);

  [[nodiscard]] const Attempt& attempt() const noexcept { return attempt_; }
  [[nodiscard]] Attempt& attempt() noexcept { return attempt_; }
  [[nodiscard]] std::string_view state_name() const noexcept;

  bool operator==(const Server&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(attempt_, state_);
  }

 private:
  struct AwaitProposal : Stateless<AwaitProposal> {
    static constexpr std::string_view name = "AwaitProposal";
  };
  /// Another connection makes the first contact with this client.
  struct Queue : Stateless<Queue> {
    static constexpr std::string_view name = "Queue";
  };
  /// Buffers, and a queue pair or the peer's word.
  struct Prepare {
    static constexpr std::string_view name = "Prepare";
    Preparation preparation;
    bool operator==(const Prepare&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(preparation);
    }
  };
  /// Accept is out, and nothing can be said before the client has spoken (RFC 7609 C.1).
  struct AwaitConfirm {
    static constexpr std::string_view name = "AwaitConfirm";
    bool link_lost = false;
    bool operator==(const AwaitConfirm&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(link_lost);
    }
  };
  /// First contact: the link is connected, and the client is asked to confirm it.
  struct ConfirmLink : Stateless<ConfirmLink> {
    static constexpr std::string_view name = "ConfirmLink";
  };
  /// It did not in time. Its Decline may be on its way; ours must not cross it.
  struct LateDecline : Stateless<LateDecline> {
    static constexpr std::string_view name = "LateDecline";
  };
  using State = std::variant<AwaitProposal, Queue, Prepare, AwaitConfirm, ConfirmLink, LateDecline>;

  void become(Context c, const State& next, std::string_view why);
  Outcome receive_proposal(Context c, const wire::Proposal& proposal);
  Outcome choose_contact(Context c);
  Outcome prepare(Context c, const Preparation& preparation, const Readiness& readiness);
  Outcome advance(Context c, const Readiness& readiness);
  Outcome receive_confirm(Context c, const wire::Confirm& confirm, bool link_lost);
  Outcome finish_first_contact(Context c, const PeerEnd& client);
  Outcome finish_subsequent_contact(Context c, const PeerEnd& client);

  Outcome on(Context c, AwaitProposal&, const MessageArrived& event);
  Outcome on(Context c, AwaitProposal&, const TimerFired&);
  Outcome on(Context c, Queue&, const TryAgain&);
  Outcome on(Context c, Queue&, const TimerFired&);
  template <class E>
  Outcome on(Context c, Prepare& state, const E& event) {
    return advance(c, state.preparation.on(c, attempt_, event));
  }
  Outcome on(Context c, AwaitConfirm& state, const MessageArrived& event);
  Outcome on(Context c, AwaitConfirm& state, const LinkLost&);
  Outcome on(Context c, AwaitConfirm&, const TimerFired&);
  Outcome on(Context c, ConfirmLink&, const LinkConfirmed&);
  Outcome on(Context c, ConfirmLink&, const LinkRefused& event);
  Outcome on(Context c, ConfirmLink&, const LinkLost& event);
  Outcome on(Context c, ConfirmLink&, const TimerFired&);
  Outcome on(Context c, LateDecline&, const LinkConfirmed&);
  Outcome on(Context c, LateDecline&, const TimerFired&);
  template <class S, class E>
  Outcome on(Context, S&, const E&) {
    return {};
  }

  Attempt attempt_;
  State state_;
};

}  // namespace smclab::handshake
