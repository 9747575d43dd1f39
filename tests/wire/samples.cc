// SPDX-License-Identifier: MIT
#include "tests/wire/samples.h"

#include <algorithm>

namespace smclab::wire {
namespace {

template <class T>
T named(std::string_view hex) {
  T value;
  const Bytes bytes = from_hex(hex);
  std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
  return value;
}

const Gid kGid = named<Gid>("fe8000000000000000005efffe120101");
const Mac kMac = named<Mac>("0200005e1201");
const Gid kV2Gid = ipv4(192, 0, 2, 11).gid;

ProposalV1 client() {
  return {.peer_id = named<PeerId>("1a2b020000c11e01"),
          .gid = named<Gid>("fe800000000000000000c1fffe1e0101"),
          .mac = named<Mac>("020000c11e01"),
          .ip_area = ipv4_area(ipv4(192, 0, 2, 77), 24)};
}

Proposal proposal_of_everything() {
  Proposal all = linux_proposal(client());
  all.type_v2 = all.type_v1 = SmcType::Both;
  all.ism_gid = 0x1122334455667788;
  all.ism_chid = 7;
  all.ip_area->prefixes.push_back({named<Gid>("20010db8000000000000000000000000"), 64});
  all.v2 = ProposalV2{.seid_present = true, .gid = kV2Gid, .feature_mask = 1};
  all.v2->eids.push_back(padded<Eid>("LAB1.TEST-EID"));
  all.v2->ism_gids.push_back({0x99, 8});
  all.v2->seid = padded<Eid>("SYSTEM-EID");
  place_areas(all);
  return all;
}

FirstContact contact() {
  return {.direct = true,
          .host = padded<HostName>("server"),
          .max_connections = 255,
          .max_links = 2,
          .feature_mask = 1};
}

template <class T>
T end_message(std::uint8_t version, bool first_contact) {
  T message{.version = version, .first_contact = first_contact, .end = server_end()};
  if (version >= 2) message.eid = padded<Eid>("LAB1.TEST-EID");
  if (message.has_extension()) message.extension = contact();
  return message;
}

template <class T>
T smcd_message(std::uint8_t version, std::uint8_t release) {
  T message{.version = version, .first_contact = true, .gid = 5, .dmb_token = 6, .dmbe_index = 1};
  if (message.has_extension()) {
    message.eid = padded<Eid>("LAB1.TEST-EID");
    message.extension = SmcdFirstContact{contact()};
    message.extension->part.release = release;
    if (release == 0) {
      message.extension->part = {.release = 0, .host = padded<HostName>("server")};
    }
  }
  return message;
}

void add_clc(std::vector<Sample>& all) {
  all.push_back({"Proposal, RFC 7609", rfc_proposal(client())});
  all.push_back({"Proposal, Linux, v1 only", linux_proposal(client())});
  Proposal v2_only{.type_v2 = SmcType::R, .type_v1 = SmcType::None};
  v2_only.v2 = ProposalV2{.gid = kV2Gid};
  v2_only.v2->eids.push_back(padded<Eid>("LAB1.TEST-EID"));
  place_areas(v2_only);
  all.push_back({"Proposal, SMC-Rv2 only", v2_only});
  all.push_back({"Proposal, everything", proposal_of_everything()});
  all.push_back({"Accept v1", end_message<Accept>(1, true)});
  all.push_back({"Accept v2", end_message<Accept>(2, false)});
  all.push_back({"Accept v2, first contact", end_message<Accept>(2, true)});
  all.push_back({"Confirm v1", end_message<Confirm>(1, true)});
  all.push_back({"Confirm v2", end_message<Confirm>(2, false)});
  Confirm first = end_message<Confirm>(2, true);
  first.gids.push_back(kV2Gid);
  all.push_back({"Confirm v2, first contact", first});
  Decline decline{.peer_id = server_end().peer_id, .diagnosis = Diagnosis::DifferentPrefix};
  all.push_back({"Decline v1", decline});
  decline = {.version = 2,
             .out_of_sync = true,
             .peer_id = server_end().peer_id,
             .diagnosis = Diagnosis::OutOfSync,
             .os = OsType::Linux};
  all.push_back({"Decline v2", decline});
  all.push_back({"Accept of SMC-D v1", smcd_message<SmcdAccept>(1, 0)});
  all.push_back({"Accept of SMC-D v2.0, first contact", smcd_message<SmcdAccept>(2, 0)});
  all.push_back({"Confirm of SMC-D v2.1, first contact", smcd_message<SmcdConfirm>(2, 1)});
}

void add_llc(std::vector<Sample>& all) {
  const LlcHead v2{.version = LlcVersion::V2};
  const ConfirmLink confirm{
      .mac = kMac, .gid = kGid, .qpn = {0x12345}, .link = {1}, .link_user_id = 0x0A0B0C01};
  all.push_back({"CONFIRM LINK", confirm});
  AddLink add{.mac = named<Mac>("0200005e1202"),
              .gid = kGid,
              .qpn = {0x12346},
              .link = {2},
              .psn = {0xABCD}};
  all.push_back({"ADD LINK", add});
  add.head = v2;
  add.v2 = AddLinkV2{.direct = true, .client_target = kV2Gid};
  add.v2->rkeys.push_back({{0x11223344}, {0x55667788}, {0x7F0011000000}});
  all.push_back({"ADD LINK v2", add});
  all.push_back({"ADD LINK CONTINUATION",
                 AddLinkContinuation{.link = {2},
                                     .rkeys_left = 1,
                                     .rkeys = {{{{0x11223344}, {0x55667788}, {0x7F0011000000}}}}}});
  all.push_back({"DELETE LINK",
                 DeleteLink{.orderly = true, .link = {2}, .reason = DeleteLinkReason::LostPath}});
  RequestAddLink request;
  request.gids.push_back(kV2Gid);
  all.push_back({"REQUEST ADD LINK v2", request});
  all.push_back({"CONFIRM RKEY", ConfirmRkey{.other_links = 1,
                                             .rkey = {0x11223344},
                                             .address = {0x7F0011000000},
                                             .others = {{{{2}, {0x55667788}, {0x7F0011000000}}}}}});
  TestLink test;
  for (std::size_t i = 0; i < test.user_data.size(); ++i) test.user_data[i] = std::byte(i);
  all.push_back({"TEST LINK", test});
  all.push_back({"CONFIRM RKEY CONTINUATION",
                 ConfirmRkeyContinuation{.links_left = 1, .others = {{{{3}, {9}, {0x1000}}}}}});
  DeleteRkey gone;
  gone.rkeys.push_back({0x11223344});
  all.push_back({"DELETE RKEY", gone});
  gone.head = v2;
  gone.rkeys.push_back({0x55667788});
  all.push_back({"DELETE RKEY v2", gone});
  gone.head.response = true;
  gone.rkeys[0] = gone.rkeys[1] = {};
  all.push_back({"DELETE RKEY v2, response", gone});
}

}  // namespace

ConnectionEnd server_end() {
  return {.peer_id = named<PeerId>("3c4d0200005e1201"),
          .gid = kGid,
          .mac = kMac,
          .qpn = {0x12345},
          .rkey = {0x11223344},
          .rmbe_index = 1,
          .token = {7},
          .size_code = 2,
          .mtu = MtuCode::Mtu1024,
          .rmb_address = {0x7F0011000000},
          .psn = {0xABCD}};
}

std::vector<Sample> samples() {
  std::vector<Sample> all = {{"TCP option", SmcrOption{}}};
  add_clc(all);
  add_llc(all);
  all.push_back({"CDC", Cdc{.sequence = 2,
                            .token = {9},
                            .producer = {1, 16},
                            .consumer = {0, 0xF000},
                            .write_blocked = true}});
  return all;
}

}  // namespace smclab::wire
