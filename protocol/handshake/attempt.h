// SPDX-License-Identifier: MIT
//
// What both sides' handshakes have and do alike: pull CLC messages off the TCP stream and write
// their own, decline, take what a connection needs and give it back. RFC 7609 §3.5, C.1, C.6.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/handshake/event.h"
#include "protocol/handshake/offer.h"
#include "protocol/timers.h"

namespace smclab::handshake {

/// Where the pull of one CLC message is. Exactly the message's bytes are asked for: first the
/// header, then what its length says, so what follows stays with the application.
struct Pull {
  enum class Stage : std::uint8_t { Idle, Header, Rest };
  Stage stage = Stage::Idle;
  std::array<std::byte, wire::kClcHeaderSize> header{};
  std::uint16_t rest = 0;  ///< bytes behind the header
  bool operator==(const Pull&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(stage, header, rest);
  }
};

struct Attempt {
  ConnId conn;
  Role role = Role::Client;
  IpAddress local;
  IpAddress peer_address;
  bool crowded = false;  ///< Limits::pending_handshakes was reached: it may only decline

  DeviceId device;
  GroupId group;
  LinkId link;
  bool first_contact = false;
  AlertToken token;
  BufferId send_buffer;
  BufferId rmb;
  bool rmb_told = false;     ///< our Accept or Confirm is out: the peer may write
  bool peer_left = false;    ///< by a Decline: it has no link of ours any more
  std::uint8_t version = 1;  ///< in which a Decline goes out
  Offered offered;           ///< client: what its Proposal holds
  Terms terms;               ///< of this handshake, since Accept; of its group on first contact
  PeerEnd peer;
  Pull pull;
  TimerId timer;

  [[nodiscard]] Subject subject() const noexcept {
    return smclab::subject(TraceObject::Handshake, conn);
  }
  bool operator==(const Attempt&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(conn, role, local, peer_address, crowded, device, group, link, first_contact, token);
    v(send_buffer, rmb, rmb_told, peer_left, version, offered, terms, peer, pull, timer);
  }
};

/// Asks for a CLC message. Emits ReadTcp.
void pull_message(Context c, Attempt& attempt);
/// Withdraws the question. Emits CancelRead if it is open.
void stop_pulling(Context c, Attempt& attempt);
/// Some of the message that was asked for is here. Emits ReadTcp for the rest, or returns the
/// decoded message or what is wrong with it.
using Pulled = std::optional<Result<wire::ClcMessage>>;
[[nodiscard]] Pulled take_bytes(Context c, Attempt& attempt, std::span<const std::byte> bytes);

/// How long this side may take for what stands between two CLC messages: a little less than the
/// peer waits for the next one, so that a Decline still finds it there.
[[nodiscard]] Duration patience(const Config& config);
/// Every wait has an end.
void arm(Context c, Attempt& attempt, Duration wait);

/// Encodes and traces a CLC message of ours. Emits WriteTcp.
void send_clc(Context c, const Attempt& attempt, const wire::ClcMessage& message);

/// Declines and falls back. In the middle of a message of the peer's that is impossible, since the
/// rest of it would reach the application: then the connection fails.
Outcome decline(Context c, Attempt& attempt, Diagnosis why);
/// The peer declined. With S the link group that was to be reused is out of sync: it ends.
Outcome accept_decline(Context c, Attempt& attempt, const wire::Decline& message);
[[nodiscard]] Outcome fail(Context c, const Attempt& attempt, CloseReason why,
                           std::string_view cause);

/// Events that mean the same in every state: TCP and the application are gone, bytes were no CLC,
/// or the peer's Decline. Nothing for all other events.
std::optional<Outcome> handle_always(Context c, Attempt& attempt, const Event& event);

/// Joins the group: the connection has its token from now on.
void join(Context c, Attempt& attempt, const Place& place);
/// Stores what the peer's Accept or Confirm told. A connection that still uses the same element of
/// the peer breaks (RFC 7609 §4.4.2). False if the group knows too many RMBs of the peer.
[[nodiscard]] bool remember_peer(Context c, Attempt& attempt, const PeerEnd& end);
/// This host's end of the connection, and the note that the peer now knows the RMB.
[[nodiscard]] wire::ConnectionEnd tell_end(Context c, Attempt& attempt);

/// Gives back all that an attempt took which came to nothing.
void give_back(Context c, Attempt& attempt);

}  // namespace smclab::handshake
