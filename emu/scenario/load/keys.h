// SPDX-License-Identifier: MIT
//
// Every key of a scenario file, once: its name, its type, its bounds, its member. One function
// keys(visitor, block) a block, as the wire's messages have fields(). The loader is one visitor
// (reader.h); a test has another that lists the keys and holds them against
// scenarios/scenario.schema.json, where each key is described for people and editors.
#pragma once

#include <array>

#include "emu/scenario/load/assembly.h"
#include "emu/scenario/load/drafts.h"
#include "emu/scenario/load/names.h"

namespace smclab::scenario {

inline constexpr std::uint64_t kKiB = 1'024;
inline constexpr std::uint64_t kTiB = kKiB * kKiB * kKiB * kKiB;

inline constexpr std::array<Choice<Profile>, 2> kProfiles = {
    {{"linux", Profile::Linux}, {"rfc", Profile::Rfc}}};
inline constexpr std::array<Choice<Versions>, 3> kVersions = {
    {{"v1", Versions::V1}, {"v2", Versions::V2}, {"both", Versions::Both}}};
inline constexpr std::array<Choice<WorkloadKind>, 4> kWorkloadKinds = {
    {{"stream", WorkloadKind::Stream},
     {"request_response", WorkloadKind::RequestResponse},
     {"connections", WorkloadKind::Connections},
     {"file", WorkloadKind::File}}};
inline constexpr std::array<Choice<Side>, 2> kSides = {
    {{"client", Side::Client}, {"server", Side::Server}}};
inline constexpr std::array<Choice<CloseKind>, 4> kCloseKinds = {{{"orderly", CloseKind::Orderly},
                                                                  {"half", CloseKind::Half},
                                                                  {"abort", CloseKind::Abort},
                                                                  {"stay", CloseKind::Stay}}};
inline constexpr std::array<Choice<Traffic>, 3> kTraffic = {
    {{"all", Traffic::All}, {"roce", Traffic::Roce}, {"tcp", Traffic::Tcp}}};
inline constexpr std::array<Choice<Resource>, 4> kResources = {{{"buffer", Resource::Buffer},
                                                                {"mr", Resource::Mr},
                                                                {"qp", Resource::Qp},
                                                                {"qp_move", Resource::QpMove}}};
inline constexpr std::array<Choice<AppDeed>, 3> kAppDeeds = {
    {{"close", AppDeed::Close}, {"shutdown", AppDeed::Shutdown}, {"abort", AppDeed::Abort}}};
inline constexpr std::array<Choice<LoseWhat>, 1> kLoseWhat = {{{"message", LoseWhat::Message}}};
inline constexpr std::array<Choice<Layer>, 3> kLayers = {
    {{"clc", Layer::Clc}, {"llc", Layer::Llc}, {"cdc", Layer::Cdc}}};
inline constexpr std::array<Choice<StageKind>, 4> kStages = {{{"world", StageKind::World},
                                                              {"emu", StageKind::Emu},
                                                              {"verbs", StageKind::Verbs},
                                                              {"ns3", StageKind::Ns3}}};

template <class V>
void keys(V& v, TimeoutsDraft& draft) {
  Timeouts& t = *draft.timeouts;
  v.time("clc_wait", t.clc_wait);
  v.time("late_decline_wait", t.late_decline_wait);
  v.time("confirm_link_request", t.confirm_link_request);
  v.time("confirm_link_response", t.confirm_link_response);
  v.time("llc_response", t.llc_response);
  v.time("close_wait", t.close_wait);
  v.time("flush_wait", t.flush_wait);
  v.time("group_idle_server", t.group_idle_server);
  v.time("group_idle_client", t.group_idle_client);
}

template <class V>
void keys(V& v, LimitsDraft& draft) {
  Limits& limits = *draft.limits;
  v.number("connections", limits.connections, {1, 1'048'576});
  v.number("link_groups", limits.link_groups, {1, 65'536});
  v.number("pending_handshakes", limits.pending_handshakes, {1, 65'536});
  v.number("rmbs_per_group", limits.rmbs_per_group, {1, 255});
  v.number("send_slots_per_link", limits.send_slots_per_link, {1, 255});
  v.number("receive_slots_per_link", limits.receive_slots_per_link, {1, 255});
  v.number("largest_peer_size_code", limits.largest_peer_size_code, {0, 15});
}

template <class V>
void keys(V& v, SmcDraft& draft) {
  Config& c = draft.config;
  v.one_of("profile", c.profile, kProfiles);
  v.one_of("versions", c.versions, kVersions);
  v.ueids("ueids", c.ueids);
  v.number("release", c.release, {0, 1});
  v.flag("ipsec", c.ipsec);
  v.size("rmem", c.rmem, {16 * kKiB, 512 * kKiB});
  v.size("wmem", c.wmem, {16 * kKiB, 512 * kKiB});
  v.size("autocorking_size", c.autocorking_size, {0, 512 * kKiB});
  v.time("smcr_testlink_time", c.smcr_testlink_time);
  v.number("smcr_max_links_per_lgr", c.smcr_max_links_per_lgr, {1, 2});
  v.number("smcr_max_conns_per_lgr", c.smcr_max_conns_per_lgr, {1, 255});
  TimeoutsDraft timeouts{&c.timeouts};
  v.block("timeouts", timeouts);
  LimitsDraft limits{&c.limits};
  v.block("limits", limits);
}

template <class V>
void keys(V& v, RnicDraft& draft) {
  v.interface("address", draft.address);
  v.mac("mac", draft.mac);
  v.mac("gateway", draft.gateway);
  v.size("mtu", draft.mtu, {256, 4'096});
  v.flag("roce", draft.spec.roce);
  v.number("cq_depth", draft.spec.cq_depth, {1, 65'536});
  v.number("timeout", draft.spec.timeout, {0, 31});
  v.number("retry_count", draft.spec.retry_count, {0, 7});
  v.number("rnr_retry", draft.spec.rnr_retry, {0, 7});
  v.number("min_rnr_timer", draft.spec.min_rnr_timer, {0, 31});
  v.time("poll_delay", draft.spec.poll_delay);
}

template <class V>
void keys(V& v, NodeDraft& draft) {
  v.block_or_off("smc", draft.smc, draft.smc.config.smc);
  v.anything("rnics", draft.names_rnics);
  v.named("rnics", RnicDraft{}, [&](const auto& entry, RnicDraft& rnic, bool) {
    rnic.spec.name = entry.key;
    rnic.place = entry.place;
    draft.rnics.push_back(rnic);
  });
  v.flag("echoes_option", draft.echoes_option);
}

template <class V>
void keys(V& v, LinkDraft& draft) {
  v.ports("endpoints", draft.endpoints, {2, 2});
  v.rate("rate", draft.spec.rate, {1'000, 10'000'000'000'000});
  v.time("delay", draft.spec.delay);
  v.size("mtu", draft.spec.mtu, {576, 65'535});
  v.chance("loss", draft.spec.loss);
  v.chance("duplicate", draft.spec.duplicate);
  v.chance("corrupt", draft.spec.corrupt);
  v.chance("reorder", draft.spec.reorder);
  v.time("reorder_delay", draft.spec.reorder_delay);
  v.text("pnet", draft.pnet, TextKind::PnetName);
}

template <class V>
void keys(V& v, WorkloadDraft& draft) {
  WorkloadSpec& w = draft.spec;
  v.one_of("type", w.kind, kWorkloadKinds, Need::Required);
  v.node("from", w.from, Need::Required);
  v.service("to", draft.to, Need::Required);
  v.time("start", w.start);
  v.number("count", w.count, {1, 65'536});
  v.time("apart", w.apart);
  v.size("bytes", w.bytes, {0, kTiB});
  v.size("request", w.request, {0, kTiB});
  v.size("response", w.response, {0, kTiB});
  v.number("rounds", w.rounds, {1, 1'000'000});
  v.text("file", w.file, TextKind::Path);
  v.size("write", w.write.chunk, {1, 1ULL << 30});
  v.time("write_pause", w.write.pause);
  v.size("read", w.read.chunk, {1, 1ULL << 30});
  v.time("read_pause", w.read.pause);
  v.time("read_start", w.read.start);
  v.one_of("close", w.close.how, kCloseKinds);
  v.one_of("close_by", w.close.by, kSides);
}

template <class V>
void keys(V& v, WhenDraft& draft) {
  draft.given = true;
  v.node("host", draft.host, Need::Required);
  v.text("sends", draft.sends, TextKind::Event);
  v.text("receives", draft.receives, TextKind::Event);
  v.text("enters", draft.enters, TextKind::Event);
  v.text("fires", draft.fires, TextKind::Event);
  v.number("nth", draft.nth, {1, 1'000'000'000});
}

template <class V>
void keys(V& v, AfterDraft& draft) {
  draft.given = true;
  v.workload("workload", draft.workload);
  v.size("bytes", draft.bytes, {0, kTiB}, Need::Required);
}

template <class V>
void keys(V& v, FaultDraft& draft) {
  v.time("at", draft.at);
  v.block("when", draft.when);
  v.block("after", draft.after);
  v.time("for", draft.lasts, {.least = Duration(1)});
  v.port("link", draft.link);
  v.node("from", draft.change.from);
  v.one_of("only", draft.change.only, kTraffic);
  v.flag("down", draft.change.down);
  v.chance("loss", draft.change.loss);
  v.chance("duplicate", draft.change.duplicate);
  v.chance("corrupt", draft.change.corrupt);
  v.chance("reorder", draft.change.reorder);
  v.time("delay", draft.change.delay);
  v.nodes("partition", draft.partition, {2, 2});
  v.node("stall", draft.stall);
  v.one_of("deny", draft.deny, kResources);
  v.number("first", draft.shortage.first, {1, 1'000'000});
  v.number("count", draft.shortage.count, {1, 1'000'000});
  v.node("fail_qp", draft.fail_qp);
  v.one_of("app", draft.app, kAppDeeds);
  v.one_of("side", draft.side, kSides);
  v.workload("workload", draft.workload);
  v.node("strip_option", draft.strip_option);
  v.one_of("lose", draft.lose, kLoseWhat);
  v.bytes("patch", draft.patch);
  v.number("offset", draft.offset, {0, 8'191});
  v.bytes("replace", draft.replace);
  v.one_of("inject", draft.inject, kLayers);
  v.bytes("bytes", draft.bytes);
  v.node("host", draft.host);
}

template <class V>
void keys(V& v, CheckDraft& draft) {
  v.values("expect", draft.expect, {3, 3}, Need::Required);
  v.pairs("where", draft.spec.where);
  v.time("by", draft.spec.by);
}

template <class V>
void keys(V& v, OutputSpec& outputs) {
  v.flag("capture", outputs.capture);
  v.flag("trace", outputs.trace);
  v.flag("trace_data", outputs.trace_data);
}

/// The whole file. The order is that of reference: what is named comes before who names it.
template <class V>
void keys(V& v, Assembly& a) {
  Scenario& s = a.scenario();
  v.number("version", a.version(), {1, 1}, Need::Required);
  v.text("name", s.name, TextKind::Name);
  v.number("seed", s.seed, {0, UINT64_MAX});
  v.time("duration", s.duration, {.least = Duration(1)});
  v.block("outputs", s.outputs);
  v.block_or_off("smc", a.smc(), a.smc().config.smc);
  v.named("nodes", NodeDraft{.smc = a.smc()}, [&](const auto& entry, NodeDraft& node, bool) {
    node.place = entry.place;
    a.add_node(entry.key, node);
  });
  v.list("links", LinkDraft{}, [&](LinkDraft& link, const Node& node, bool good) {
    if (good) a.add_link(link, node);
  });
  v.named_ports("pnet", [&](const std::string& name, PortRef port, Place place) {
    a.add_to_pnet(name, port, place);
  });
  v.list("workloads", WorkloadDraft{}, [&](WorkloadDraft& workload, const Node& node, bool good) {
    a.add_workload(workload, node, good);
  });
  v.list("faults", FaultDraft{}, [&](FaultDraft& fault, const Node& node, bool good) {
    if (good) a.add_fault(fault, node);
  });
  v.map("checks", CheckDraft{}, [&](const auto& entry, CheckDraft& check, bool good) {
    if (good) a.add_check(check, entry);
  });
  v.choices("stages", s.stages, kStages);
  v.anything("sweep", s.sweeps);
  v.number("repeat", s.repeat, {1, 10'000});
}

}  // namespace smclab::scenario
