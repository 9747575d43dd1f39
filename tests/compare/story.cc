// SPDX-License-Identifier: MIT
#include "tests/compare/story.h"

#include <type_traits>

namespace smclab::capture {
namespace {

using wire::Accept;
using wire::AddLink;
using wire::Cdc;
using wire::Confirm;
using wire::ConfirmLink;
using wire::ConfirmRkey;
using wire::ConnectionEnd;
using wire::DeleteLink;
using wire::DeleteRkey;
using wire::Proposal;
using wire::TestLink;

constexpr std::uint16_t kServerPort = 5000;

/// The ends of the story's links under given names.
class Cast {
 public:
  explicit Cast(const Names& names) : names_(names) {}

  [[nodiscard]] IpAddress address(Role who, std::uint8_t link) const {
    const auto octet = who == Role::Client ? names_.client_host : names_.server_host;
    return ipv4(10, 0, 0, static_cast<std::uint8_t>(octet + 100 * link));
  }
  [[nodiscard]] Mac mac(Role who, std::uint8_t link) const {
    Mac mac;
    mac.bytes[5] = address(who, link).gid.bytes[15];
    return mac;
  }
  [[nodiscard]] PeerId peer_id(Role who) const {
    PeerId id;
    id.bytes[7] = address(who, 0).gid.bytes[15];
    return id;
  }
  [[nodiscard]] Qpn qpn(Role who, std::uint8_t link) const {
    return {(who == Role::Client ? names_.client_qpn : names_.server_qpn) + link};
  }
  [[nodiscard]] Rkey rkey(Role who, std::uint32_t number) const {
    return {names_.rkeys + number * 16 + (who == Role::Client ? 0 : 8)};
  }
  [[nodiscard]] LinkNumber link(std::uint8_t link) const {
    return {static_cast<std::uint8_t>(names_.links + link)};
  }
  [[nodiscard]] AlertToken token(Role who, std::uint32_t connection) const {
    return {names_.tokens + connection * 2 + (who == Role::Client ? 0 : 1)};
  }
  [[nodiscard]] VirtualAddress memory(std::uint32_t number) const {
    return {names_.memory + std::uint64_t{number} * 0x10000};
  }
  [[nodiscard]] ConnectionEnd end(Role who, std::uint32_t connection) const {
    return {.peer_id = peer_id(who),
            .gid = address(who, 0).gid,
            .mac = mac(who, 0),
            .qpn = qpn(who, 0),
            .rkey = rkey(who, connection),
            .token = token(who, connection),
            .size_code = 2,
            .rmb_address = memory(connection),
            .psn = {names_.psn}};
  }
  [[nodiscard]] Proposal proposal() const {
    Proposal proposal{.version = 1,
                      .peer_id = peer_id(Role::Client),
                      .gid = address(Role::Client, 0).gid,
                      .mac = mac(Role::Client, 0),
                      .ip_area_offset = 0};
    proposal.ip_area = wire::IpArea{.prefix_length = 24};
    return proposal;
  }
  [[nodiscard]] ConfirmLink confirm_link(Role who, std::uint8_t number) const {
    ConfirmLink confirm{.mac = mac(who, number),
                        .gid = address(who, number).gid,
                        .qpn = qpn(who, number),
                        .link = link(number)};
    confirm.head.response = who == Role::Client;
    return confirm;
  }
  [[nodiscard]] AddLink add_link(Role who) const {
    AddLink add{.mac = mac(who, 1), .gid = address(who, 1).gid, .qpn = qpn(who, 1)};
    add.head.response = who == Role::Client;
    add.link = link(1);
    add.psn = {names_.psn};
    return add;
  }
  [[nodiscard]] ConfirmRkey confirm_rkey(bool response) const {
    ConfirmRkey confirm{.other_links = 1, .rkey = rkey(Role::Client, 1), .address = memory(1)};
    confirm.head.response = response;
    confirm.others[0] = {.link = link(1), .rkey = rkey(Role::Client, 3), .address = memory(3)};
    return confirm;
  }
  [[nodiscard]] DeleteRkey delete_rkey(bool response) const {
    DeleteRkey deletion;
    deletion.head.response = response;
    deletion.rkeys.push_back(rkey(Role::Client, 1));
    return deletion;
  }
  [[nodiscard]] Cdc cdc(Role from, std::uint32_t connection, std::uint16_t sequence) const {
    return {.sequence = sequence,
            .token = token(from == Role::Client ? Role::Server : Role::Client, connection)};
  }

