// SPDX-License-Identifier: MIT
//
// A link group: the links between this host and one peer for one role (RFC 7609 §2.2). Many
// connections share it; each is known in it by the alert token that this host chose and that the
// peer's CDC messages carry. What the group knows of the peer's RMBs belongs to it too, and the
// exchange about keys that is under way (RFC 7609 §3.5.5.3: one at a time).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/buffer/rtokens.h"
#include "protocol/link/terms.h"
#include "protocol/machine/current.h"
#include "protocol/machine/table.h"
#include "protocol/turn.h"
#include "protocol/types.h"

namespace smclab {

enum class GroupState : std::uint8_t {
  Forming,      ///< its first link is not confirmed: no other connection may join
  Established,  ///< connections may join
  Ending,       ///< terminated: DELETE LINK ALL is delivered, connections and buffers go
  Gone,
};
[[nodiscard]] constexpr std::string_view describe(GroupState state) noexcept {
  switch (state) {
    case GroupState::Forming:
      return "Forming";
    case GroupState::Established:
      return "Established";
    case GroupState::Ending:
      return "Ending";
    case GroupState::Gone:
      return "Gone";
  }
  return "?";
}

enum class GroupInput : std::uint8_t {
  LinkConfirmed,  ///< its first link is active
  Terminate,      ///< no link is left, a DELETE LINK ALL came, it was idle, or it never formed
  Emptied,        ///< the last connection and the last link of an ending group are gone
};
[[nodiscard]] constexpr std::string_view describe(GroupInput input) noexcept {
  switch (input) {
    case GroupInput::LinkConfirmed:
      return "link confirmed";
    case GroupInput::Terminate:
      return "terminate";
    case GroupInput::Emptied:
      return "emptied";
  }
  return "?";
}

inline constexpr auto kGroupMachine = [] {
  using enum GroupState;
  using enum GroupInput;
  using machine::all_but;
  using machine::kIgnore;
  using machine::kViolation;
  return machine::Machine<GroupState, GroupInput>::table(
      {.start = {Forming}, .end = {Gone}},
      {
          {{Forming}, {LinkConfirmed}, {}, Established},
          {{Forming, Established}, {Terminate}, {}, Ending},
          {{Ending, Gone}, {Terminate}, {}, kIgnore},
          {{Ending}, {Emptied}, {}, Gone},
          // Whoever feeds these has looked at the state before.
          {all_but(Forming), {LinkConfirmed}, {}, kViolation},
          {all_but(Ending), {Emptied}, {}, kViolation},
      });
}();

/// One connection of a group.
struct Member {
  AlertToken token;  ///< how the peer's CDC names it
  ConnId conn;
  std::optional<PeerRmb> rmb;   ///< of the peer, once CLC told it
  std::uint8_t rmbe_index = 0;  ///< the element in it
  bool operator==(const Member&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(token, conn, rmb, rmbe_index);
  }
};

/// One exchange about a key of ours: CONFIRM RKEY before a connection uses an RMB, DELETE RKEY
/// after. They run one after the other, so the peer forgets old keys before it learns new ones.
struct RkeyTask {
  enum class Kind : std::uint8_t { Confirm, Delete };
  Kind kind = Kind::Confirm;
  BufferId buffer;
  ConnId conn;  ///< who waits for a Confirm; unassigned when it left
  bool posted = false;
  Rkey rkey;  ///< as it was posted, to know the answer by
  bool operator==(const RkeyTask&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(kind, buffer, conn, posted, rkey);
  }
};

/// How far an ending group is with its DELETE LINK: its queue pair goes when both are true.
struct Leave {
  bool sent = false;   ///< ours is delivered
  bool heard = false;  ///< the peer's is here, or is not waited for
  bool operator==(const Leave&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(sent, heard);
  }
};

struct LinkGroup {
  GroupId id;
  Role role = Role::Client;
  /// Zero while the group of a v2-only Linux client forms, which tells it in its Confirm.
  PeerId peer_id;
  Terms terms;  ///< agreed on by the first contact
  machine::Current<GroupState> state{GroupState::Forming};
  std::vector<LinkId> links;      ///< one for now; RFC 7609 allows 8, Linux 3
  std::vector<Member> roll;       ///< its connections, sorted by token
  ConnId founder;                 ///< whose first contact makes it; unassigned once it is over
  std::vector<ConnId> expectant;  ///< servers' handshakes that wait for the first contact's end
  Rtokens rtokens;                ///< the peer's RMBs
  std::vector<RkeyTask> tasks;    ///< the first one is under way
  Leave leave_taken;
  TimerId flow_timer;            ///< of the exchange under way, or of leaving
  TimerId idle_timer;            ///< runs while there is no connection
  std::uint8_t last_number = 0;  ///< link number given out last

  [[nodiscard]] bool is(GroupState wanted) const noexcept { return state.get() == wanted; }
  [[nodiscard]] Subject subject() const noexcept {
    return smclab::subject(TraceObject::LinkGroup, id);
  }
  /// The connection that this token names; O(log n).
  [[nodiscard]] const Member* find(AlertToken token) const noexcept;
  [[nodiscard]] Member* find(AlertToken token) noexcept;
  /// The connection that writes into this element of the peer's RMB.
  [[nodiscard]] const Member* user_of(PeerRmb rmb, std::uint8_t rmbe_index) const noexcept;

  /// Takes a connection in under a token that nobody in the group has.
  AlertToken join(Turn& turn, ConnId conn);
  void leave(AlertToken token);
  /// Feeds the machine and traces.
  void feed(Turn& turn, GroupInput input, std::string_view why);

  bool operator==(const LinkGroup&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(id, role, peer_id, terms, state, links, roll, founder, expectant, rtokens, tasks);
    v(leave_taken, flow_timer, idle_timer, last_number);
  }
};

}  // namespace smclab
