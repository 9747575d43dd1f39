// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/connections.h"

#include <algorithm>
#include <utility>

namespace smclab::capture {
namespace {

std::string_view option_type(const TcpSegment& segment) noexcept {
  if (!segment.syn) return "ack";  // RFC 7609 §3.1 lets the client repeat it there
  return segment.ack ? "syn_ack" : "syn";
}

}  // namespace

void Connections::add(const IpPacket& ip, const TcpSegment& segment, const Stamp& at,
                      const Sink& sink) {
  const End from{ip.source, segment.source_port};
  const End to{ip.destination, segment.destination_port};
  const std::size_t sender = from < to ? 0 : 1;
  Connection& connection =
      connection_of(sender == 0 ? Ends{from, to} : Ends{to, from}, sender, segment);

  SmcMessage known{.at = at,
                   .source = ip.source,
                   .destination = ip.destination,
                   .source_port = segment.source_port,
                   .destination_port = segment.destination_port,
                   .stream = connection.number};
  if (!segment.smc_option.empty()) {
    SmcMessage option = known;
    option.type = option_type(segment);
    option.bytes = segment.smc_option;
    sink(option);
  }
  known.layer = Layer::Clc;
  if (segment.ack) connection.directions[1 - sender].clc.acknowledged(segment.acknowledged);
  connection.directions[sender].clc.add(segment, at, [&](const ClcBytes& clc) {
    end_handshake(connection, sender, clc.type());
    tell(known, clc, sink);
  });
}

void Connections::finish(const Sink& sink) {
  for (auto& [ends, connection] : connections_) {
    for (std::size_t sender = 0; sender < 2; ++sender) {
      const SmcMessage known{.source = ends[sender].address,
                             .destination = ends[1 - sender].address,
                             .source_port = ends[sender].port,
                             .destination_port = ends[1 - sender].port,
                             .stream = connection.number,
                             .layer = Layer::Clc};
      connection.directions[sender].clc.finish(
          [&](const ClcBytes& clc) { tell(known, clc, sink); });
    }
  }
}

std::size_t Connections::incomplete() const noexcept {
  std::size_t count = 0;
  for (const auto& [ends, connection] : connections_) {
    for (const Direction& direction : connection.directions) {
      if (direction.clc.incomplete() > 0) ++count;
    }
  }
  return count;
}

// A SYN that does not repeat the first one begins a new connection between the same ends.
Connections::Connection& Connections::connection_of(const Ends& ends, std::size_t sender,
                                                    const TcpSegment& segment) {
  const auto place = connections_.find(ends);
  bool again = place == connections_.end();
  if (!again && segment.syn && !segment.ack) {
    const auto& first = place->second.directions[sender].first;
    again = first && *first != segment.sequence;
  }
  Connection& connection = again ? fresh(ends) : place->second;
  Direction& direction = connection.directions[sender];
  if (segment.syn && direction.first != segment.sequence) {
    direction.clc.begin(segment.sequence + 1);
  }
  if (!direction.first) direction.first = segment.sequence;
  return connection;
}

Connections::Connection& Connections::fresh(const Ends& ends) {
  const auto [place, added] = connections_.insert_or_assign(ends, Connection{next_number_++, {}});
  if (!added) return place->second;
  if (connections_.size() > kMost) {
    connections_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  oldest_first_.push_back(ends);
  return place->second;
}

void Connections::tell(const SmcMessage& known, const ClcBytes& clc, const Sink& sink) {
  SmcMessage message = known;
  message.at = clc.at;
  message.bytes = clc.bytes;
  message.cut = clc.cut;
  sink(message);
}

// A Confirm ends the handshake of both sides, a Decline that of its sender at once; the other
// side's Decline may cross it (RFC 7609 C.1).
void Connections::end_handshake(Connection& connection, std::size_t sender, std::uint8_t type) {
  if (type == kClcConfirm || type == kClcDecline) {
    connection.directions[1 - sender].clc.only_decline();
  }
}

}  // namespace smclab::capture
