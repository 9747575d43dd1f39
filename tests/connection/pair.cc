// SPDX-License-Identifier: MIT
#include "tests/connection/pair.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/wire/decode.h"

namespace smclab::test {

std::byte stream_byte(std::uint32_t index, std::uint64_t at) {
  return static_cast<std::byte>((at * 7 + at / 251 + index * 101) & 0xFF);
}

Side::Side(const PairSizes& own, const PairSizes& peer, std::uint32_t index)
    : send_memory(own.send), rmb_memory(own.rmb) {
  config.widths = own.widths;
  config.timeouts.flush_wait = std::chrono::seconds(2);
  link.id = {index, 0};
  link.queue_pair = QpState::ReadyToSend;
  link.slots = SendSlots(own.slots);
  const unsigned bits = own.widths.wrap_bits;
  conn.id = {index, 0};
  conn.link = link.id;
  conn.own_token = {100 + index};
  conn.peer_token = {100 + (1 - index)};
  conn.send_buffer = {2 * index, 0};
  conn.rmb = {2 * index + 1, 0};
  conn.send_ring = Ring(own.send, bits);
  conn.rmb_ring = Ring(own.rmb, bits);
  conn.peer_ring = Ring(peer.rmb, bits);
  conn.peer_element = {{77 + index}, {0x1000}};
}

void Side::run(const std::function<void(ConnTurn)>& handler) {
  Turn turn{now, config, actions, timers, chance, signals};
  handler({turn, conn, link_up ? &link : nullptr});
  const std::vector<Action> list(actions.list().begin(), actions.list().end());
  for (const Action& action : list) carry_out(action);
  actions.clear();
  ends_signalled +=
      static_cast<int>(std::count_if(signals.begin(), signals.end(), [](const Signal& signal) {
        return signal.kind == SignalKind::ConnectionEnds;
      }));
  signals.clear();
}

void Side::carry_out(const Action& action) {
  if (const auto* write = std::get_if<action::PostWrite>(&action)) {
    ASSERT_EQ(write->rkey, conn.peer_element.rkey);
    EXPECT_FALSE(said_last) << "no write behind C or A";
    wire.emplace_back(*write);
  } else if (const auto* send = std::get_if<action::PostSend>(&action)) {
    const auto cdc = wire::decode<wire::Cdc>(actions.bytes(send->bytes));
    ASSERT_TRUE(cdc);
    EXPECT_FALSE(said_last) << "no CDC behind C or A";
    said_last = cdc->peer_connection_closed || cdc->abnormal_close;
    wire.emplace_back(*cdc);
    in_flight.push_back(send->request);
  } else if (const auto* ready = std::get_if<action::Connected>(&action)) {
    ++connected;
    space = ready->send_size;
  } else if (const auto* readable = std::get_if<action::Readable>(&action)) {
    EXPECT_GE(readable->available, available) << "Readable tells of more";
    available = readable->available;
  } else if (const auto* writable = std::get_if<action::Writable>(&action)) {
    EXPECT_GT(writable->space, space) << "Writable tells of more";
    space = writable->space;
  } else if (const auto* refusal = std::get_if<action::Refused>(&action)) {
    refused = refusal->why;
  } else if (const auto* end = std::get_if<action::Closed>(&action)) {
    EXPECT_EQ(++closed, 1);
    why = end->why;
  } else if (std::holds_alternative<action::FinishTcp>(action)) {
    EXPECT_TRUE(said_last) << "SMC-R closes first, then TCP";
    ++fins;
  } else {
    ends_of_stream += std::holds_alternative<action::EndOfStream>(action) ? 1 : 0;
    released += std::holds_alternative<action::Released>(action) ? 1 : 0;
    resets += std::holds_alternative<action::ResetTcp>(action) ? 1 : 0;
  }
}

std::uint32_t Side::write(std::uint32_t bytes) {
  bytes = std::min(bytes, space);
  for (std::uint32_t i = 0; i < bytes; ++i) {
    send_memory[(written + i) % send_memory.size()] = stream_byte(conn.id.index, written + i);
  }
  written += bytes;
  space -= bytes;
  run([bytes](ConnTurn t) { handle_wrote(t, bytes); });
  return bytes;
}

std::uint32_t Side::read(std::uint32_t bytes) {
  bytes = std::min(bytes, available);
  for (std::uint32_t i = 0; i < bytes; ++i) {
    EXPECT_EQ(rmb_memory[(taken + i) % rmb_memory.size()],
              stream_byte(1 - conn.id.index, taken + i))
        << "byte " << taken + i;
  }
  taken += bytes;
  available -= bytes;
  run([bytes](ConnTurn t) { handle_read(t, bytes); });
  return bytes;
}

void Side::receive(const wire::Cdc& cdc) {
  run([&cdc](ConnTurn t) { handle_cdc(t, cdc); });
}

bool Side::complete() {
  if (delivered == 0) return false;
  --delivered;
  const auto posted = link.slots.finish(in_flight.front());
  in_flight.pop_front();
  EXPECT_TRUE(posted.has_value());
  run([&](ConnTurn t) { handle_sent(t, *posted, CompletionStatus::Success); });
  while (link.can_post() && !link.waiting.empty()) {
    link.waiting.erase(link.waiting.begin());
    run(handle_slot_free);
  }
  return true;
}

void Side::refuse_last_cdc() {
  ASSERT_TRUE(!wire.empty() && std::holds_alternative<wire::Cdc>(wire.back()));
  wire.pop_back();
  said_last = false;
  const auto posted = link.slots.finish(in_flight.back());
  in_flight.pop_back();
  ASSERT_TRUE(posted.has_value());
  run([&](ConnTurn t) { handle_sent(t, *posted, CompletionStatus::NotPosted); });
}

bool Side::fire_timer() {
  const auto deadline = timers.deadline();
  if (!deadline) return false;
  now = std::max(now, *deadline);
  while (const auto alarm = timers.pop_due(now)) run(handle_close_timer);
  return true;
}

std::vector<wire::Cdc> Side::cdcs() const {
  std::vector<wire::Cdc> list;
  for (const OnWire& thing : wire) {
    if (const auto* cdc = std::get_if<wire::Cdc>(&thing)) list.push_back(*cdc);
  }
  return list;
}

std::size_t Side::writes() const {
  return wire.size() - cdcs().size();
}

Pair::Pair(const PairSizes& own_a, const PairSizes& own_b)
    : a(own_a, own_b, 0), b(own_b, own_a, 1) {
  a.run(establish);
  b.run(establish);
}

bool Pair::deliver(Side& from) {
  if (from.wire.empty()) return false;
  Side& to = peer_of(from);
  const OnWire thing = from.wire.front();
  from.wire.pop_front();
  if (const auto* cdc = std::get_if<wire::Cdc>(&thing)) {
    EXPECT_EQ(cdc->token, to.conn.own_token);
    ++from.delivered;
    to.receive(*cdc);
    return true;
  }
  const auto& write = std::get<action::PostWrite>(thing);
  const std::uint64_t target = write.target.value - from.conn.peer_element.address.value;
  EXPECT_LE(target + write.length + write.wrapped, to.rmb_memory.size()) << "within the RMBE";
  EXPECT_LE(write.offset + write.length, from.send_memory.size());
  for (std::uint32_t i = 0; i < write.length + write.wrapped; ++i) {
    const std::uint32_t at = i < write.length ? write.offset + i : i - write.length;
    to.rmb_memory[target + i] = from.send_memory[at];
  }
  return true;
}

void Pair::settle() {
  for (bool moved = true; moved;) {
    moved = false;
    for (Side* side : {&a, &b}) {
      while (deliver(*side)) moved = true;
      while (side->complete()) moved = true;
    }
  }
}

}  // namespace smclab::test
