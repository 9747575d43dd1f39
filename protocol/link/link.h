// SPDX-License-Identifier: MIT
//
// One link: an RC queue pair between an RNIC port of this host and one of the peer's, with a
// number that is unique in its link group (RFC 7609 §2.2.4). States are the kernel's (enum
// smc_link_state). All sends of a link go through post_*, which need a free slot and a queue pair
// that is ready; a connection that finds none waits in line and gets a SlotFree signal, an LLC
// message waits in a small outbox.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "protocol/limits.h"
#include "protocol/link/send_slots.h"
#include "protocol/machine/current.h"
#include "protocol/machine/table.h"
#include "protocol/turn.h"
#include "protocol/types.h"
#include "protocol/wire/cdc.h"
#include "protocol/wire/encode.h"
#include "protocol/wire/llc.h"

namespace smclab {

enum class LinkState : std::uint8_t {
  Unused,      ///< made, without a queue pair yet
  Activating,  ///< the queue pair exists, CONFIRM LINK is not exchanged
  Active,      ///< may carry connections
  Inactive,    ///< lost or deleted; its queue pair is destroyed
};
[[nodiscard]] constexpr std::string_view describe(LinkState state) noexcept {
  switch (state) {
    case LinkState::Unused:
      return "Unused";
    case LinkState::Activating:
      return "Activating";
    case LinkState::Active:
      return "Active";
    case LinkState::Inactive:
      return "Inactive";
  }
  return "?";
}

enum class LinkInput : std::uint8_t {
  QueuePairMade,
  Confirmed,  ///< CONFIRM LINK was exchanged
  Lost,       ///< denied, broken, unanswered, deleted, or its port went down
};
[[nodiscard]] constexpr std::string_view describe(LinkInput input) noexcept {
  switch (input) {
    case LinkInput::QueuePairMade:
      return "queue pair made";
    case LinkInput::Confirmed:
      return "confirmed";
    case LinkInput::Lost:
      return "lost";
  }
  return "?";
}

inline constexpr auto kLinkMachine = [] {
  using enum LinkState;
  using enum LinkInput;
  using machine::all_but;
  using machine::kIgnore;
  using machine::kViolation;
  return machine::Machine<LinkState, LinkInput>::table(
      {.start = {Unused}, .end = {Inactive}},
      {
          {{Unused}, {QueuePairMade}, {}, Activating},
          {{Activating}, {Confirmed}, {}, Active},
          {all_but(Inactive), {Lost}, {}, Inactive},
          {{Inactive}, {Lost}, {}, kIgnore},
          // Whoever feeds these has looked at the state before.
          {all_but(Unused), {QueuePairMade}, {}, kViolation},
          {all_but(Activating), {Confirmed}, {}, kViolation},
      });
}();

/// The other end of a link, as CLC or ADD LINK told it.
struct LinkPeer {
  Gid gid;
  Mac mac;
  Qpn qpn;
  Psn psn;  ///< the first one it sends with
  bool operator==(const LinkPeer&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(gid, mac, qpn, psn);
  }
};

/// An LLC message that waits for a send slot.
struct OutgoingLlc {
  wire::LlcType type = wire::LlcType::TestLink;
  std::array<std::byte, kMessageSize> bytes{};
  bool operator==(const OutgoingLlc&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(type, bytes);
  }
};

struct Link {
  /// LLC messages that may wait; a peer that asks faster than it acknowledges loses answers.
  static constexpr std::size_t kOutbox = 8;

  LinkId id;
  GroupId group;
  DeviceId device;
  LinkNumber number;  ///< assigned by the server; 0 until the client learns it
  machine::Current<LinkState> state{LinkState::Unused};
  QpState queue_pair = QpState::Reset;
  Qpn qpn;                         ///< of this host's queue pair
  Psn psn;                         ///< the first one this host sends with; random
  MtuCode mtu = MtuCode::Mtu1024;  ///< the smaller one of both ends
  wire::LlcVersion llc_version = wire::LlcVersion::V1;  ///< of all LLC messages here
  /// In which the peer writes lengths of v2, and so do we; Linux on most machines until it speaks.
  wire::ByteOrder length_order = wire::ByteOrder::Little;
  bool direct = true;  ///< no gateway lies between the ends
  LinkPeer peer;
  SendSlots slots;
  std::vector<OutgoingLlc> outbox;
  std::vector<ConnId> waiting;  ///< connections that found no free slot, first come first served
  Instant last_receive;
  TimerId test_timer;
  bool testing = false;  ///< a TEST LINK request is unanswered
  std::array<std::byte, 16> test_data{};

  [[nodiscard]] bool is(LinkState wanted) const noexcept { return state.get() == wanted; }
  /// Whether a message can be posted right now.
  [[nodiscard]] bool can_post() const noexcept {
    return queue_pair == QpState::ReadyToSend && slots.free() > 0;
  }
  [[nodiscard]] Subject subject() const noexcept { return smclab::subject(TraceObject::Link, id); }
  /// Feeds the machine and traces.
  void feed(Turn& turn, LinkInput input, std::string_view why);

  bool operator==(const Link&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(id, group, device, number, state, queue_pair, qpn, psn, mtu, llc_version, length_order);
    v(direct, peer, slots, outbox, waiting, last_receive, test_timer, testing, test_data);
  }
};

/// Posts a CDC in a free slot; `posted.conn` is its connection. can_post() must hold.
RequestId post_cdc(Turn& turn, Link& link, const wire::Cdc& cdc, const Posted& posted);

/// Posts one RDMA write, which a CDC must follow on the same link in the same turn; fills in
/// `write.link` and `write.request`. can_post() must hold.
void post_write(Turn& turn, Link& link, action::PostWrite write);

/// Puts a connection in line for a send slot; once is enough. The SlotFree signal takes it out.
void wait_for_slot(Link& link, ConnId conn);

/// Posts an encoded LLC message, or leaves it in the outbox until a slot is free. False if it had
/// to be dropped. Its completion brings back Posted{.number = type}.
bool post_llc_bytes(Turn& turn, Link& link, const OutgoingLlc& message);

/// Posts a message in the link's version, whatever its head says. None that this host sends is
/// longer than kMessageSize, in version 2 either.
template <class Message>
bool post_llc(Turn& turn, Link& link, Message message) {
  message.head = {.version = link.llc_version,
                  .response = message.head.response,
                  .length_order = link.length_order};
  OutgoingLlc outgoing{.type = Message::kType};
  wire::encode(message, outgoing.bytes);
  trace_sends(turn, link.subject(),
              {.to = wire::type_name(wire::LlcMessage(message)),
               .cause = message.head.response ? "response" : "request",
               .clause = "RFC 7609 A.3",
               .value = kMessageSize});
  return post_llc_bytes(turn, link, outgoing);
}

/// A slot was given back: sends what the outbox holds and signals SlotFree if someone waits.
void use_free_slots(Turn& turn, Link& link);

}  // namespace smclab
