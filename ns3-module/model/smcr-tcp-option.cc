// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-tcp-option.h"

#include <array>

#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/ipv6-route.h"
#include "ns3/log.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-l4-protocol.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrTcpOption");
NS_OBJECT_ENSURE_REGISTERED(SmcrTcpOption);
NS_OBJECT_ENSURE_REGISTERED(SmcrTcpOptionTable);

namespace {

constexpr std::array<uint8_t, 4> MAGIC{0xE2, 0xD4, 0xC3, 0xD9};  // "SMCR" in EBCDIC

bool CarriesOption(const TcpHeader& header) {
  const auto option = header.GetOption(SmcrTcpOption::KIND);
  if (!option || option->GetSerializedSize() != SmcrTcpOption::SIZE) return false;
  Buffer bytes;
  bytes.AddAtStart(SmcrTcpOption::SIZE);
  option->Serialize(bytes.Begin());
  Buffer::Iterator at = bytes.Begin();
  at.Next(2);
  for (const uint8_t expected : MAGIC) {
    if (at.ReadU8() != expected) return false;
  }
  return true;
}

// The same segment with the option behind the others. Padding is left out, since some read no
// further than an end-of-options.
TcpHeader WithOption(const TcpHeader& old) {
  TcpHeader header;
  header.SetSourcePort(old.GetSourcePort());
  header.SetDestinationPort(old.GetDestinationPort());
  header.SetSequenceNumber(old.GetSequenceNumber());
  header.SetAckNumber(old.GetAckNumber());
  header.SetFlags(old.GetFlags());
  header.SetWindowSize(old.GetWindowSize());
  header.SetUrgentPointer(old.GetUrgentPointer());
  for (const auto& option : old.GetOptionList()) {
    if (option->GetKind() != TcpOption::END && option->GetKind() != TcpOption::NOP) {
      header.AppendOption(option);
    }
  }
  if (!header.AppendOption(Create<SmcrTcpOption>())) NS_LOG_WARN("no room for the option");
  return header;
}

}  // namespace

TypeId SmcrTcpOption::GetTypeId() {
  static TypeId tid = TypeId("ns3::SmcrTcpOption")
                          .SetParent<TcpOption>()
                          .SetGroupName("Smcr")
                          .AddConstructor<SmcrTcpOption>();
  return tid;
}

TypeId SmcrTcpOption::GetInstanceTypeId() const {
  return GetTypeId();
}

void SmcrTcpOption::Print(std::ostream& os) const {
  os << "SMC-R";
}

void SmcrTcpOption::Serialize(Buffer::Iterator start) const {
  start.WriteU8(KIND);
  start.WriteU8(SIZE);
  for (const uint8_t byte : MAGIC) start.WriteU8(byte);
}

uint32_t SmcrTcpOption::Deserialize(Buffer::Iterator start) {
  start.Next(1);
  return start.ReadU8();
}

uint8_t SmcrTcpOption::GetKind() const {
  return TcpOption::SACK;
}

uint32_t SmcrTcpOption::GetSerializedSize() const {
  return SIZE;
}

TypeId SmcrTcpOptionTable::GetTypeId() {
  static TypeId tid = TypeId("ns3::SmcrTcpOptionTable")
                          .SetParent<Object>()
                          .SetGroupName("Smcr")
                          .AddConstructor<SmcrTcpOptionTable>();
  return tid;
}

void SmcrTcpOptionTable::Attach(Ptr<Node> node) {
  const auto tcp = node->GetObject<TcpL4Protocol>();
  const auto ip = node->GetObject<Ipv4L3Protocol>();
  NS_ABORT_MSG_UNLESS(tcp && ip, "SMC-R needs the internet stack on its node first");
  m_down = tcp->GetDownTarget();
  tcp->SetDownTarget(MakeCallback(&SmcrTcpOptionTable::SendDown, this));
  ip->TraceConnectWithoutContext("LocalDeliver", MakeCallback(&SmcrTcpOptionTable::Hear, this));
  const auto ip6 = node->GetObject<Ipv6L3Protocol>();
  if (!ip6) return;
  m_down6 = tcp->GetDownTarget6();
  tcp->SetDownTarget6(MakeCallback(&SmcrTcpOptionTable::SendDown6, this));
  ip6->TraceConnectWithoutContext("LocalDeliver", MakeCallback(&SmcrTcpOptionTable::Hear6, this));
}

