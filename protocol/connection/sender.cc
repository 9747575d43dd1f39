// SPDX-License-Identifier: MIT
#include "protocol/connection/sender.h"

#include <algorithm>

#include "protocol/buffer/ring_split.h"
#include "protocol/connection/lifecycle.h"
#include "protocol/connection/sequence.h"

namespace smclab {
namespace {

// A cursor as the number that a completion brings back.
[[nodiscard]] constexpr std::uint64_t pack(Cursor cursor) noexcept {
  return std::uint64_t{cursor.wrap} << 32 | cursor.offset;
}
[[nodiscard]] constexpr Cursor unpack(std::uint64_t mark) noexcept {
  return {static_cast<std::uint16_t>(mark >> 32), static_cast<std::uint32_t>(mark)};
}

[[nodiscard]] std::optional<Refusal> refuse_write(const Connection& conn, std::uint32_t bytes) {
  using enum ConnState;
  if (!conn.connected) return Refusal::NotConnected;
  if (conn.app_closed || conn.state.is({PeerAbortWait, ProcessAbort, Closed})) {
    return Refusal::UnknownConnection;
  }
  if (conn.shutdown_waits || conn.own.done) return Refusal::AfterShutdown;
  if (bytes > conn.writable()) return Refusal::TooMuch;
  return std::nullopt;
}

// Small writes wait for the CDC in flight, so that many become one (Linux: smc_should_autocork).
[[nodiscard]] bool should_cork(const Connection& conn, const Config& config) {
  const std::uint32_t limit = std::min(conn.send_ring.size() / 2, config.autocorking_size);
  return conn.in_flight > 0 && conn.unsent() <= limit;
}

[[nodiscard]] bool has_data_to_write(const Connection& conn) {
  return !conn.own.aborted && !conn.peer_is_done() && conn.unsent() > 0 && conn.window() > 0;
}

void write_data(ConnTurn t) {
  Connection& conn = t.conn;
  const std::uint32_t unsent = conn.unsent();
  const std::uint32_t window = conn.window();
  const std::uint32_t bytes = std::min(unsent, window);
  // Equal counts too: the window is closed then, and the peer should say when it opens.
  conn.own.write_blocked = unsent >= window;
  const RingWrites writes = split({conn.send_ring.size(), conn.txsent.offset},
                                  {conn.peer_ring.size(), conn.txprod.offset}, bytes);
  for (const RingWrite& write : writes.writes()) {
    post_write(t.turn, *t.link,
               {.buffer = conn.send_buffer,
                .offset = write.offset,
                .length = write.length,
                .wrapped = write.wrapped,
                .rkey = conn.peer_element.rkey,
                .target = {conn.peer_element.address.value + write.target}});
  }
  conn.txsent = conn.send_ring.advance(conn.txsent, bytes);
  conn.txprod = conn.peer_ring.advance(conn.txprod, bytes);
}

void post(ConnTurn t) {
  Connection& conn = t.conn;
  const unsigned bits = t.turn.config.widths.sequence_bits;
  conn.tx_sequence = sequence_after(conn.tx_sequence, 1, bits);
  const wire::Cdc cdc = {.sequence = conn.tx_sequence,
                         .token = conn.peer_token,
                         .producer = to_wire(conn.txprod),
                         .consumer = to_wire(conn.txcons),
                         .write_blocked = conn.own.write_blocked,
                         .sending_done = conn.own.done,
                         .peer_connection_closed = conn.own.closed,
                         .abnormal_close = conn.own.aborted};
  post_cdc(t.turn, *t.link, cdc,
           {.conn = conn.id, .mark = pack(conn.txsent), .number = conn.tx_sequence});
  ++conn.in_flight;
  conn.rxconf = conn.txcons;
  conn.owes_cdc = false;
  conn.final_posted = conn.close_sent();
}

void stand_in_line(ConnTurn t) {
  if (t.link == nullptr) return;
  t.conn.in_line = true;
  wait_for_slot(*t.link, t.conn.id);
}

[[nodiscard]] bool wants_space(const Connection& conn) {
  return !conn.app_closed && !conn.shutdown_waits && !conn.own.done && !conn.ended;
}

void free_space(ConnTurn t, const Posted& posted) {
  Connection& conn = t.conn;
  conn.tx_done_sequence = posted.number;
  const Cursor done = unpack(posted.mark);
  if (done == conn.txfin) return;
  conn.txfin = done;
  if (wants_space(conn)) t.push(action::Writable{conn.id, conn.writable()});
}

}  // namespace

void handle_wrote(ConnTurn t, std::uint32_t bytes) {
  Connection& conn = t.conn;
  if (const auto why = refuse_write(conn, bytes)) return t.push(action::Refused{conn.id, *why});
  conn.txprep = conn.send_ring.advance(conn.txprep, bytes);
  if (conn.peer_is_done() && bytes > 0) {
    end_with(conn, CloseReason::ResetByPeer);
    step(t, CloseInput::Undeliverable);
  } else if (!should_cork(conn, t.turn.config)) {
    send_pending(t);
  }
  settle(t);
}

void send_pending(ConnTurn t) {
  Connection& conn = t.conn;
  if (!conn.connected || conn.killed || conn.final_posted || conn.in_line) return;
  const bool data = has_data_to_write(conn);
  if (t.link == nullptr || (!data && !conn.owes_cdc)) return;
  if (!t.link->can_post()) return stand_in_line(t);
  if (data) write_data(t);
  post(t);
}

void handle_slot_free(ConnTurn t) {
  t.conn.in_line = false;
  send_pending(t);
  settle(t);
}

void handle_sent(ConnTurn t, const Posted& posted, CompletionStatus status) {
  Connection& conn = t.conn;
  if (conn.killed) return;
  SMCLAB_CHECK(conn.in_flight > 0);
  --conn.in_flight;
  if (status == CompletionStatus::Success) {
    free_space(t, posted);
  } else if (status == CompletionStatus::NotPosted && posted.number == conn.tx_sequence) {
    // Its writes were posted, so only the message has to go again, under the same number. Had a
    // later one been posted, that would have told the same and more.
    conn.tx_sequence = sequence_after(conn.tx_sequence, -1, t.turn.config.widths.sequence_bits);
    conn.final_posted = false;
    owe_cdc(conn);
    stand_in_line(t);
  }
  if (conn.in_flight == 0 && !conn.owes_cdc) send_pending(t);
  settle(t);
}

}  // namespace smclab
