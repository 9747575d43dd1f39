// SPDX-License-Identifier: MIT
//
// Exchanges about RMB keys (RFC 7609 §3.5.5.2; Linux: smc_llc_do_confirm_rkey, _delete_rkey). The
// peer learns the key of an RMB by CONFIRM RKEY before a subsequent contact uses it, and forgets
// it by DELETE RKEY when the connection is over. Own exchanges run one after the other in the
// order they were asked for, so no new key meets a table that is full of old ones; the peer's are
// answered at once.
#pragma once

#include "protocol/link/directory.h"
#include "protocol/wire/llc_rkey.h"

namespace smclab {

/// Tells the peer the keys of `rmb` before `conn` uses it. RkeyDone follows.
void announce_rmb(Turn& turn, Directory& directory, BufferId rmb, ConnId conn);
/// Makes the peer forget the keys of `rmb`; the pool hears of the outcome.
void revoke_rmb(Turn& turn, Directory& directory, BufferId rmb);
/// `conn` does not wait for its CONFIRM RKEY any more.
void withdraw_announcement(LinkGroup& group, ConnId conn);

/// The peer's messages about keys.
void handle_confirm_rkey(Turn& turn, Directory& directory, Link& link,
                         const wire::ConfirmRkey& message);
void handle_delete_rkey(Turn& turn, Directory& directory, Link& link,
                        const wire::DeleteRkey& message);
/// The exchange under way got no answer.
void handle_flow_timer(Turn& turn, Directory& directory, LinkGroup& group);

}  // namespace smclab