 private:
  const Names& names_;
};

void tell_handshake(const Cast& cast, std::uint32_t stream, Story& story) {
  story.push_back({Role::Client, wire::SmcrOption{}, stream});
  story.push_back({Role::Server, wire::SmcrOption{}, stream});
  story.push_back({Role::Client, cast.proposal(), stream});
  const bool first = stream == 0;
  story.push_back({Role::Server,
                   Accept{.first_contact = first, .end = cast.end(Role::Server, stream)}, stream});
  story.push_back({Role::Client, Confirm{.end = cast.end(Role::Client, stream)}, stream});
}

void tell_links(const Cast& cast, Story& story) {
  story.push_back({Role::Server, cast.confirm_link(Role::Server, 0)});
  story.push_back({Role::Client, cast.confirm_link(Role::Client, 0)});
  story.push_back({Role::Server, cast.add_link(Role::Server)});
  story.push_back({Role::Client, cast.add_link(Role::Client)});
  story.push_back({.from = Role::Server, .message = cast.confirm_link(Role::Server, 1), .link = 1});
  story.push_back({.from = Role::Client, .message = cast.confirm_link(Role::Client, 1), .link = 1});
}

// The client sends 100,000 bytes, which is once round a ring of 64 KiB and more, and closes.
void tell_data(const Cast& cast, std::uint32_t connection, Story& story) {
  Cdc cdc = cast.cdc(Role::Client, connection, 1);
  cdc.producer = {.wrap = 0, .offset = 60'000};
  story.push_back({Role::Client, cdc});
  cdc.sequence = 2;
  cdc.producer = {.wrap = 1, .offset = 100'000 - 65'536};
  cdc.sending_done = true;
  story.push_back({Role::Client, cdc});
  Cdc answer = cast.cdc(Role::Server, connection, 1);
  answer.consumer = cdc.producer;
  answer.peer_connection_closed = true;
  story.push_back({Role::Server, answer});
  cdc.sequence = 3;
  cdc.peer_connection_closed = true;
  story.push_back({Role::Client, cdc});
}

}  // namespace

Story make_story(const Names& names) {
  const Cast cast(names);
  Story story;
  tell_handshake(cast, 0, story);
  tell_links(cast, story);
  tell_handshake(cast, 1, story);
  story.push_back({Role::Client, cast.confirm_rkey(false)});
  story.push_back({Role::Server, cast.confirm_rkey(true)});
  tell_data(cast, 0, story);
  tell_data(cast, 1, story);
  story.push_back({Role::Client, TestLink{}});
  TestLink echo;
  echo.head.response = true;
  story.push_back({Role::Server, echo});
  story.push_back({Role::Client, cast.delete_rkey(false)});
  story.push_back({Role::Server, cast.delete_rkey(true)});
  story.push_back({Role::Server, DeleteLink{.all = true, .orderly = true}});
  return story;
}

namespace {

SmcMessage on_tcp(const Line& line, const Cast& cast) {
  SmcMessage message{.stream = line.stream};
  const auto client_port = static_cast<std::uint16_t>(40'000 + line.stream);
  const bool from_client = line.from == Role::Client;
  message.source_port = from_client ? client_port : kServerPort;
  message.destination_port = from_client ? kServerPort : client_port;
  const bool option = std::holds_alternative<wire::SmcrOption>(line.message);
  message.layer = option ? Layer::TcpOption : Layer::Clc;
  if (option) message.type = from_client ? "syn" : "syn_ack";
  message.source = cast.address(line.from, 0);
  message.destination = cast.address(from_client ? Role::Server : Role::Client, 0);
  return message;
}

}  // namespace

Conversation listen(const Story& story, const Names& names) {
  const Cast cast(names);
  Listener listener;
  std::uint32_t psn = names.psn;
  std::uint64_t frame = 0;
  for (const Line& line : story) {
    const bool tcp = std::visit(
        [](const auto& held) {
          using T = std::decay_t<decltype(held)>;
          return std::is_same_v<T, wire::SmcrOption> || std::is_same_v<T, Proposal> ||
                 std::is_same_v<T, Accept> || std::is_same_v<T, Confirm> ||
                 std::is_same_v<T, wire::Decline>;
        },
        line.message);
    const Role to = line.from == Role::Client ? Role::Server : Role::Client;
    SmcMessage message = on_tcp(line, cast);
    if (!tcp) {
      if (!line.repeated) ++psn;
      message = {.source = cast.address(line.from, line.link),
                 .destination = cast.address(to, line.link),
                 .qpn = cast.qpn(to, line.link),
                 .psn = {psn},
                 .icrc = line.damaged ? IcrcStatus::Wrong : IcrcStatus::Right,
                 .layer = std::holds_alternative<Cdc>(line.message) ? Layer::Cdc : Layer::Llc};
    }
    message.at.frame = ++frame;
    auto bytes = std::visit([](const auto& held) { return wire::encoded(held); }, line.message);
    if (line.spoilt) bytes.pop_back();
    message.bytes = bytes;
    decode_content(message);
    listener.add(message);
  }
  return listener.finish();
}

}  // namespace smclab::capture
