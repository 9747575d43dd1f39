// SPDX-License-Identifier: MIT
#include "protocol/handshake/attempt.h"

#include <algorithm>
#include <span>

#include "protocol/link/flow/rkey_flow.h"
#include "protocol/link/termination.h"
#include "protocol/wire/encode.h"

namespace smclab::handshake {
namespace {

Result<wire::ClcMessage> decode_pulled(const Pull& pull, std::span<const std::byte> rest) {
  std::array<std::byte, wire::kLargestClc> whole{};
  const auto behind = std::copy(pull.header.begin(), pull.header.end(), whole.begin());
  std::copy(rest.begin(), rest.end(), behind);
  return wire::decode_clc(std::span(whole).first(pull.header.size() + rest.size()));
}

// What a reader of the trace wants to know of a message beside its type. Nothing is said of what
// only version 1 is in.
struct Gist {
  std::string_view operator()(const wire::Proposal& message) const {
    if (!message.has_v2()) return {};
    return message.has_ip_area() ? "v1_or_v2" : "v2";
  }
  std::string_view operator()(const wire::Accept& message) const { return of_answer(message); }
  std::string_view operator()(const wire::Confirm& message) const { return of_answer(message); }
  std::string_view operator()(const wire::Decline& message) const {
    return describe(message.diagnosis);
  }
  std::string_view operator()(const wire::SmcdAccept&) const { return {}; }
  std::string_view operator()(const wire::SmcdConfirm&) const { return {}; }

