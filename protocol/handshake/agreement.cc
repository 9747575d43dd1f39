// SPDX-License-Identifier: MIT
#include "protocol/handshake/agreement.h"

#include <algorithm>

namespace smclab::handshake {
namespace {

bool offers_r_in_v2(const wire::Proposal& proposal) {
  return proposal.has_v2() && wire::includes_r(proposal.type_v2);
}

// Why nothing that is offered is worth a look at devices, if so (Linux: smc_listen_v2_check).
std::optional<Diagnosis> refuse_types(const wire::Proposal& proposal) {
  if (proposal.type_v1 != wire::SmcType::None) return std::nullopt;
  if (!proposal.has_v2()) return Diagnosis::PeerHasNoSmc;
  if (!offers_r_in_v2(proposal)) return Diagnosis::NoIsmV2;
  return proposal.v2->eids.empty() ? std::optional(Diagnosis::NoUeid) : std::nullopt;
}

bool is_own(const Config& config, const Eid& eid) {
  return std::find(config.ueids.begin(), config.ueids.end(), eid) != config.ueids.end();
}

// The first one of the client's list that this host has, too.
std::optional<Eid> shared_eid(const Config& config, const wire::Proposal& proposal) {
  if (!speaks_v2(config) || !offers_r_in_v2(proposal)) return std::nullopt;
  for (const Eid& eid : proposal.v2->eids) {
    if (is_own(config, eid)) return eid;
  }
  return std::nullopt;
}

std::optional<Diagnosis> judge_limits(std::uint8_t connections, std::uint8_t links) {
  if (connections < kFewestConnections) return Diagnosis::MaxConnections;
  if (links < 1 || links > kLinuxMaxLinks) return Diagnosis::MaxLinks;
  return std::nullopt;
}

// What a v2 group would be like. Version 2.0 negotiates no limits.
Terms v2_terms(const Config& config, const wire::ProposalV2& offer) {
  Terms terms = v1_terms(config);
  terms.version = 2;
  terms.release = std::min(config.release, offer.release);
  if (terms.release == 0) return terms;
  terms.max_connections = std::min(config.smcr_max_conns_per_lgr, offer.max_connections);
  terms.max_links = std::min(config.smcr_max_links_per_lgr, offer.max_links);
  terms.features = config.features & offer.feature_mask;
  return terms;
}

// Linux looks at the limits before it looks for a device or an EID, so a bad offer of version 2
// spoils the one of version 1 beside it.
std::optional<Diagnosis> refuse_limits(const Config& config, const wire::Proposal& proposal) {
  const bool knows_v2 = config.versions != Versions::V1 && config.profile == Profile::Linux;
  if (!knows_v2 || !offers_r_in_v2(proposal) || proposal.v2->eids.empty()) return std::nullopt;
  const Terms terms = v2_terms(config, *proposal.v2);
  if (terms.release == 0) return std::nullopt;
  return judge_limits(terms.max_connections, terms.max_links);
}

// What a port can do with the client. `reason` is what already speaks against version 1.
tl::expected<Choice, Diagnosis> choose_on(const Config& config, DeviceId port,
                                          const wire::Proposal& proposal,
                                          std::optional<Diagnosis> reason) {
  const bool v1 = wire::includes_r(proposal.type_v1) && speaks_v1(config) && !reason;
  if (const auto eid = shared_eid(config, proposal)) {
    const Route route = route_to(config.devices[port.value], proposal.v2->gid);
    Terms terms = v2_terms(config, *proposal.v2);
    terms.eid = *eid;
    terms.direct = route == Route::Direct;
    if (route != Route::None) return Choice{port, contact_of(proposal, 2), terms};
    if (!reason) reason = Diagnosis::NoSmcrDevice;
  }
  if (v1) return Choice{port, contact_of(proposal, 1), v1_terms(config)};
  // No common EID is no reason by itself: it ends as "no device", as seen in Linux's traffic.
  return tl::unexpected(reason.value_or(Diagnosis::NoDevice));
}

}  // namespace

tl::expected<Choice, Diagnosis> choose_terms(Context c, const Attempt& attempt,
                                             const wire::Proposal& proposal) {
  const Config& config = c.turn.config;
  if (const auto why = refuse_types(proposal)) return tl::unexpected(*why);
  if (const auto why = refuse_limits(config, proposal)) return tl::unexpected(*why);
  const auto interface = find_interface(config, attempt.local);
  // Linux compares prefixes before it looks for devices, and keeps the first reason it meets.
  std::optional<Diagnosis> reason;
  if (interface && proposal.ip_area &&
      !shares_subnet(*proposal.ip_area, config.devices[interface->value])) {
    reason = Diagnosis::DifferentPrefix;
  }
  if (!wire::includes_r(proposal.type_v1) && !offers_r_in_v2(proposal)) {
    return tl::unexpected(reason.value_or(Diagnosis::NoSmcdDevice));
  }
  if (interface) {
    const auto port = choose_port(config, *interface, c.directory.ports);
    if (port) return choose_on(config, *port, proposal, reason);
  }
  const bool only_device_is_missing = shared_eid(config, proposal).has_value();
  return tl::unexpected(
      reason.value_or(only_device_is_missing ? Diagnosis::NoSmcrDevice : Diagnosis::NoDevice));
}

tl::expected<Terms, Diagnosis> take_terms(const Config& config, const Attempt& attempt,
                                          const wire::Accept& accept) {
  const bool v2 = accept.version >= 2;
  // Linux has a diagnosis for versions that do not match, and gives this one.
  if (v2 ? !attempt.offered.v2 : !attempt.offered.v1) {
    return tl::unexpected(Diagnosis::ModeUnsupported);
  }
  Terms terms = v1_terms(config);
  if (!v2) return terms;
  if (!is_own(config, accept.eid)) return tl::unexpected(Diagnosis::NoUeid);
  terms.version = 2;
  terms.eid = accept.eid;
  if (!accept.first_contact) return terms;
  const wire::FirstContact& set = *accept.extension;
  terms.direct = set.direct;
  if (!set.direct) {
    const Route route = route_to(config.devices[attempt.device.value], accept.end.gid);
    if (route == Route::None) return tl::unexpected(Diagnosis::NoRoute);
    if (route == Route::Direct) return tl::unexpected(Diagnosis::NoIndirect);
  }
  // Deviation: Linux takes a release that it did not offer, and repeats it.
  if (set.release > config.release) return tl::unexpected(Diagnosis::ReleaseMismatch);
  terms.release = set.release;
  if (set.release == 0) return terms;
  if (const auto why = judge_limits(set.max_connections, set.max_links)) {
    return tl::unexpected(*why);
  }
  terms.max_connections = set.max_connections;
  terms.max_links = set.max_links;
  terms.features = config.features & set.feature_mask;
  return terms;
}

std::optional<Diagnosis> compare_terms(const Terms& terms, const wire::Confirm& confirm) {
  if (terms.version < 2) return std::nullopt;
  // Linux does not compare the EID.
  if (confirm.eid != terms.eid) return Diagnosis::NoUeid;
  if (!confirm.extension) return std::nullopt;
  const wire::FirstContact& said = *confirm.extension;
  if (said.release != terms.release) return Diagnosis::ReleaseMismatch;
  if (terms.release == 0) return std::nullopt;
  if (said.max_connections != terms.max_connections) return Diagnosis::MaxConnections;
  if (said.max_links != terms.max_links) return Diagnosis::MaxLinks;
  return std::nullopt;
}

std::optional<wire::FirstContact> describe_terms(const Config& config, const Terms& terms) {
  if (terms.version < 2) return std::nullopt;
  wire::FirstContact told{.direct = terms.direct, .release = terms.release};
  told.host.bytes.fill(std::byte{' '});
  const std::size_t length = std::min(config.host_name.size(), told.host.bytes.size());
  for (std::size_t i = 0; i < length; ++i) {
    told.host.bytes[i] = static_cast<std::byte>(config.host_name[i]);
  }
  if (terms.release == 0) return told;
  told.max_connections = terms.max_connections;
  told.max_links = terms.max_links;
  told.feature_mask = terms.features;
  return told;
}

}  // namespace smclab::handshake
