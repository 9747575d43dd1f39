// SPDX-License-Identifier: MIT
//
// The data path takes no memory once it is warm. Every operator new of this program is counted.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#include "protocol/connection/receiver.h"
#include "protocol/connection/sender.h"
#include "protocol/wire/decode.h"
#include "tests/connection/pair.h"

namespace {
std::uint64_t allocations = 0;
}  // namespace

// Not inlined: g++ would see malloc and free behind new and delete, and take them for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace smclab {
namespace {

using test::Side;

// One turn of one side; the CDC and the completion it asks for are handed on in `posted`.
struct Outcome {
  wire::Cdc cdc;
  RequestId request = 0;
};
template <class Handler>
Outcome turn_of(Side& side, Handler&& handler) {
  Turn turn{side.now, side.config, side.actions, side.timers, side.chance, side.signals};
  handler(ConnTurn{turn, side.conn, &side.link});
  Outcome outcome;
  for (const Action& action : side.actions.list()) {
    const auto* send = std::get_if<action::PostSend>(&action);
    if (send == nullptr) continue;
    outcome.cdc = *wire::decode<wire::Cdc>(side.actions.bytes(send->bytes));
    outcome.request = send->request;
  }
  side.actions.clear();
  side.signals.clear();
  return outcome;
}

void one_round(test::Pair& pair) {
  const Outcome sent = turn_of(pair.a, [](ConnTurn t) { handle_wrote(t, 16'384); });
  ASSERT_NE(sent.request, 0U);
  turn_of(pair.b, [&](ConnTurn t) { handle_cdc(t, sent.cdc); });
  const Posted done = *pair.a.link.slots.finish(sent.request);
  turn_of(pair.a, [&](ConnTurn t) { handle_sent(t, done, CompletionStatus::Success); });
  const Outcome update = turn_of(pair.b, [](ConnTurn t) { handle_read(t, 16'384); });
  ASSERT_NE(update.request, 0U);
  turn_of(pair.a, [&](ConnTurn t) { handle_cdc(t, update.cdc); });
  const Posted told = *pair.b.link.slots.finish(update.request);
  turn_of(pair.b, [&](ConnTurn t) { handle_sent(t, told, CompletionStatus::Success); });
}

TEST(DataPath, AllocatesNothingOnceWarm) {
  test::Pair pair;
  for (Side* side : {&pair.a, &pair.b}) side->config.trace_data = true;
  one_round(pair);
  const std::uint64_t before = allocations;
  for (int round = 0; round < 1000; ++round) one_round(pair);
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_EQ(pair.a.conn.tx_sequence, 1001);
}

}  // namespace
}  // namespace smclab
