// SPDX-License-Identifier: MIT
//
// How both sides come to terms: what a server makes of a Proposal, what a client makes of the
// Accept, and whether a Confirm keeps to it. The order of the questions and the diagnosis of each
// are the kernel's, so that both answer alike (Linux: smc_listen_find_device, smc_connect_rdma,
// smc_clc_srv_v2x_features_validate and its two sisters).
#pragma once

#include <optional>

#include "protocol/handshake/attempt.h"
#include "protocol/link/terms.h"
#include "protocol/result.h"

namespace smclab::handshake {

/// Fewest connections that a group of v2.1 may be limited to (Linux: SMC_CONN_PER_LGR_MIN).
inline constexpr std::uint8_t kFewestConnections = 16;

/// Server: the port this connection uses, whom the client says it is, and what is offered to it.
struct Choice {
  DeviceId port;
  Contact client;
  Terms terms;
};
/// Version 2 wins over version 1. If neither can be had, the first reason that was met.
[[nodiscard]] tl::expected<Choice, Diagnosis> choose_terms(Context c, const Attempt& attempt,
                                                           const wire::Proposal& proposal);

/// Client: the terms that an Accept sets, or why they cannot be had.
[[nodiscard]] tl::expected<Terms, Diagnosis> take_terms(const Config& config,
                                                        const Attempt& attempt,
                                                        const wire::Accept& accept);

/// Server: in what a Confirm of the right version differs from the terms of the Accept, if at all.
[[nodiscard]] std::optional<Diagnosis> compare_terms(const Terms& terms,
                                                     const wire::Confirm& confirm);

/// What Accept and Confirm say of the terms on a first contact; nothing in version 1.
[[nodiscard]] std::optional<wire::FirstContact> describe_terms(const Config& config,
                                                               const Terms& terms);

}  // namespace smclab::handshake
