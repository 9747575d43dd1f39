// SPDX-License-Identifier: MIT
#include "protocol/link/flow/rkey_flow.h"

#include <algorithm>

#include "protocol/link/termination.h"

namespace smclab {
namespace {

using Kind = RkeyTask::Kind;

// A task is under way once its key was posted; the first of the queue only.
bool under_way(const LinkGroup& group) {
  return !group.tasks.empty() && group.tasks.front().posted;
}

Link* find_carrier(Directory& directory, const LinkGroup& group) {
  for (const LinkId id : group.links) {
    Link& link = directory.links.at(id);
    if (link.is(LinkState::Active)) return &link;
  }
  return nullptr;
}

void post_task(Turn& turn, Directory& directory, LinkGroup& group, Link& link) {
  RkeyTask& task = group.tasks.front();
  const auto key = directory.pool.at(task.buffer).key_on(link.id);
  SMCLAB_CHECK(key.has_value());
  task.posted = true;
  task.rkey = key->rkey;
  if (task.kind == Kind::Confirm) {
    // From here on the peer may know the key, whatever becomes of the answer.
    directory.pool.mark_announced(task.buffer);
    post_llc(turn, link, wire::ConfirmRkey{.rkey = key->rkey, .address = key->address});
  } else {
    wire::DeleteRkey request;
    request.rkeys.push_back(key->rkey);
    post_llc(turn, link, request);
  }
  turn.arm(group.flow_timer, turn.config.timeouts.llc_response,
           alarm_of(TimerKind::LlcFlow, group.id));
}

void start_next(Turn& turn, Directory& directory, LinkGroup& group) {
  if (group.tasks.empty() || under_way(group)) return;
  Link* link = find_carrier(directory, group);
  if (link != nullptr) post_task(turn, directory, group, *link);
}

void finish(Turn& turn, Directory& directory, LinkGroup& group, bool ok) {
  const RkeyTask task = group.tasks.front();
  group.tasks.erase(group.tasks.begin());
  turn.timers.cancel(group.flow_timer);
  if (task.kind == Kind::Delete) {
    directory.pool.handle_revoked(turn, task.buffer, ok);
  } else if (task.conn.assigned()) {
    turn.signal({.kind = SignalKind::RkeyDone, .conn = task.conn, .ok = ok});
  }
  start_next(turn, directory, group);
}

void add_task(Turn& turn, Directory& directory, const RkeyTask& task) {
  LinkGroup& group = directory.groups.at(directory.pool.at(task.buffer).group);
  if (!group.is(GroupState::Established)) return;
  group.tasks.push_back(task);
  start_next(turn, directory, group);
}

bool answers(const LinkGroup& group, Kind kind, Rkey rkey) {
  if (!under_way(group)) return false;
  const RkeyTask& task = group.tasks.front();
  return task.kind == kind && task.rkey == rkey;
}

// The answer to DELETE RKEY names the key in version 1 only; in version 2 it is a count.
bool answers(const LinkGroup& group, const wire::DeleteRkey& message) {
  if (message.rkeys.empty() || !under_way(group)) return false;
  const bool named = message.head.version == wire::LlcVersion::V1;
  return answers(group, Kind::Delete, named ? message.rkeys[0] : group.tasks.front().rkey);
}

// Linux skips links that it does not know; so do we.
void learn_other_links(Directory& directory, LinkGroup& group, PeerRmb rmb,
                       const wire::ConfirmRkey& message) {
  for (std::size_t i = 0; i < message.other_links && i < message.others.size(); ++i) {
    const wire::LinkRkey& other = message.others[i];
    for (const LinkId id : group.links) {
      if (directory.links.at(id).number != other.link) continue;
      group.rtokens.add_link(rmb, id, {other.rkey, other.address});
    }
  }
}

void answer_confirm_rkey(Turn& turn, Directory& directory, Link& link,
                         const wire::ConfirmRkey& request) {
  LinkGroup& group = directory.group_of(link);
  const auto rmb = group.rtokens.add(link.id, {request.rkey, request.address});
  if (rmb) learn_other_links(directory, group, *rmb, request);
  wire::ConfirmRkey answer = request;
  answer.head.response = true;
  answer.negative = answer.retry = !rmb;  // Linux sets both bits: the table is full
  post_llc(turn, link, answer);
}

// RFC 7609 §4.4.2: a connection whose element went away must not write there any more.
void break_users(Turn& turn, const LinkGroup& group, PeerRmb rmb) {
  for (const Member& member : group.roll) {
    if (member.rmb == rmb) {
      turn.signal({.kind = SignalKind::ConnectionBreaks, .conn = member.conn});
    }
  }
}

void answer_delete_rkey(Turn& turn, Directory& directory, Link& link,
                        const wire::DeleteRkey& request) {
  LinkGroup& group = directory.group_of(link);
  wire::DeleteRkey answer = request;
  answer.head.response = true;
  answer.error_mask = answer.invalid_rkeys = 0;
  for (std::size_t i = 0; i < request.rkeys.size(); ++i) {
    const auto rmb = group.rtokens.find(link.id, request.rkeys[i]);
    if (rmb) {
      break_users(turn, group, *rmb);
      group.rtokens.erase(link.id, request.rkeys[i]);
    } else {
      // Version 1 has at most eight keys and marks each; version 2 counts.
      answer.error_mask = static_cast<std::uint8_t>(answer.error_mask | (i < 8 ? 0x80U >> i : 0U));
      ++answer.invalid_rkeys;
    }
  }
  answer.negative = answer.invalid_rkeys != 0;
  post_llc(turn, link, answer);
}

}  // namespace

void announce_rmb(Turn& turn, Directory& directory, BufferId rmb, ConnId conn) {
  add_task(turn, directory, {.kind = Kind::Confirm, .buffer = rmb, .conn = conn});
}

void revoke_rmb(Turn& turn, Directory& directory, BufferId rmb) {
  add_task(turn, directory, {.kind = Kind::Delete, .buffer = rmb});
}

void withdraw_announcement(LinkGroup& group, ConnId conn) {
  const auto task = std::find_if(group.tasks.begin(), group.tasks.end(),
                                 [&](const RkeyTask& t) { return t.conn == conn; });
  if (task == group.tasks.end()) return;
  if (task->posted) {
    task->conn = ConnId{};
  } else {
    group.tasks.erase(task);
  }
}

void handle_confirm_rkey(Turn& turn, Directory& directory, Link& link,
                         const wire::ConfirmRkey& message) {
  if (!message.head.response) return answer_confirm_rkey(turn, directory, link, message);
  LinkGroup& group = directory.group_of(link);
  if (!answers(group, Kind::Confirm, message.rkey)) {
    ++directory.dropped.out_of_flow;
    return;
  }
  // RFC 7609 §3.5.5.2.1 would try again if C is set; like Linux we let this connection decline.
  finish(turn, directory, group, !message.negative);
}

void handle_delete_rkey(Turn& turn, Directory& directory, Link& link,
                        const wire::DeleteRkey& message) {
  if (!message.head.response) return answer_delete_rkey(turn, directory, link, message);
  LinkGroup& group = directory.group_of(link);
  if (!answers(group, message)) {
    ++directory.dropped.out_of_flow;
    return;
  }
  finish(turn, directory, group, !message.negative);
}

void handle_flow_timer(Turn& turn, Directory& directory, LinkGroup& group) {
  if (group.is(GroupState::Ending)) return handle_leave_timer(turn, directory, group);
  if (!under_way(group)) return;
  trace_fires(turn, group.subject(), {.to = "rkey", .cause = "no answer"});
  // RFC 7609 C.7.1 takes the carrying link for failed; Linux lets the connection decline.
  Link* link = find_carrier(directory, group);
  if (turn.config.profile == Profile::Rfc && link != nullptr) {
    return lose_link(turn, directory, *link, "RKEY exchange unanswered");
  }
  finish(turn, directory, group, false);
}

}  // namespace smclab
