// SPDX-License-Identifier: MIT
//
// TEST LINK: a link on which nothing was received for smcr_testlink_time is asked whether it
// lives; no answer in time, or a wrong one, and it is lost (RFC 7609 §4.5.3 and C.7.1; Linux:
// smc_llc_testlink_work, which does not compare). A peer's request is answered at once.
#pragma once

#include "protocol/link/directory.h"
#include "protocol/wire/llc_link.h"

namespace smclab {

/// The link is active from now on.
void start_testing(Turn& turn, Link& link);
/// The link was silent for long, or did not answer.
void handle_test_timer(Turn& turn, Directory& directory, Link& link);
/// A TEST LINK message on `link`.
void handle_test_link(Turn& turn, Directory& directory, Link& link, const wire::TestLink& message);

}  // namespace smclab
