// SPDX-License-Identifier: MIT
//
// What this host says of itself in CLC messages, and what it keeps of what a peer said
// (RFC 7609 A.2.2-A.2.5). Values that show on the wire follow the profile: Linux since 5.10 sends
// its Proposal in the v2 shape, and a Linux server declines in the version of the Proposal.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/buffer/rtokens.h"
#include "protocol/handshake/device.h"
#include "protocol/link/directory.h"
#include "protocol/wire/clc.h"

namespace smclab::handshake {

/// The peer's end of a connection, as its Accept or Confirm told.
struct PeerEnd {
  PeerId peer_id;
  LinkPeer link;  ///< the PSN means something on first contact only
  MtuCode mtu = MtuCode::Mtu1024;
  Rtoken rmb;
  std::uint8_t rmbe_index = 1;
  std::uint8_t size_code = 0;
  AlertToken token;
  bool operator==(const PeerEnd&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(peer_id, link, mtu, rmb, rmbe_index, size_code, token);
  }
};
[[nodiscard]] PeerEnd keep(const wire::ConnectionEnd& end);

/// The RNIC port that a peer names in a handshake of this version.
[[nodiscard]] Contact contact_of(const PeerEnd& end, std::uint8_t version);
/// The port that a client names for one of the versions it offers.
[[nodiscard]] Contact contact_of(const wire::Proposal& proposal, std::uint8_t version);

/// Whether this host can speak a version at all: RFC 7609 knows the first one only, and the second
/// one takes an enterprise id.
[[nodiscard]] bool speaks_v1(const Config& config);
[[nodiscard]] bool speaks_v2(const Config& config);

/// The versions that a Proposal offers.
struct Offered {
  bool v1 = false;
  bool v2 = false;
  [[nodiscard]] bool any() const noexcept { return v1 || v2; }
  bool operator==(const Offered&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(v1, v2);
  }
};
/// What a client says of itself. A v1 offer names a subnet.
struct Offer {
  const Device& port;
  std::optional<Subnet> subnet;
  Offered versions;
};
[[nodiscard]] wire::Proposal make_proposal(const Config& config, const Offer& offer);
/// Whether an IP area names the interface's own subnet.
[[nodiscard]] bool shares_subnet(const wire::IpArea& area, const Device& interface);

/// This host's end of a connection: what goes into Accept and Confirm alike.
struct OwnEnd {
  const Link& link;
  Rtoken rmb;
  AlertToken token;
  std::uint8_t size_code = 0;
};
[[nodiscard]] wire::ConnectionEnd describe_end(const Config& config, const OwnEnd& own);

/// `version` is that of the exchange: 1 makes 28 bytes, 2 makes 44.
[[nodiscard]] wire::Decline make_decline(const Config& config, Diagnosis why, std::uint8_t version);

}  // namespace smclab::handshake
