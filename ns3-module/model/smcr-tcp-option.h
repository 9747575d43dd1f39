// SPDX-License-Identifier: MIT
//
// The SMC-R option of TCP (RFC 7609 §3.1): kind 254, the IBM-defined experiment identifier, "SMCR"
// in EBCDIC. ns-3's sockets offer no place for it, so it is put into SYN and SYN-ACK between TCP
// and IP, for the ports that ask, and read where IP delivers to TCP.
#ifndef SMCR_TCP_OPTION_H
#define SMCR_TCP_OPTION_H
#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "ns3-module/model/smcr-address.h"
#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv6-header.h"
#include "ns3/node.h"
#include "ns3/object.h"
#include "ns3/tcp-option.h"

namespace ns3 {

class SmcrTcpOption : public TcpOption {
 public:
  static constexpr uint8_t KIND = 254;
  static constexpr uint8_t SIZE = 6;

  static TypeId GetTypeId();
  TypeId GetInstanceTypeId() const override;
  void Print(std::ostream& os) const override;
  void Serialize(Buffer::Iterator start) const override;
  uint32_t Deserialize(Buffer::Iterator start) override;
  /// A kind that TcpHeader::AppendOption knows, since it refuses 254, and that no SYN has;
  /// Serialize writes 254. No socket meets this object: what arrives is read anew, as an unknown
  /// option.
  uint8_t GetKind() const override;
  uint32_t GetSerializedSize() const override;
};

/// Offers SMC-R in the TCP handshakes of one node, and remembers which peers offered it.
class SmcrTcpOptionTable : public Object {
 public:
  static TypeId GetTypeId();

  /// Puts itself between the node's TCP and its IPv4, and IPv6 if it has that.
  void Attach(Ptr<Node> node);

  /// SYNs from this port carry the option, and SYN-ACKs do if the SYN did.
  void Offer(uint16_t localPort);
  void Withdraw(uint16_t localPort);

  /// Whether the peer's SYN or SYN-ACK carried the option. Asked once: the answer is forgotten.
  bool TakeHeard(uint16_t localPort, const SmcrTcpEnd& peer);

 protected:
  void DoDispose() override;

 private:
  using Peer = std::pair<uint16_t, SmcrTcpEnd>;  ///< own port, and the other end

  void SendDown(Ptr<Packet> packet, Ipv4Address source, Ipv4Address destination, uint8_t protocol,
                Ptr<Ipv4Route> route);
  void SendDown6(Ptr<Packet> packet, Ipv6Address source, Ipv6Address destination, uint8_t protocol,
                 Ptr<Ipv6Route> route);
  void Hear(const Ipv4Header& header, Ptr<const Packet> packet, uint32_t interface);
  void Hear6(const Ipv6Header& header, Ptr<const Packet> packet, uint32_t interface);
  void HearTcp(const smclab::IpAddress& from, Ptr<const Packet> packet);
  template <class IpAddressOfNs3>
  void MarkSyn(Ptr<Packet> packet, IpAddressOfNs3 source, IpAddressOfNs3 destination);

  IpL4Protocol::DownTargetCallback m_down;
  IpL4Protocol::DownTargetCallback6 m_down6;
  std::multiset<uint16_t> m_offers;
  std::set<Peer> m_heard;
};

}  // namespace ns3

#endif  // SMCR_TCP_OPTION_H
