// SPDX-License-Identifier: MIT
//
// One TCP connection that runs over SMC-R: its two RMBEs as cursors, the send buffer, what each
// side has said, and where it is on its way to the close. Data goes out by sender.h, comes in by
// receiver.h and ends by closing.h; all of them work on this value and hold nothing themselves.
//
// Cursors bear the names that `smcss -d` prints. Three rings are involved:
//
//   own RMBE      rxprod  where the peer writes next     txcons  what the application reads next
//   peer's RMBE   txprod  where this side writes next    rxcons  what the peer reads next
//   send buffer   txprep  end of what was Wrote          txsent  end of what was written to the
//   peer
//                 txfin   end of what was completed, so that the space is free again
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/action.h"
#include "protocol/buffer/cursor.h"
#include "protocol/buffer/rtokens.h"
#include "protocol/connection/state.h"
#include "protocol/link/link.h"
#include "protocol/machine/current.h"
#include "protocol/turn.h"
#include "protocol/types.h"

namespace smclab {

/// What one side has told the other by CDC flags.
struct Said {
  bool write_blocked = false;  ///< B
  bool done = false;           ///< D: it will write no more
  bool closed = false;         ///< C: nor send a CDC
  bool aborted = false;        ///< A
  bool operator==(const Said&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(write_blocked, done, closed, aborted);
  }
};

struct Connection {
  // Known before the peer can send a CDC: the handshake sets these when it makes the value.
  ConnId id;
  GroupId group;
  LinkId link;
  AlertToken own_token;
  BufferId send_buffer;
  BufferId rmb;
  Ring send_ring;
  Ring rmb_ring;

  // What Accept or Confirm told; to be set before establish().
  AlertToken peer_token;
  Ring peer_ring;
  Rtoken peer_element;  ///< where the peer's RMBE begins on `link`, its index already applied

  machine::Current<ConnState> state{ConnState::Init};
  Cursor rxprod;
  Cursor rxcons;
  Cursor txprod;
  Cursor txcons;
  Cursor txprep;
  Cursor txsent;
  Cursor txfin;
  Cursor rxconf;                       ///< the value of txcons that the peer was told last
  std::uint16_t tx_sequence = 0;       ///< of the last CDC posted; the first is 1
  std::uint16_t tx_done_sequence = 0;  ///< of the last CDC completed
  std::uint16_t rx_sequence = 0;       ///< of the last CDC accepted
  Said own;
  Said peer;

  std::uint8_t in_flight = 0;        ///< CDCs posted and not completed
  bool connected = false;            ///< the application knows: establish() was called
  bool owes_cdc = false;             ///< a CDC must go out, with or without data
  bool in_line = false;              ///< waits for a send slot of the link
  bool update_requested = false;     ///< the peer's R
  bool final_posted = false;         ///< C or A is out: no write and no CDC any more
  bool shutdown_waits = false;       ///< the application's shutdown waits for its data
  bool close_waits = false;          ///< the application's close waits for its data
  bool flush_over = false;           ///< it has waited long enough: unsent data is given up
  bool app_closed = false;           ///< the application is gone
  bool killed = false;               ///< no link is left
  bool tcp_over = false;             ///< FIN or RST was asked for, or TCP is dead
  bool told_end_of_stream = false;   ///< the application knows
  bool told_closed = false;          ///< the application knows
  bool released = false;             ///< ConnectionEnds was signalled
  std::optional<CloseReason> ended;  ///< why, if not in order
  std::optional<TimerKind> alarm;    ///< what `timer` was armed for
  TimerId timer;

  /// Bytes the application may read.
  [[nodiscard]] std::uint32_t readable() const noexcept {
    return rmb_ring.distance(txcons, rxprod);
  }
  /// Bytes the application may write.
  [[nodiscard]] std::uint32_t writable() const noexcept { return send_ring.space(txfin, txprep); }
  /// Bytes in the send buffer that were not written to the peer yet.
  [[nodiscard]] std::uint32_t unsent() const noexcept { return send_ring.distance(txsent, txprep); }
  /// Bytes that fit into the peer's RMBE now.
  [[nodiscard]] std::uint32_t window() const noexcept { return peer_ring.space(rxcons, txprod); }
  /// Whether this side said C or A, or will with the CDC that is owed.
  [[nodiscard]] bool close_sent() const noexcept { return own.closed || own.aborted; }
  /// Whether the peer said that it writes no more (C or A): only then its RMBE may be reused.
  [[nodiscard]] bool peer_is_done() const noexcept { return peer.closed || peer.aborted; }

  bool operator==(const Connection&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(id, group, link, own_token, send_buffer, rmb, send_ring, rmb_ring);
    v(peer_token, peer_ring, peer_element, state);
    v(rxprod, rxcons, txprod, txcons, txprep, txsent, txfin, rxconf);
    v(tx_sequence, tx_done_sequence, rx_sequence, own, peer, in_flight, owes_cdc);
    v(connected, in_line, update_requested, final_posted, shutdown_waits, close_waits);
    v(flush_over, app_closed, killed);
    v(tcp_over, told_end_of_stream, told_closed, released, ended, alarm, timer);
  }
};

/// One turn as one connection sees it. `link` is the connection's link, or null if it is gone;
/// without it nothing is sent.
struct ConnTurn {
  Turn& turn;
  Connection& conn;
  Link* link = nullptr;

  void push(const Action& action) const { turn.push(action); }
};

/// The handshake is complete: emits Connected, then what CDCs that came early brought (RFC 7609
/// §3.5.2.4 wants them held, not lost): Readable, EndOfStream or Closed.
void establish(ConnTurn t);

}  // namespace smclab
