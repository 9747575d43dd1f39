// SPDX-License-Identifier: MIT
//
// The client's handshake (RFC 7609 §3.5.1, §3.5.2; Linux: __smc_connect): Proposal, then what the
// server's Accept says: a first contact makes a group and a link and proves it by CONFIRM LINK, a
// subsequent one joins the group that the Accept names. A state is a struct with the data of that
// state; events that a state has no overload for mean nothing there.
#pragma once

#include <string_view>
#include <variant>

#include "protocol/handshake/attempt.h"
#include "protocol/handshake/preparation.h"
#include "protocol/handshake/stateless.h"

namespace smclab::handshake {

class Client {
 public:
  explicit Client(const Attempt& attempt) : attempt_(attempt) {}

  /// Sends the Proposal, or a Decline in its place.
  Outcome start(Context c);
  Outcome handle(Context c, const Event& event);

  [[nodiscard]] const Attempt& attempt() const noexcept { return attempt_; }
  [[nodiscard]] Attempt& attempt() noexcept { return attempt_; }
  [[nodiscard]] std::string_view state_name() const noexcept;

  bool operator==(const Client&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(attempt_, state_);
  }

 private:
  struct AwaitAccept : Stateless<AwaitAccept> {
    static constexpr std::string_view name = "AwaitAccept";
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
  /// First contact: the queue pair becomes ready to receive, then Confirm may go out.
  struct ConnectLink : Stateless<ConnectLink> {
    static constexpr std::string_view name = "ConnectLink";
  };
  /// Confirm is out; the server is to prove the link.
  struct AwaitConfirmLink : Stateless<AwaitConfirmLink> {
    static constexpr std::string_view name = "AwaitConfirmLink";
  };
  /// The server has; our answer is on its way. Once it arrived there is no way back.
  struct AnswerConfirmLink : Stateless<AnswerConfirmLink> {
    static constexpr std::string_view name = "AnswerConfirmLink";
  };
  /// The link failed us. The server's Decline may be on its way, and is for certain if the server
  /// deleted the link; ours must not cross it.
  struct LateDecline {
    static constexpr std::string_view name = "LateDecline";
    bool server_gave_up = false;
    bool operator==(const LateDecline&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(server_gave_up);
    }
  };
  using State = std::variant<AwaitAccept, Prepare, ConnectLink, AwaitConfirmLink, AnswerConfirmLink,
                             LateDecline>;

  void become(Context c, const State& next, std::string_view why);
  Outcome receive_accept(Context c, const wire::Accept& accept);
  Outcome begin_first_contact(Context c, const PeerEnd& server);
  Outcome begin_subsequent_contact(Context c, const PeerEnd& server);
  Outcome prepare(Context c, const Preparation& preparation, Readiness readiness);
  Outcome advance(Context c, const Readiness& readiness);
  void send_confirm(Context c);
  Outcome wait_for_decline(Context c, std::string_view why, bool server_gave_up = false);

  Outcome on(Context c, AwaitAccept&, const MessageArrived& event);
  Outcome on(Context c, AwaitAccept&, const TimerFired&);
  template <class E>
  Outcome on(Context c, Prepare& state, const E& event) {
    return advance(c, state.preparation.on(c, attempt_, event));
  }
  Outcome on(Context c, ConnectLink&, const LinkReady&);
  Outcome on(Context c, ConnectLink&, const LinkRefused& event);
  Outcome on(Context c, ConnectLink&, const LinkLost&);
  Outcome on(Context c, ConnectLink&, const TimerFired&);
  Outcome on(Context c, AwaitConfirmLink&, const LinkAsked&);
  Outcome on(Context c, AwaitConfirmLink&, const LinkRefused& event);
  Outcome on(Context c, AwaitConfirmLink&, const LinkLost& event);
  Outcome on(Context c, AwaitConfirmLink&, const TimerFired&);
  Outcome on(Context c, AnswerConfirmLink&, const LinkConfirmed&);
  Outcome on(Context c, AnswerConfirmLink&, const LinkRefused& event);
  Outcome on(Context c, AnswerConfirmLink&, const LinkLost& event);
  Outcome on(Context c, AnswerConfirmLink&, const TimerFired&);
  Outcome on(Context c, LateDecline& state, const TimerFired&);
  template <class S, class E>
  Outcome on(Context, S&, const E&) {
    return {};
  }

  Attempt attempt_;
  State state_;
};

}  // namespace smclab::handshake
