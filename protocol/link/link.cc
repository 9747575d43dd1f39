// SPDX-License-Identifier: MIT
#include "protocol/link/link.h"

#include <algorithm>

#include "protocol/check.h"

namespace smclab {
namespace {

void post(Turn& turn, Link& link, const OutgoingLlc& message) {
  const ArenaBytes bytes = turn.out.reserve(kMessageSize);
  std::copy(message.bytes.begin(), message.bytes.end(), turn.out.bytes(bytes).begin());
  const RequestId request = link.slots.take({.number = static_cast<std::uint16_t>(message.type)});
  turn.push(action::PostSend{link.id, request, bytes});
}

}  // namespace

void Link::feed(Turn& turn, LinkInput input, std::string_view why) {
  const auto step = kLinkMachine.step(state.get(), input);
  SMCLAB_CHECK(step.verdict != machine::Verdict::Violation);
  state.become(step.to, why, [&](auto from, auto to, auto cause) {
    trace_state(turn, subject(),
                {.from = from, .to = to, .cause = cause, .clause = "RFC 7609 §2.2"});
  });
}

RequestId post_cdc(Turn& turn, Link& link, const wire::Cdc& cdc, const Posted& posted) {
  SMCLAB_CHECK(link.can_post() && posted.conn.assigned());
  const ArenaBytes bytes = turn.out.reserve(wire::Cdc::kSize);
  wire::encode(cdc, turn.out.bytes(bytes));
  const RequestId request = link.slots.take(posted);
  turn.push(action::PostSend{link.id, request, bytes});
  if (turn.config.trace_data) {
    trace_sends(turn, subject(TraceObject::Connection, posted.conn),
                {.to = "cdc", .clause = "RFC 7609 A.4", .value = wire::Cdc::kSize});
  }
  return request;
}

void post_write(Turn& turn, Link& link, action::PostWrite write) {
  SMCLAB_CHECK(link.can_post());
  write.link = link.id;
  write.request = link.slots.name_write();
  turn.push(write);
}

void wait_for_slot(Link& link, ConnId conn) {
  if (std::find(link.waiting.begin(), link.waiting.end(), conn) == link.waiting.end()) {
    link.waiting.push_back(conn);
  }
}

bool post_llc_bytes(Turn& turn, Link& link, const OutgoingLlc& message) {
  if (link.can_post() && link.outbox.empty()) {
    post(turn, link, message);
    return true;
  }
  if (link.queue_pair != QpState::ReadyToSend || link.outbox.size() == Link::kOutbox) {
    trace_refuses(turn, link.subject(), {.to = "llc", .cause = "no free send slot"});
    return false;
  }
  link.outbox.push_back(message);
  return true;
}

void use_free_slots(Turn& turn, Link& link) {
  while (link.can_post() && !link.outbox.empty()) {
    post(turn, link, link.outbox.front());
    link.outbox.erase(link.outbox.begin());
  }
  if (link.can_post() && !link.waiting.empty()) {
    turn.signal({.kind = SignalKind::SlotFree, .link = link.id});
  }
}

}  // namespace smclab
