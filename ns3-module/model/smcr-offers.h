// SPDX-License-Identifier: MIT
//
// The SMC-R option in the SYN and SYN-ACK of a node's TCP (RFC 7609 A.1). ns-3's TCP cannot be told
// to send an option of kind 254, so SYNs get theirs between TCP and IP, and those that arrive are
// read where IP delivers them.
#pragma once

#include <ns3/ip-l4-protocol.h>
#include <ns3/ipv4-address.h>
#include <ns3/ipv4-header.h>
#include <ns3/ipv4-route.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/tcp-header.h>

#include <compare>
#include <cstdint>
#include <set>

namespace ns3 {

/// Whether a TCP header carries the SMC-R option.
bool HasSmcrOption(const TcpHeader& header);

class SmcrOffers {
 public:
  /// Puts itself between TCP and IP of the node, which must have both.
  void Install(Ptr<Node> node);

  /// Sockets at this local port ask for SMC-R from now on, or one of them less does.
  void Ask(std::uint16_t port) { m_asking.insert(port); }
  void StopAsking(std::uint16_t port);

  /// One connection, seen from here.
  struct Peer {
    std::uint32_t address = 0;
    std::uint16_t port = 0;
    std::uint16_t localPort = 0;
    auto operator<=>(const Peer&) const = default;
  };
  /// Whether both sides offered SMC-R. Forgets the answer.
  bool TakeAgreement(const Peer& peer);

 private:
  void Send(Ptr<Packet> packet, Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
            Ptr<Ipv4Route> route);
  void Delivered(const Ipv4Header& ip, Ptr<const Packet> packet, std::uint32_t interface);
  bool Offers(const TcpHeader& syn, Ipv4Address destination) const;

  IpL4Protocol::DownTargetCallback m_down;
  std::multiset<std::uint16_t> m_asking;
  std::set<Peer> m_offered;  // the peers whose SYN or SYN-ACK carried the option
};

}  // namespace ns3
