// SPDX-License-Identifier: MIT
#include "emu/capture/conversation/conversation.h"

#include <algorithm>
#include <utility>

#include "emu/capture/listing/text.h"

namespace smclab::capture {
namespace {

constexpr Role other(Role role) noexcept {
  return role == Role::Client ? Role::Server : Role::Client;
}

}  // namespace

void Listener::add(const SmcMessage& message) {
  ++talk_.messages;
  if (message.error) ++talk_.malformed;
  switch (message.layer) {
    case Layer::TcpOption:
      return add_option(message);
    case Layer::Clc:
      return add_clc(message);
    case Layer::Llc:
    case Layer::Cdc:
      return add_sent(message);
  }
}

Place Listener::place_of(const SmcMessage& message) const {
  Place place{.at = message.at, .ordinal = talk_.messages};
  append_text(message, start_ns_, place.line);
  // A packet's comment follows in a line of its own.
  place.line.erase(std::min(place.line.find('\n'), place.line.size()));
  return place;
}

// A key that was deleted may be given to another buffer: its name begins a new life.
Said Listener::said(const SmcMessage& message, const Seat& listener) {
  Said said{.sender = other(listener.owner),
            .type = message.type,
            .response = message.response,
            .fields = fields_of(message),
            .place = place_of(message)};
  const bool deletes = said.response && said.type == "delete_rkey";
  for (SaidField& field : said.fields) {
    if (field.agreement != Agreement::Key) continue;
    unsigned& lives = lives_[{listener.group, listener.link, owner_of_keys(said), field.value}];
    field.life = lives;
    if (deletes) ++lives;
  }
  return said;
}

// --- LLC by what it is about ------------------------------------------------------------------

// Answers of version 2 to DELETE RKEY name no key, nor do continuations: they belong to what was
// asked last about this owner's keys, since one exchange follows the other.
Exchange& Listener::exchange_of(const Seat& seat, const Said& said) {
  LinkTalk& link = talk_.groups[seat.group].links[seat.link];
  if (said.type == "test_link") return link.tests;
  if (!is_about_keys(said)) return link.links;
  const Role owner = owner_of_keys(said);
  const auto last = last_keys_.try_emplace({seat.group, seat.link, owner}).first;
  const auto name = std::find_if(said.fields.begin(), said.fields.end(), [](const auto& field) {
    return field.agreement == Agreement::Key;
  });
  if (name == said.fields.end() && last->second) {
    KeyTalk& talk = link.keys[*last->second];
    const bool deletes = said.response && said.type == "delete_rkey";
    if (deletes) ++lives_[{seat.group, seat.link, owner, talk.key.value}];
    return talk.said;
  }
  const KeyLife key =
      name != said.fields.end() ? KeyLife{name->value, name->life} : KeyLife{.value = {}};
  const auto found = std::find_if(link.keys.begin(), link.keys.end(), [&](const KeyTalk& talk) {
    return talk.owner == owner && talk.key == key;
  });
  last->second = static_cast<std::size_t>(found - link.keys.begin());
  if (found == link.keys.end()) link.keys.push_back(KeyTalk{.owner = owner, .key = key});
  return link.keys[*last->second].said;
}

// --- TCP: options and CLC ---------------------------------------------------------------------

// Who the client is, its first message tells, whichever way that goes. Of a Decline with nothing
// before it the higher port is taken for the client's.
Listener::Stream& Listener::stream_of(const SmcMessage& message) {
  const auto [found, fresh] = streams_.try_emplace(message.stream);
  Stream& stream = found->second;
  if (!fresh) return stream;
  bool from_client = message.source_port > message.destination_port;
  if (message.type == "syn" || message.type == "proposal" || message.type == "confirm") {
    from_client = true;
  } else if (message.type == "syn_ack" || message.type == "accept") {
    from_client = false;
  }
  stream.client = from_client ? message.source : message.destination;
  stream.client_port = from_client ? message.source_port : message.destination_port;
  return stream;
}

void Listener::add_option(const SmcMessage& message) {
  Stream& stream = stream_of(message);
  const bool from_client = message.type != "syn_ack";
  stream.option[index_of(from_client ? Role::Client : Role::Server)] = true;
}

void Listener::add_clc(const SmcMessage& message) {
  Stream& stream = stream_of(message);
  const bool from_client =
      message.source == stream.client && message.source_port == stream.client_port;
  const Role sender = from_client ? Role::Client : Role::Server;
  if (!stream.connection) {
    stream.connection = talk_.connections.size();
    talk_.connections.emplace_back().server_port =
        from_client ? message.destination_port : message.source_port;
    rings_.emplace_back();
  }
  if (const auto* clc = std::get_if<wire::ClcMessage>(&message.content)) {
    answer(*stream.connection, sender, *clc);
  }
  ConnectionTalk& connection = talk_.connections[*stream.connection];
  connection.clc.push_back(said(
      message,
      {.group = connection.group.value_or(0), .link = connection.link, .owner = other(sender)}));
  for (const SaidField& field : connection.clc.back().fields) {
    if (field.agreement != Agreement::Key) continue;
    connection.keys[index_of(sender)] = KeyLife{field.value, field.life};
  }
}

void Listener::answer(std::size_t number, Role sender, const wire::ClcMessage& clc) {
  const auto* accept = std::get_if<wire::Accept>(&clc);
  const auto* confirm = std::get_if<wire::Confirm>(&clc);
  if (accept == nullptr && confirm == nullptr) return;
  const wire::ConnectionEnd& end = accept != nullptr ? accept->end : confirm->end;
  ConnectionTalk& connection = talk_.connections[number];
  sit_down(end, sender, connection, accept != nullptr ? accept->first_contact : false);
  tokens_[{*connection.group, sender, end.token}] = number;
  auto& rings = rings_[number];
  rings[index_of(sender)] = wire::rmbe_bytes(end.size_code);
  connection.cdc[index_of(Role::Client)].know_rings(rings[index_of(Role::Server)],
                                                    rings[index_of(Role::Client)]);
  connection.cdc[index_of(Role::Server)].know_rings(rings[index_of(Role::Client)],
                                                    rings[index_of(Role::Server)]);
}

void Listener::sit_down(const wire::ConnectionEnd& end, Role owner, ConnectionTalk& connection,
                        bool first_contact) {
  const QueuePairName name{end.gid, end.qpn};
  const auto known = seats_.find(name);
  const bool usable = known != seats_.end() && !first_contact;
  if (!connection.group) {
    connection.group = usable ? known->second.group : talk_.groups.size();
    connection.link = usable ? known->second.link : 0;
    if (!usable) talk_.groups.emplace_back().links.emplace_back();
  }
  if (usable && known->second.group == *connection.group) return;
  seats_[name] = {.group = *connection.group, .link = connection.link, .owner = owner};
}

// --- RoCE: LLC and CDC ------------------------------------------------------------------------

// A queue pair that no handshake named gets a group of its own: what is said to it is compared,
// but with nothing else.
Listener::Seat& Listener::seat_of(const SmcMessage& message) {
  const auto [found, fresh] = seats_.try_emplace({message.destination.gid, message.qpn});
  if (fresh) {
    found->second.group = talk_.groups.size();
    talk_.groups.emplace_back().links.emplace_back();
  }
  return found->second;
}

void Listener::add_sent(const SmcMessage& message) {
  Seat& seat = seat_of(message);
  if (message.icrc == IcrcStatus::Wrong || seat.heard.note(message.psn)) {
    ++talk_.repeated;
    return;
  }
  if (std::holds_alternative<wire::Cdc>(message.content)) return add_cdc(message, seat);
  // What does not decode, a CDC too, stays among the link's messages.
  const Role sender = other(seat.owner);
  Said told = said(message, seat);
  Exchange& exchange = exchange_of(seat, told);
  auto& lane = message.response ? exchange.responses : exchange.requests;
  lane[index_of(sender)].push_back(std::move(told));
  learn_link(message, seat);
}

// ADD LINK names the queue pairs of a new link: the server's in the request, the client's in the
// response (RFC 7609 A.3.2). A client's v1 invitation names none.
void Listener::learn_link(const SmcMessage& message, const Seat& seat) {
  const auto* llc = std::get_if<wire::LlcMessage>(&message.content);
  const auto* add = llc == nullptr ? nullptr : std::get_if<wire::AddLink>(llc);
  if (add == nullptr || add->rejected || add->qpn.value == 0) return;
  const std::size_t group = seat.group;
  const Role sender = other(seat.owner);
  std::vector<LinkTalk>& links = talk_.groups[group].links;
  if (!message.response) links.emplace_back();
  seats_[{add->gid, add->qpn}] = {.group = group, .link = links.size() - 1, .owner = sender};
}

void Listener::add_cdc(const SmcMessage& message, const Seat& seat) {
  const auto& cdc = std::get<wire::Cdc>(message.content);
  const auto [found, fresh] =
      tokens_.try_emplace({seat.group, seat.owner, cdc.token}, talk_.connections.size());
  if (fresh) {
    talk_.connections.emplace_back().group = seat.group;
    talk_.connections.back().link = seat.link;
    rings_.emplace_back();
  }
  talk_.connections[found->second].cdc[index_of(other(seat.owner))].add(cdc, place_of(message));
}

Conversation Listener::finish() {
  for (const auto& [number, stream] : streams_) {
    if (stream.connection) {
      talk_.connections[*stream.connection].option = stream.option;
    } else {
      ++talk_.plain;
    }
  }
  return std::move(talk_);
}

}  // namespace smclab::capture