  template <class Answer>
  static std::string_view of_answer(const Answer& message) {
    if (message.version < 2) return {};
    return message.first_contact ? "v2_first_contact" : "v2";
  }
};
std::string_view gist_of(const wire::ClcMessage& message) {
  return std::visit(Gist{}, message);
}

// Linux: a peer that has answered CONFIRM LINK takes the group for established and looks for no
// Decline any more; DELETE LINK reaches it. Deviation: Linux waits until that is delivered, 2 s at
// most, before it declines, and tells a peer that has declined, too.
void end_first_contact(Context c, const Attempt& attempt, LinkGroup& group) {
  Ending ending{.why = "its first contact failed", .heard = true};
  if (!attempt.peer_left) ending.message = delete_all(wire::DeleteLinkReason::Program, false);
  end_group(c.turn, c.directory, group, ending);
}

bool is_founder(const Attempt& attempt, const LinkGroup* group) {
  return group != nullptr && group->founder == attempt.conn && group->is(GroupState::Forming);
}

Pulled refuse(Attempt& attempt, const DecodeError& error) {
  attempt.pull = {};
  return Result<wire::ClcMessage>(tl::unexpected(error));
}

}  // namespace

void pull_message(Context c, Attempt& attempt) {
  attempt.pull = {.stage = Pull::Stage::Header};
  c.turn.push(action::ReadTcp{attempt.conn, wire::kClcHeaderSize});
}

void stop_pulling(Context c, Attempt& attempt) {
  if (attempt.pull.stage != Pull::Stage::Idle) c.turn.push(action::CancelRead{attempt.conn});
  attempt.pull = {};
}

Pulled take_bytes(Context c, Attempt& attempt, std::span<const std::byte> bytes) {
  Pull& pull = attempt.pull;
  if (pull.stage == Pull::Stage::Header && bytes.size() == wire::kClcHeaderSize) {
    std::copy(bytes.begin(), bytes.end(), pull.header.begin());
    const auto header = wire::peek_clc(bytes);
    if (!header) return refuse(attempt, header.error());
    pull.stage = Pull::Stage::Rest;
    pull.rest = static_cast<std::uint16_t>(header->length - wire::kClcHeaderSize);
    c.turn.push(action::ReadTcp{attempt.conn, pull.rest});
    return std::nullopt;
  }
  // A driver that gives other than it was asked for cannot be served.
  if (pull.stage != Pull::Stage::Rest || bytes.size() != pull.rest) {
    return refuse(attempt, {"length", 0, Fault::BadLength});
  }
  auto message = decode_pulled(pull, bytes);
  pull = {};
  if (message) {
    trace_receives(c.turn, attempt.subject(),
                   {.to = wire::type_name(*message),
                    .cause = gist_of(*message),
                    .clause = "RFC 7609 A.2",
                    .value = wire::kClcHeaderSize + bytes.size()});
  }
  return message;
}

Duration patience(const Config& config) {
  const Timeouts& timeouts = config.timeouts;
  return std::max(timeouts.clc_wait - timeouts.late_decline_wait, timeouts.clc_wait / 2);
}

void arm(Context c, Attempt& attempt, Duration wait) {
  c.turn.arm(attempt.timer, wait, alarm_of(TimerKind::Handshake, attempt.conn));
}

void send_clc(Context c, const Attempt& attempt, const wire::ClcMessage& message) {
  std::visit(
      [&](const auto& held) {
        const ArenaBytes bytes = c.turn.out.reserve(wire::encoded_size(held));
        wire::encode(held, c.turn.out.bytes(bytes));
        c.turn.push(action::WriteTcp{attempt.conn, bytes});
        trace_sends(c.turn, attempt.subject(),
                    {.to = wire::type_name(message),
                     .cause = gist_of(message),
                     .clause = "RFC 7609 A.2",
                     .value = bytes.length});
      },
      message);
}

Outcome decline(Context c, Attempt& attempt, Diagnosis why) {
  if (attempt.pull.stage == Pull::Stage::Rest) {
    return fail(c, attempt, CloseReason::Handshake, "a CLC message stopped half way");
  }
  stop_pulling(c, attempt);
  LinkGroup* group = c.directory.groups.find(attempt.group);
  if (is_founder(attempt, group)) end_first_contact(c, attempt, *group);
  send_clc(c, attempt, make_decline(c.turn.config, why, attempt.version));
  return {.kind = Outcome::Kind::FellBack, .own = why};
}

Outcome accept_decline(Context c, Attempt& attempt, const wire::Decline& message) {
  LinkGroup* group = c.directory.groups.find(attempt.group);
  if (message.out_of_sync && group != nullptr && !attempt.first_contact) {
    end_group(c.turn, c.directory, *group, {.why = "the peer is out of sync"});
  }
  attempt.rmb_told = false;  // whoever declined writes nowhere
  attempt.peer_left = true;
  return {
      .kind = Outcome::Kind::FellBack, .own = Diagnosis::PeerDeclined, .peer = message.diagnosis};
}

Outcome fail(Context c, const Attempt& attempt, CloseReason why, std::string_view cause) {
  trace_refuses(c.turn, attempt.subject(),
                {.to = "handshake", .cause = cause, .clause = "RFC 7609 C.6"});
  return {.kind = Outcome::Kind::Failed, .why = why};
}

std::optional<Outcome> handle_always(Context c, Attempt& attempt, const Event& event) {
  if (const auto* broken = std::get_if<MessageBroken>(&event)) {
    trace_refuses(c.turn, attempt.subject(),
                  {.from = broken->error.field,
                   .to = "clc",
                   .cause = describe(broken->error.fault),
                   .clause = "RFC 7609 C.6",
                   .value = broken->error.offset});
    return Outcome{.kind = Outcome::Kind::Failed, .why = CloseReason::Handshake};
  }
  if (const auto* gone = std::get_if<TcpGone>(&event)) {
    return Outcome{.kind = Outcome::Kind::Failed,
                   .why = CloseReason::TcpFailed,
                   .reset = gone->how == TcpEnd::Fin};
  }
  if (std::holds_alternative<AppLeft>(event)) {
    return Outcome{.kind = Outcome::Kind::Failed, .why = CloseReason::LocalAbort};
  }
  if (const auto* arrived = std::get_if<MessageArrived>(&event)) {
    if (const auto* message = std::get_if<wire::Decline>(&arrived->message)) {
      return accept_decline(c, attempt, *message);
    }
  }
  return std::nullopt;
}

void join(Context c, Attempt& attempt, const Place& place) {
  attempt.group = place.group;
  attempt.link = place.link;
  attempt.token = c.directory.groups.at(place.group).join(c.turn, attempt.conn);
}

bool remember_peer(Context c, Attempt& attempt, const PeerEnd& end) {
  LinkGroup& group = c.directory.groups.at(attempt.group);
  attempt.peer = end;
  const auto rmb = group.rtokens.add(attempt.link, end.rmb);
  if (!rmb) return false;
  const Member* other = group.user_of(*rmb, end.rmbe_index);
  if (other != nullptr) {
    c.turn.signal({.kind = SignalKind::ConnectionBreaks, .conn = other->conn});
  }
  Member* member = group.find(attempt.token);
  SMCLAB_CHECK(member != nullptr);
  member->rmb = rmb;
  member->rmbe_index = end.rmbe_index;
  return true;
}

wire::ConnectionEnd tell_end(Context c, Attempt& attempt) {
  const auto key = c.directory.pool.at(attempt.rmb).key_on(attempt.link);
  SMCLAB_CHECK(key.has_value());
  attempt.rmb_told = true;
  c.directory.pool.mark_announced(attempt.rmb);
  return describe_end(c.turn.config, {.link = c.directory.links.at(attempt.link),
                                      .rmb = *key,
                                      .token = attempt.token,
                                      .size_code = c.directory.pool.at(attempt.rmb).size_code});
}

void give_back(Context c, Attempt& attempt) {
  c.turn.timers.cancel(attempt.timer);
  Pool& pool = c.directory.pool;
  LinkGroup* group = c.directory.groups.find(attempt.group);
  if (group != nullptr) withdraw_announcement(*group, attempt.conn);
  for (const BufferId id : {attempt.send_buffer, attempt.rmb}) {
    if (pool.find(id) == nullptr) continue;
    if (pool.release(c.turn, id, id == attempt.rmb && attempt.rmb_told)) {
      revoke_rmb(c.turn, c.directory, id);
    }
  }
  if (group == nullptr) return;
  if (const Member* member = group->find(attempt.token);
      member != nullptr && member->conn == attempt.conn) {
    group->leave(attempt.token);
  }
  std::erase(group->expectant, attempt.conn);
  if (is_founder(attempt, group)) {
    end_first_contact(c, attempt, *group);
  } else {
    note_departure(c.turn, *group);
  }
}

}  // namespace smclab::handshake
