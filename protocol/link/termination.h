// SPDX-License-Identifier: MIT
//
// How links and link groups end (RFC 7609 §3.5.5.1, C.7.1; Linux: smcr_link_down,
// __smc_lgr_terminate). With one link, losing it ends the group, and every connection with it. A
// group that ends while its link still works takes leave of the peer with DELETE LINK ALL, as
// Linux does, and its queue pair lives until that is delivered and answered, or for 2 s.
#pragma once

#include <optional>
#include <string_view>

#include "protocol/link/directory.h"
#include "protocol/wire/llc_link.h"

namespace smclab {

/// The link can carry nothing any more. Emits DestroyQp. Of a forming group the founder is told by
/// LinkLost; a group without another link ends. Losing a link twice is no error.
void lose_link(Turn& turn, Directory& directory, Link& link, std::string_view why);

/// How a group ends. `message`, if any, is what the peer is told, and `heard` whether its own
/// word is not waited for.
struct Ending {
  std::string_view why;
  std::optional<wire::DeleteLink> message;
  bool heard = false;
};
/// The notice that the whole group goes; orderly if no connection is lost by it.
[[nodiscard]] wire::DeleteLink delete_all(wire::DeleteLinkReason reason, bool orderly = true);

/// Terminates a group: signals GroupEnds, then GroupGone, at once or when the peer was told and has
/// answered, or has not in time. Ending a group twice is no error.
void end_group(Turn& turn, Directory& directory, LinkGroup& group, const Ending& ending);

/// A DELETE LINK message on `link`.
void handle_delete_link(Turn& turn, Directory& directory, Link& link,
                        const wire::DeleteLink& message);
/// The DELETE LINK of an ending group was delivered.
void note_delete_link_sent(Turn& turn, Directory& directory, LinkGroup& group);

/// A connection left: an established group without any waits for the next one for
/// Timeouts::group_idle_*.
void note_departure(Turn& turn, LinkGroup& group);
/// Nobody came.
void handle_idle_timer(Turn& turn, Directory& directory, LinkGroup& group);
/// The peer did not answer the DELETE LINK of an ending group.
void handle_leave_timer(Turn& turn, Directory& directory, LinkGroup& group);

/// A port went down, and all links of it.
void lose_port(Turn& turn, Directory& directory, DeviceId device);

/// Forgets a group whose GroupGone was signalled.
void erase_group(Turn& turn, Directory& directory, GroupId id);

}  // namespace smclab
