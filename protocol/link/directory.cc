// SPDX-License-Identifier: MIT
#include "protocol/link/directory.h"

#include <algorithm>

namespace smclab {
namespace {

bool leads_to(const Link& link, const Contact& contact) {
  return link.peer.gid == contact.gid && (contact.version >= 2 || link.peer.mac == contact.mac);
}

// Whether a client keeps its peer id to itself until its Confirm: it is known by its address alone.
bool is_anonymous(const Contact& contact) {
  return contact.version >= 2 && contact.peer_id == PeerId{};
}

bool is_with(const LinkGroup& group, Role role, const Contact& contact) {
  return group.role == role && group.terms.version == contact.version &&
         (group.peer_id == contact.peer_id || is_anonymous(contact));
}

// The first active link of the group for which `wanted` holds.
template <class Wanted>
std::optional<LinkId> find_active(const Directory& directory, const LinkGroup& group,
                                  Wanted&& wanted) {
  for (const LinkId id : group.links) {
    const Link* link = directory.links.find(id);
    if (link != nullptr && link->is(LinkState::Active) && wanted(*link)) return id;
  }
  return std::nullopt;
}

// Whether the first contact under way is with this address.
bool expects(const Directory& directory, const LinkGroup& group, const Contact& contact) {
  return std::any_of(group.links.begin(), group.links.end(), [&](LinkId id) {
    const Link* link = directory.links.find(id);
    return link != nullptr && leads_to(*link, contact);
  });
}

// Connections whose peer has not told its RMB yet will each want a place for its RToken (B018).
bool has_rtoken_place(const LinkGroup& group, const Config& config) {
  const auto expected = std::count_if(group.roll.begin(), group.roll.end(),
                                      [](const Member& member) { return !member.rmb; });
  return group.rtokens.size() + static_cast<std::size_t>(expected) < config.limits.rmbs_per_group;
}

bool has_room(const LinkGroup& group, const Config& config) {
  return group.is(GroupState::Established) && group.roll.size() < most_connections(group, config) &&
         has_rtoken_place(group, config);
}

}  // namespace

Directory::Directory(const Config& config) : pool(config.limits, config.widths) {
  for (const Device& device : config.devices) ports.push_back(device.up ? 1 : 0);
}

std::size_t most_connections(const LinkGroup& group, const Config& config) noexcept {
  return std::min(config.limits.connections_per_group, group.terms.max_connections);
}

std::optional<Place> find_server_place(const Directory& directory, const Config& config,
                                       const Contact& client) {
  std::optional<Place> place;
  directory.groups.for_each([&](GroupId id, const LinkGroup& group) {
    if (place || !is_with(group, Role::Server, client)) return;
    if (!has_room(group, config)) return;
    const auto link =
        find_active(directory, group, [&](const Link& l) { return leads_to(l, client); });
    if (link) place = Place{id, *link};
  });
  return place;
}

std::optional<GroupId> find_forming(const Directory& directory, const Contact& client) {
  std::optional<GroupId> forming;
  directory.groups.for_each([&](GroupId id, const LinkGroup& group) {
    if (forming || !group.is(GroupState::Forming) || !is_with(group, Role::Server, client)) return;
    if (is_anonymous(client) && !expects(directory, group, client)) return;
    forming = id;
  });
  return forming;
}

ClientMatch find_client_place(const Directory& directory, const Contact& server, Qpn qpn) {
  ClientMatch match;
  directory.groups.for_each([&](GroupId id, const LinkGroup& group) {
    if (match.place || !is_with(group, Role::Client, server)) return;
    if (!group.is(GroupState::Established)) return;
    const auto link = find_active(
        directory, group, [&](const Link& l) { return leads_to(l, server) && l.peer.qpn == qpn; });
    match.known_peer = true;
    if (link) match.place = Place{id, *link};
  });
  return match;
}

std::optional<GroupId> make_group(Turn& turn, Directory& directory, const Founding& founding) {
  if (directory.groups.size() >= turn.config.limits.link_groups) return std::nullopt;
  const GroupId id =
      directory.groups.insert(LinkGroup{.role = founding.role,
                                        .peer_id = founding.peer_id,
                                        .terms = founding.terms,
                                        .rtokens = Rtokens(turn.config.limits.rmbs_per_group)});
  directory.groups.at(id).id = id;
  return id;
}

}  // namespace smclab
