// SPDX-License-Identifier: MIT
#include "protocol/handshake/offer.h"

#include <algorithm>

namespace smclab::handshake {
namespace {

wire::IpArea area_of(const Subnet& subnet) {
  if (subnet.network.is_v4()) return wire::ipv4_area(subnet.network, subnet.length);
  wire::IpArea area;
  area.prefixes.push_back({.prefix = subnet.network.gid, .length = subnet.length});
  return area;
}

// Linux leaves out who it is unless it offers version 1; its Confirm will tell.
wire::Proposal offer_v2_only() {
  return {.type_v2 = wire::SmcType::R, .type_v1 = wire::SmcType::None, .ip_area_offset = 0};
}

wire::ProposalV2 describe_v2(const Config& config, const Device& port) {
  wire::ProposalV2 v2{.release = config.release, .gid = port.gid};
  for (const Eid& eid : config.ueids) v2.eids.push_back(eid);
  const bool limits = config.release >= 1;
  v2.max_connections = limits ? config.smcr_max_conns_per_lgr : std::uint8_t{0};
  v2.max_links = limits ? config.smcr_max_links_per_lgr : std::uint8_t{0};
  v2.feature_mask = limits ? config.features : std::uint16_t{0};
  return v2;
}

}  // namespace

PeerEnd keep(const wire::ConnectionEnd& end) {
  return {.peer_id = end.peer_id,
          .link = {.gid = end.gid, .mac = end.mac, .qpn = end.qpn, .psn = end.psn},
          .mtu = end.mtu,
          .rmb = {end.rkey, end.rmb_address},
          .rmbe_index = end.rmbe_index,
          .size_code = end.size_code,
          .token = end.token};
}

Contact contact_of(const PeerEnd& end, std::uint8_t version) {
  return {.peer_id = end.peer_id, .gid = end.link.gid, .mac = end.link.mac, .version = version};
}

Contact contact_of(const wire::Proposal& proposal, std::uint8_t version) {
  return {.peer_id = proposal.peer_id,
          .gid = version >= 2 ? proposal.v2->gid : proposal.gid,
          .mac = proposal.mac,
          .version = version};
}

bool speaks_v1(const Config& config) {
  return config.versions != Versions::V2 || config.profile == Profile::Rfc;
}

bool speaks_v2(const Config& config) {
  return config.versions != Versions::V1 && config.profile == Profile::Linux &&
         !config.ueids.empty();
}

wire::Proposal make_proposal(const Config& config, const Offer& offer) {
  wire::Proposal proposal = offer_v2_only();
  if (offer.versions.v1) {
    SMCLAB_CHECK(offer.subnet.has_value());
    const wire::ProposalV1 client{.peer_id = config.peer_id,
                                  .gid = offer.port.gid,
                                  .mac = offer.port.mac,
                                  .ip_area = area_of(*offer.subnet)};
    proposal = config.profile == Profile::Linux ? wire::linux_proposal(client)
                                                : wire::rfc_proposal(client);
  }
  if (offer.versions.v2) {
    proposal.type_v2 = wire::SmcType::R;
    proposal.v2 = describe_v2(config, offer.port);
    wire::place_areas(proposal);
  }
  return proposal;
}

bool shares_subnet(const wire::IpArea& area, const Device& interface) {
  const auto own = named_subnet(interface);
  if (!own) return false;
  if (interface.address.is_v4()) {
    return area.prefix_length == own->length &&
           area.subnet == wire::ipv4_area(own->network, own->length).subnet;
  }
  return std::any_of(area.prefixes.begin(), area.prefixes.end(), [&](const auto& prefix) {
    return subnet_of({prefix.prefix}, prefix.length) == own;
  });
}

wire::ConnectionEnd describe_end(const Config& config, const OwnEnd& own) {
  const Device& device = config.devices[own.link.device.value];
  return {.peer_id = config.peer_id,
          .gid = device.gid,
          .mac = device.mac,
          .qpn = own.link.qpn,
          .rkey = own.rmb.rkey,
          .rmbe_index = 1,
          .token = own.token,
          .size_code = own.size_code,
          .mtu = device.mtu,
          .rmb_address = own.rmb.address,
          .psn = own.link.psn};
}

wire::Decline make_decline(const Config& config, Diagnosis why, std::uint8_t version) {
  const bool v2 = version >= 2 && config.profile == Profile::Linux;
  return {.version = static_cast<std::uint8_t>(v2 ? 2 : 1),
          .out_of_sync = why == Diagnosis::OutOfSync,
          .peer_id = config.peer_id,
          .diagnosis = why,
          .os = v2 ? wire::OsType::Linux : wire::OsType::Unknown};
}

}  // namespace smclab::handshake
