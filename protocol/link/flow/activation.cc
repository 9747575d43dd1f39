// SPDX-License-Identifier: MIT
#include "protocol/link/flow/activation.h"

#include <algorithm>
#include <utility>

#include "protocol/link/flow/test_link.h"
#include "protocol/link/termination.h"

namespace smclab {
namespace {

// RFC 7609 §2.2.4: a number is not used again before all others were.
LinkNumber next_number(Directory& directory, LinkGroup& group) {
  const auto taken = [&](LinkNumber number) {
    return std::any_of(group.links.begin(), group.links.end(), [&](LinkId id) {
      const Link* link = directory.links.find(id);
      return link != nullptr && link->number == number;
    });
  };
  do {
    ++group.last_number;
  } while (group.last_number == 0 || taken(LinkNumber{group.last_number}));
  return LinkNumber{group.last_number};
}

void tell_founder(Turn& turn, const LinkGroup& group, const Link& link, Signal signal) {
  signal.conn = group.founder;
  signal.link = link.id;
  turn.signal(signal);
}

void refuse(Turn& turn, Directory& directory, Link& link, Diagnosis why) {
  tell_founder(turn, directory.group_of(link), link,
               {.kind = SignalKind::LinkRefused, .ok = false, .why = why});
}

void post_confirm_link(Turn& turn, Link& link, const LinkGroup& group) {
  const Device& device = turn.config.devices[link.device.value];
  const Terms& terms = group.terms;
  post_llc(turn, link,
           wire::ConfirmLink{
               .head = {.response = group.role == Role::Client},
               .mac = device.mac,
               .gid = device.gid,
               .qpn = link.qpn,
               .link = link.number,
               // Linux: group and link number, for people who read captures.
               .link_user_id = (link.group.index + 1) << 8 | link.number.value,
               // Linux does not look (RFC 7609 §2.2.2 wants 2…8 of the server).
               .max_links = terms.max_links,
               .max_connections = terms.release >= 1 ? terms.max_connections : std::uint8_t{0}});
}

void confirm(Turn& turn, Directory& directory, Link& link) {
  LinkGroup& group = directory.group_of(link);
  link.feed(turn, LinkInput::Confirmed, "CONFIRM LINK exchanged");
  start_testing(turn, link);
  if (group.is(GroupState::Forming)) {
    group.feed(turn, GroupInput::LinkConfirmed, "first link confirmed");
  }
  tell_founder(turn, group, link, {.kind = SignalKind::LinkConfirmed});
  // Behind the founder: a group takes others in when its own first contact is over.
  for (const ConnId conn : std::exchange(group.expectant, {})) {
    turn.signal({.kind = SignalKind::TryAgain, .conn = conn});
  }
}

void move(Turn& turn, const Link& link, QpState to) {
  const Mac next_hop = link.direct ? link.peer.mac : turn.config.devices[link.device.value].gateway;
  turn.push(action::MoveQp{.link = link.id,
                           .peer_gid = link.peer.gid,
                           .peer_mac = next_hop,
                           .to = to,
                           .mtu = link.mtu,
                           .peer_qpn = link.peer.qpn,
                           .receive_psn = link.peer.psn,
                           .send_psn = link.psn});
}

bool names_the_peer(const wire::ConfirmLink& message, const Link& link) {
  return message.mac == link.peer.mac && message.gid == link.peer.gid &&
         message.qpn == link.peer.qpn;
}

}  // namespace

LinkId make_link(Turn& turn, Directory& directory, GroupId group_id, DeviceId device) {
  LinkGroup& group = directory.groups.at(group_id);
  const bool v2 = group.terms.version >= 2;
  const LinkId id =
      directory.links.insert(Link{.group = group_id,
                                  .device = device,
                                  .psn = {static_cast<std::uint32_t>(turn.chance.draw(Psn::bits))},
                                  .llc_version = v2 ? wire::LlcVersion::V2 : wire::LlcVersion::V1,
                                  .direct = group.terms.direct,
                                  .slots = SendSlots(turn.config.limits.send_slots_per_link)});
  Link& link = directory.links.at(id);
  link.id = id;
  if (group.role == Role::Server) link.number = next_number(directory, group);
  group.links.push_back(id);
  turn.push(action::MakeQp{
      .link = id, .device = device, .receive_size = v2 ? kLargestMessage : kMessageSize});
  return id;
}

void connect_link(Turn& turn, Link& link, const LinkPeer& peer, MtuCode mtu) {
  link.peer = peer;
  link.mtu = mtu;
  move(turn, link, QpState::ReadyToReceive);
}

void handle_qp_made(Turn& turn, Directory& directory, const input::QpMade& made) {
  Link* link = directory.links.find(made.link);
  if (link == nullptr || !link->is(LinkState::Unused)) return;
  if (!made.ok) {
    lose_link(turn, directory, *link, "no queue pair");
    return;
  }
  link->qpn = made.qpn;
  link->queue_pair = QpState::Init;
  link->feed(turn, LinkInput::QueuePairMade, "queue pair made");
  directory.pool.open_link(turn, link->group, link->id);
  tell_founder(turn, directory.group_of(*link), *link, {.kind = SignalKind::LinkMade});
}

void handle_qp_moved(Turn& turn, Directory& directory, const input::QpMoved& moved) {
  Link* link = directory.links.find(moved.link);
  if (link == nullptr || !link->is(LinkState::Activating)) return;
  const Role role = directory.group_of(*link).role;
  if (!moved.ok) {
    refuse(turn, directory, *link, Diagnosis::LinkNotReady);
  } else if (moved.to == QpState::ReadyToReceive && link->queue_pair == QpState::Init) {
    link->queue_pair = QpState::ReadyToReceive;
    if (role == Role::Server) {
      move(turn, *link, QpState::ReadyToSend);
    } else {
      tell_founder(turn, directory.group_of(*link), *link, {.kind = SignalKind::LinkReady});
    }
  } else if (moved.to == QpState::ReadyToSend && link->queue_pair == QpState::ReadyToReceive) {
    link->queue_pair = QpState::ReadyToSend;
    post_confirm_link(turn, *link, directory.group_of(*link));
  }
}

void handle_confirm_link(Turn& turn, Directory& directory, Link& link,
                         const wire::ConfirmLink& message) {
  const Role role = directory.group_of(link).role;
  const bool answer_due = role == Role::Server && link.queue_pair == QpState::ReadyToSend;
  const bool request_due = role == Role::Client && link.queue_pair == QpState::ReadyToReceive &&
                           link.number == LinkNumber{};
  const bool expected = message.head.response ? answer_due : request_due;
  if (!link.is(LinkState::Activating) || !expected) {
    ++directory.dropped.out_of_flow;
    return;
  }
  // RFC 7609 C.7.1: wrong link data is a protocol error, and Declines a first contact. Linux does
  // not compare.
  const bool right_number = role == Role::Client || message.link == link.number;
  if (!names_the_peer(message, link) || !right_number) {
    trace_refuses(
        turn, link.subject(),
        {.to = "confirm_link", .cause = "not the link CLC named", .clause = "RFC 7609 C.7.1"});
    return refuse(turn, directory, link, Diagnosis::Internal);
  }
  // Linux: without the flags the peer's elements begin with an eye catcher, which ours have not.
  if (message.no_rmbe_eye_catcher == 0) {
    return refuse(turn, directory, link, Diagnosis::RmbeEyeCatcher);
  }
  if (role == Role::Server) return confirm(turn, directory, link);
  link.number = message.link;
  tell_founder(turn, directory.group_of(link), link, {.kind = SignalKind::LinkAsked});
  move(turn, link, QpState::ReadyToSend);
}

void note_answer_arrived(Turn& turn, Directory& directory, Link& link) {
  if (!link.is(LinkState::Activating) || link.queue_pair != QpState::ReadyToSend) return;
  if (directory.group_of(link).role == Role::Client) confirm(turn, directory, link);
}

}  // namespace smclab
