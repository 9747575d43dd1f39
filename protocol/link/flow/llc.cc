// SPDX-License-Identifier: MIT
#include "protocol/link/flow/llc.h"

#include "protocol/link/flow/activation.h"
#include "protocol/link/flow/rkey_flow.h"
#include "protocol/link/flow/test_link.h"
#include "protocol/link/termination.h"
#include "protocol/wire/llc.h"

namespace smclab {
namespace {

void refuse(Turn& turn, Directory& directory, Link& link, const DecodeError& error) {
  const bool unknown = error.fault == Fault::UnknownType;
  ++(unknown ? directory.dropped.unknown : directory.dropped.malformed);
  trace_refuses(turn, link.subject(),
                {.from = error.field,
                 .to = "llc",
                 .cause = describe(error.fault),
                 .clause = "RFC 7609 C.7.1",
                 .value = error.offset});
  // The RFC takes the link down for what is wrong beyond doubt, Linux drops it.
  if (turn.config.profile == Profile::Rfc && !unknown) {
    lose_link(turn, directory, link, "malformed LLC message");
  }
}

// One overload a message; what follows from each is told in the file of its flow.
struct Dispatch {
  Turn& turn;
  Directory& directory;
  Link& link;

  void operator()(const wire::ConfirmLink& message) const {
    handle_confirm_link(turn, directory, link, message);
  }
  void operator()(const wire::AddLink& message) const {
    // Only a server adds links, and this host adds none: a client's invitation and any answer
    // come out of flow.
    if (message.head.response || directory.group_of(link).role == Role::Server) return drop();
    wire::AddLink answer = message;
    answer.head.response = true;
    answer.rejected = true;
    // Version 2 has no place for the reason, and a refusal says nothing of keys.
    answer.reason = wire::AddLinkReject::NoAlternatePath;
    answer.v2.reset();
    post_llc(turn, link, answer);
  }
  void operator()(const wire::DeleteLink& message) const {
    handle_delete_link(turn, directory, link, message);
  }
  void operator()(const wire::ConfirmRkey& message) const {
    handle_confirm_rkey(turn, directory, link, message);
  }
  void operator()(const wire::DeleteRkey& message) const {
    handle_delete_rkey(turn, directory, link, message);
  }
  void operator()(const wire::TestLink& message) const {
    handle_test_link(turn, directory, link, message);
  }
  // Only exchanges that this host does not begin have continuations.
  void operator()(const wire::AddLinkContinuation&) const { drop(); }
  void operator()(const wire::ConfirmRkeyContinuation&) const { drop(); }
  void operator()(const wire::RequestAddLink& message) const {
    // A server answers only to say that it adds none.
    if (message.head.response || directory.group_of(link).role == Role::Client) return drop();
    wire::RequestAddLink answer;
    answer.head.response = true;
    post_llc(turn, link, answer);
  }

  void drop() const { ++directory.dropped.out_of_flow; }
};

// Before CONFIRM LINK is exchanged nothing but that, and the server's change of mind, is legal.
bool in_season(const Link& link, const wire::LlcMessage& message) {
  if (link.is(LinkState::Active)) return true;
  return std::holds_alternative<wire::ConfirmLink>(message) ||
         std::holds_alternative<wire::DeleteLink>(message);
}

}  // namespace

void handle_llc(Turn& turn, Directory& directory, Link& link, std::span<const std::byte> bytes) {
  const auto message = wire::decode_llc(bytes);
  if (!message) return refuse(turn, directory, link, message.error());
  const wire::LlcHead& head = wire::head_of(*message);
  if (head.version != link.llc_version) {
    return refuse(turn, directory, link, {"type", 0, Fault::UnknownType});
  }
  if (head.version == wire::LlcVersion::V2) link.length_order = head.length_order;
  // A reserved MTU code is no malformed ADD LINK; that is rejected anyway.
  if (const auto wrong = wire::validate(*message); wrong && wrong->fault != Fault::ReservedValue) {
    return refuse(turn, directory, link, *wrong);
  }
  trace_receives(turn, link.subject(),
                 {.to = wire::type_name(*message),
                  .cause = head.response ? "response" : "request",
                  .clause = "RFC 7609 A.3",
                  .value = bytes.size()});
  if (!std::holds_alternative<wire::DeleteLink>(*message)) {
    note_answer_arrived(turn, directory, link);
  }
  if (!in_season(link, *message)) {
    ++directory.dropped.out_of_flow;
    return;
  }
  std::visit(Dispatch{turn, directory, link}, *message);
}

void handle_llc_sent(Turn& turn, Directory& directory, Link& link, const Posted& posted) {
  const auto type = static_cast<wire::LlcType>(posted.number);
  if (type == wire::LlcType::ConfirmLink) note_answer_arrived(turn, directory, link);
  if (type == wire::LlcType::DeleteLink) {
    note_delete_link_sent(turn, directory, directory.group_of(link));
  }
}

}  // namespace smclab
