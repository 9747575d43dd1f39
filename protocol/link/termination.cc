// SPDX-License-Identifier: MIT
#include "protocol/link/termination.h"

#include <utility>

namespace smclab {
namespace {

template <class Wanted>
Link* find_link(Directory& directory, const LinkGroup& group, Wanted&& wanted) {
  for (const LinkId id : group.links) {
    Link& link = directory.links.at(id);
    if (wanted(link)) return &link;
  }
  return nullptr;
}

Link* find_working(Directory& directory, const LinkGroup& group) {
  return find_link(directory, group, [](const Link& link) {
    return link.is(LinkState::Active) && link.queue_pair == QpState::ReadyToSend;
  });
}

// The first link of a forming group can tell of its end, too, once its queue pair may send.
Link* find_sendable(Directory& directory, const LinkGroup& group) {
  return find_link(directory, group,
                   [](const Link& link) { return link.queue_pair == QpState::ReadyToSend; });
}

void retire(Turn& turn, Directory& directory, LinkGroup& group) {
  turn.timers.cancel(group.flow_timer);
  for (const LinkId id : group.links) lose_link(turn, directory, directory.links.at(id), "left");
  group.feed(turn, GroupInput::Emptied, "its links are gone");
  turn.signal({.kind = SignalKind::GroupGone, .group = group.id});
}

void retire_if_left(Turn& turn, Directory& directory, LinkGroup& group) {
  const Leave& leave = group.leave_taken;
  if (group.is(GroupState::Ending) && leave.sent && leave.heard) retire(turn, directory, group);
}

void answer_unknown_link(Turn& turn, Link& link, const wire::DeleteLink& request) {
  wire::DeleteLink answer = request;
  answer.head.response = true;
  answer.reason = wire::DeleteLinkReason::UnknownLink;
  post_llc(turn, link, answer);
}

// The client answers and is done. The server takes the client's notice up by sending it back as
// its own request, which the client answers.
void delete_one(Turn& turn, Directory& directory, Link& carrier, const wire::DeleteLink& request) {
  LinkGroup& group = directory.group_of(carrier);
  if (request.link != carrier.number) return answer_unknown_link(turn, carrier, request);
  wire::DeleteLink reply = request;
  if (group.role == Role::Client) {
    reply.head.response = true;
    reply.reason = wire::DeleteLinkReason::None;
  }
  end_group(turn, directory, group,
            {.why = "DELETE LINK of its last link",
             .message = reply,
             .heard = group.role == Role::Client});
}

}  // namespace

wire::DeleteLink delete_all(wire::DeleteLinkReason reason, bool orderly) {
  return {.all = true, .orderly = orderly, .reason = reason};
}

void lose_link(Turn& turn, Directory& directory, Link& link, std::string_view why) {
  if (link.is(LinkState::Inactive)) return;
  link.feed(turn, LinkInput::Lost, why);
  link.queue_pair = QpState::Reset;
  link.outbox.clear();
  link.waiting.clear();
  turn.timers.cancel(link.test_timer);
  turn.push(action::DestroyQp{link.id});
  LinkGroup& group = directory.group_of(link);
  directory.pool.close_link(turn, link.group, link.id);
  group.rtokens.erase_link(link.id);
  if (group.is(GroupState::Forming)) {
    turn.signal({.kind = SignalKind::LinkLost,
                 .conn = group.founder,
                 .link = link.id,
                 .ok = !group.leave_taken.heard});
  } else if (group.is(GroupState::Established) && find_working(directory, group) == nullptr) {
    end_group(turn, directory, group, {.why = "no link left"});
  } else if (group.is(GroupState::Ending) && turn.timers.waits(group.flow_timer)) {
    retire(turn, directory, group);
  }
}

void end_group(Turn& turn, Directory& directory, LinkGroup& group, const Ending& ending) {
  if (!group.is(GroupState::Forming) && !group.is(GroupState::Established)) return;
  group.feed(turn, GroupInput::Terminate, ending.why);
  turn.timers.cancel(group.idle_timer);
  turn.timers.cancel(group.flow_timer);
  group.tasks.clear();
  turn.signal({.kind = SignalKind::GroupEnds, .group = group.id});
  for (const ConnId conn : std::exchange(group.expectant, {})) {
    turn.signal({.kind = SignalKind::TryAgain, .conn = conn});
  }
  Link* link = find_sendable(directory, group);
  if (!ending.message || link == nullptr) return retire(turn, directory, group);
  group.leave_taken = {.heard = ending.heard};
  turn.arm(group.flow_timer, turn.config.timeouts.llc_response,
           alarm_of(TimerKind::LlcFlow, group.id));
  post_llc(turn, *link, *ending.message);
}

void handle_delete_link(Turn& turn, Directory& directory, Link& link,
                        const wire::DeleteLink& message) {
  LinkGroup& group = directory.group_of(link);
  if (group.is(GroupState::Forming)) {
    // The peer gave up before the first link was proven; its Decline will tell why.
    group.leave_taken.heard = true;
    return lose_link(turn, directory, link, "DELETE LINK before CONFIRM LINK");
  }
  if (group.is(GroupState::Ending)) {
    group.leave_taken.heard = true;
    return retire_if_left(turn, directory, group);
  }
  if (message.head.response) {
    ++directory.dropped.out_of_flow;
    return;
  }
  if (!message.all) return delete_one(turn, directory, link, message);
  // Linux answers with a DELETE LINK ALL of its own.
  end_group(turn, directory, group,
            {.why = "DELETE LINK ALL",
             .message = delete_all(wire::DeleteLinkReason::Program),
             .heard = true});
}

void note_delete_link_sent(Turn& turn, Directory& directory, LinkGroup& group) {
  group.leave_taken.sent = true;
  retire_if_left(turn, directory, group);
}

void note_departure(Turn& turn, LinkGroup& group) {
  if (!group.roll.empty() || !group.is(GroupState::Established)) return;
  const Timeouts& timeouts = turn.config.timeouts;
  turn.arm(group.idle_timer,
           group.role == Role::Server ? timeouts.group_idle_server : timeouts.group_idle_client,
           alarm_of(TimerKind::GroupIdle, group.id));
}

void handle_idle_timer(Turn& turn, Directory& directory, LinkGroup& group) {
  if (!group.roll.empty()) return;
  end_group(turn, directory, group,
            {.why = "idle", .message = delete_all(wire::DeleteLinkReason::Program)});
}

void handle_leave_timer(Turn& turn, Directory& directory, LinkGroup& group) {
  if (group.is(GroupState::Ending)) retire(turn, directory, group);
}

void lose_port(Turn& turn, Directory& directory, DeviceId device) {
  directory.links.for_each([&](LinkId, Link& link) {
    if (link.device == device) lose_link(turn, directory, link, "port down");
  });
}

void erase_group(Turn& turn, Directory& directory, GroupId id) {
  LinkGroup& group = directory.groups.at(id);
  directory.pool.end_group(turn, id);
  for (const LinkId link : group.links) {
    directory.pool.forget_link(id, link);
    directory.links.erase(link);
  }
  directory.groups.erase(id);
}

}  // namespace smclab