void SmcrTcpOptionTable::DoDispose() {
  m_down = IpL4Protocol::DownTargetCallback();
  m_down6 = IpL4Protocol::DownTargetCallback6();
  Object::DoDispose();
}

void SmcrTcpOptionTable::Offer(uint16_t localPort) {
  m_offers.insert(localPort);
}

void SmcrTcpOptionTable::Withdraw(uint16_t localPort) {
  const auto found = m_offers.find(localPort);
  if (found != m_offers.end()) m_offers.erase(found);
}

bool SmcrTcpOptionTable::TakeHeard(uint16_t localPort, const SmcrTcpEnd& peer) {
  return m_heard.erase({localPort, peer}) > 0;
}

template <class IpAddressOfNs3>
void SmcrTcpOptionTable::MarkSyn(Ptr<Packet> packet, IpAddressOfNs3 source,
                                 IpAddressOfNs3 destination) {
  TcpHeader header;
  packet->PeekHeader(header);
  const uint16_t port = header.GetSourcePort();
  if ((header.GetFlags() & TcpHeader::SYN) == 0 || m_offers.count(port) == 0) return;
  const bool answers = (header.GetFlags() & TcpHeader::ACK) != 0;
  const Peer peer{port, {ToCore(destination), header.GetDestinationPort()}};
  if (answers && m_heard.count(peer) == 0) return;
  packet->RemoveHeader(header);
  TcpHeader changed = WithOption(header);
  if (Node::ChecksumEnabled()) changed.EnableChecksums();
  changed.InitializeChecksum(source, destination, TcpL4Protocol::PROT_NUMBER);
  packet->AddHeader(changed);
  NS_LOG_INFO("SYN from port " << port << " offers SMC-R");
}

void SmcrTcpOptionTable::SendDown(Ptr<Packet> packet, Ipv4Address source, Ipv4Address destination,
                                  uint8_t protocol, Ptr<Ipv4Route> route) {
  MarkSyn(packet, source, destination);
  m_down(packet, source, destination, protocol, route);
}

void SmcrTcpOptionTable::SendDown6(Ptr<Packet> packet, Ipv6Address source, Ipv6Address destination,
                                   uint8_t protocol, Ptr<Ipv6Route> route) {
  MarkSyn(packet, source, destination);
  m_down6(packet, source, destination, protocol, route);
}

void SmcrTcpOptionTable::Hear(const Ipv4Header& header, Ptr<const Packet> packet, uint32_t) {
  if (header.GetProtocol() == TcpL4Protocol::PROT_NUMBER) {
    HearTcp(ToCore(header.GetSource()), packet);
  }
}

void SmcrTcpOptionTable::Hear6(const Ipv6Header& header, Ptr<const Packet> packet, uint32_t) {
  if (header.GetNextHeader() == TcpL4Protocol::PROT_NUMBER) {
    HearTcp(ToCore(header.GetSource()), packet);
  }
}

void SmcrTcpOptionTable::HearTcp(const smclab::IpAddress& from, Ptr<const Packet> packet) {
  TcpHeader tcp;
  packet->PeekHeader(tcp);
  if ((tcp.GetFlags() & TcpHeader::SYN) == 0) return;
  const Peer peer{tcp.GetDestinationPort(), {from, tcp.GetSourcePort()}};
  // Nothing is kept for ports that do not ask, and a newer SYN says what an older one meant.
  m_heard.erase(peer);
  if (m_offers.count(tcp.GetDestinationPort()) > 0 && CarriesOption(tcp)) m_heard.insert(peer);
}

}  // namespace ns3
