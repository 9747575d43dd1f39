// SPDX-License-Identifier: MIT
//
// All link groups, links and buffers of this host, and the question every handshake asks of them:
// is this a first contact, or does an established group to this peer have room (RFC 7609 §3.5.2;
// Linux: smc_conn_create, smcr_lgr_match)?
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/buffer/pool.h"
#include "protocol/link/link.h"
#include "protocol/link/link_group.h"
#include "protocol/slots.h"
#include "protocol/turn.h"

namespace smclab {

/// Messages that were not acted upon; none of them harms anybody else.
struct DropCounters {
  std::uint64_t malformed = 0;    ///< not 44 bytes, or values that no message has
  std::uint64_t unknown = 0;      ///< an LLC type that this host does not know
  std::uint64_t out_of_flow = 0;  ///< a response nobody waits for, a request in the wrong role
  std::uint64_t no_token = 0;     ///< a CDC whose alert token names no connection of the group
  bool operator==(const DropCounters&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(malformed, unknown, out_of_flow, no_token);
  }
};

/// Who a handshake talks to: the RNIC port that its CLC message names. Links are told apart by the
/// port's GID, in version 1 by its MAC too (Linux: smcr_lgr_match).
struct Contact {
  PeerId peer_id;  ///< zero: a Linux client that offers v2 only does not say it in its Proposal
  Gid gid;
  Mac mac;
  std::uint8_t version = 1;
};

struct Directory {
  Slots<LinkGroup, GroupId> groups;
  Slots<Link, LinkId> links;
  Pool pool;
  std::vector<std::uint8_t> ports;  ///< by DeviceId: 1 while the port is up
  DropCounters dropped;

  Directory() = default;
  explicit Directory(const Config& config);

  bool operator==(const Directory&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(groups, links, pool, ports, dropped);
  }

  [[nodiscard]] bool port_up(DeviceId device) const noexcept {
    return device.value < ports.size() && ports[device.value] != 0;
  }
  /// The group and link that `link` belongs to live as long as each other.
  [[nodiscard]] LinkGroup& group_of(const Link& link) noexcept { return groups.at(link.group); }
};

/// A link that a new connection may use.
struct Place {
  GroupId group;
  LinkId link;
};

/// Server: the established group to this client with room for one more connection, and its link.
[[nodiscard]] std::optional<Place> find_server_place(const Directory& directory,
                                                     const Config& config, const Contact& client);
/// Server: a group to this client whose first contact is under way.
[[nodiscard]] std::optional<GroupId> find_forming(const Directory& directory,
                                                  const Contact& client);

/// Client: the link that a server's Accept names by its end. `known_peer` tells whether there is
/// an established group to this server at all: out of sync, or a link that is not (any more) ours?
struct ClientMatch {
  std::optional<Place> place;
  bool known_peer = false;
};
[[nodiscard]] ClientMatch find_client_place(const Directory& directory, const Contact& server,
                                            Qpn qpn);

/// Makes a link group for a first contact; nothing if Limits::link_groups is reached.
struct Founding {
  Role role = Role::Client;
  PeerId peer_id;
  Terms terms;
};
std::optional<GroupId> make_group(Turn& turn, Directory& directory, const Founding& founding);

/// Connections that a group takes: what was agreed on, and the host's own limit.
[[nodiscard]] std::size_t most_connections(const LinkGroup& group, const Config& config) noexcept;

}  // namespace smclab
