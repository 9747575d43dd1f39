// SPDX-License-Identifier: MIT
//
// Between the words of our RNICs and those of libibverbs. Whatever a device may answer has a
// meaning here; what is no case of its own gets the nearest one.
#pragma once

#include <infiniband/verbs.h>

#include <optional>

#include "emu/rnic/output.h"
#include "protocol/types.h"

namespace smclab::verbs {

[[nodiscard]] CompletionStatus completion_status(ibv_wc_status status) noexcept;
/// What an error number means that a verb gave; 0 is success.
[[nodiscard]] rnic::VerbStatus verb_status(int error) noexcept;
/// What an error number means when work is posted, where a lack of memory is a full queue.
[[nodiscard]] rnic::VerbStatus post_status(int error) noexcept;
/// Whether the port may have gone down or come up, or lost or got an address.
[[nodiscard]] bool concerns_port(ibv_event_type type) noexcept;
/// What becomes of a queue pair or completion queue; nothing for events that concern neither.
[[nodiscard]] std::optional<rnic::AsyncKind> async_kind(ibv_event_type type) noexcept;

/// Exactly these rights and no other.
[[nodiscard]] unsigned access_flags(const rnic::Access& access) noexcept;
[[nodiscard]] ibv_qp_state qp_state(QpState state) noexcept;
[[nodiscard]] ibv_wr_opcode opcode(rnic::Operation operation) noexcept;
[[nodiscard]] rnic::CompletionKind completion_kind(rnic::Operation operation) noexcept;

[[nodiscard]] ibv_mtu mtu(MtuCode code) noexcept;
[[nodiscard]] MtuCode mtu_code(ibv_mtu mtu) noexcept;
[[nodiscard]] ibv_gid gid(const Gid& gid) noexcept;
[[nodiscard]] Gid gid(const ibv_gid& gid) noexcept;

/// Immediate data, which libibverbs keeps in network order.
[[nodiscard]] std::uint32_t to_network(std::uint32_t value) noexcept;
[[nodiscard]] std::uint32_t from_network(std::uint32_t value) noexcept;

/// What ibv_modify_qp() is given: attributes, and which of them count.
struct Modification {
  ibv_qp_attr attributes{};
  unsigned mask = 0;
};
/// Where a port is, as queue pairs must know.
struct PortPlace {
  std::uint8_t port = 1;
  std::uint8_t gid_index = 0;
};
/// The step to a state, with all that InfiniBand requires for it and nothing more. On the way to
/// Init a queue pair is allowed remote writes and no other access.
[[nodiscard]] Modification modification(QpState to, const rnic::QpAttributes& attributes,
                                        PortPlace place) noexcept;

}  // namespace smclab::verbs
