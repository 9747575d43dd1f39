// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/dissector.h"

#include <utility>

#include "emu/capture/network/link_layer.h"

namespace smclab::capture {

Dissector::Dissector(Sink sink) : sink_(std::move(sink)) {}

void Dissector::add(const CapturedPacket& packet) {
  frames_ = packet.frame != 0 ? packet.frame : frames_ + 1;
  at_ = {frames_, packet.time_ns};
  comment_ = packet.comment;
  if (packet.bytes.size() < packet.original_length) ++passed_over_.cut;
  if (!is_known(packet.link_type)) {
    ++passed_over_.unknown_links[static_cast<std::uint16_t>(packet.link_type)];
    return;
  }
  const auto payload = link_payload(packet);
  if (!payload) return;
  if (payload->ether_type == kEtherTypeRoceV1) {
    if (const auto send = decode_rocev1(payload->bytes)) add_send(*send);
  } else if (payload->ether_type == kEtherTypeIpv4 || payload->ether_type == kEtherTypeIpv6) {
    add_ip(payload->bytes);
  }
}

void Dissector::add_ip(std::span<const std::byte> bytes) {
  const auto ip = decode_ip(bytes);
  if (!ip) return;
  if (ip->fragment) {
    ++passed_over_.fragments;
  } else if (ip->protocol == kProtocolTcp) {
    if (const auto segment = decode_tcp(ip->payload, ip->payload_length)) {
      connections_.add(*ip, *segment, at_, [this](SmcMessage& message) { tell(message); });
    }
  } else if (const auto send = decode_rocev2(*ip)) {
    add_send(*send);
  }
}

void Dissector::add_send(const RoceSend& send) {
  const auto sent = queue_pairs_.add(send);
  if (!sent) return;
  SmcMessage message{.at = at_,
                     .source = send.source,
                     .destination = send.destination,
                     .qpn = send.qpn,
                     .psn = sent->psn,
                     .retransmission = sent->retransmission,
                     .layer = layer_of_sent(sent->bytes),
                     .bytes = sent->bytes,
                     .cut = sent->cut};
  if (!sent->known) {
    SmcMessage trial = message;
    decode_content(trial);
    const bool decodes = trial.content.index() != 0;
    if (!decodes) return;
    queue_pairs_.learn({send.destination.gid, send.qpn});
  }
  message.icrc = check_icrc(send);
  tell(message);
}

void Dissector::finish() {
  comment_ = {};
  connections_.finish([this](SmcMessage& message) { tell(message); });
}

void Dissector::tell(SmcMessage& message) {
  message.comment = comment_;
  decode_content(message);
  learn(message);
  sink_(message);
}

// Each of these names the queue pair at which its sender receives.
void Dissector::learn(const SmcMessage& message) {
  const auto end = [this](const auto& named) { queue_pairs_.learn({named.gid, named.qpn}); };
  if (const auto* clc = std::get_if<wire::ClcMessage>(&message.content)) {
    if (const auto* accept = std::get_if<wire::Accept>(clc)) end(accept->end);
    if (const auto* confirm = std::get_if<wire::Confirm>(clc)) end(confirm->end);
  } else if (const auto* llc = std::get_if<wire::LlcMessage>(&message.content)) {
    if (const auto* confirm = std::get_if<wire::ConfirmLink>(llc)) end(*confirm);
    if (const auto* add = std::get_if<wire::AddLink>(llc)) end(*add);
  }
}

}  // namespace smclab::capture
