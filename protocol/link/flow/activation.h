// SPDX-License-Identifier: MIT
//
// How a link comes to life: a queue pair is made, connected to the peer's, and proven from both
// ends by CONFIRM LINK (RFC 7609 §3.5.1.4 and §3.5.1.5; Linux: smcr_clnt_conf_first_link and
// smcr_serv_conf_first_link). The server's queue pair goes to ReadyToSend at once and asks; the
// client's stays ReadyToReceive until it is asked. Progress is signalled to the group's founder.
#pragma once

#include "protocol/link/directory.h"
#include "protocol/wire/llc.h"

namespace smclab {

/// Makes a link of `group` on `device`. Emits MakeQp; LinkMade or LinkLost follows.
LinkId make_link(Turn& turn, Directory& directory, GroupId group, DeviceId device);

/// Connects the link's queue pair to `peer`. Emits MoveQp. Client: LinkReady follows; server: the
/// CONFIRM LINK request goes out, and LinkConfirmed follows. LinkRefused may come instead.
void connect_link(Turn& turn, Link& link, const LinkPeer& peer, MtuCode mtu);

/// The driver's answers. A stale link id is no error.
void handle_qp_made(Turn& turn, Directory& directory, const input::QpMade& made);
void handle_qp_moved(Turn& turn, Directory& directory, const input::QpMoved& moved);

/// A CONFIRM LINK message on `link`: from the server a request, from the client its answer.
void handle_confirm_link(Turn& turn, Directory& directory, Link& link,
                         const wire::ConfirmLink& message);

/// Client: the answer to CONFIRM LINK reached the server, or the server already uses the link.
/// Does nothing in any other state.
void note_answer_arrived(Turn& turn, Directory& directory, Link& link);

}  // namespace smclab
