// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-offers.h"

#include <ns3/buffer.h>
#include <ns3/callback.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/log.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/tcp-option.h>

#include <array>

#include "protocol/wire/tcp_option.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrOffers");

namespace {

// TcpHeader refuses options of kinds it does not know, and asks only GetKind() which this is.
class SmcrOption : public TcpOption {
 public:
  void Print(std::ostream& os) const override { os << "SMC-R"; }
  void Serialize(Buffer::Iterator start) const override {
    for (const std::byte byte : smclab::wire::kSmcrOption) {
      start.WriteU8(std::to_integer<std::uint8_t>(byte));
    }
  }
  std::uint32_t Deserialize(Buffer::Iterator) override { return GetSerializedSize(); }
  std::uint8_t GetKind() const override { return TcpOption::NOP; }
  std::uint32_t GetSerializedSize() const override {
    return static_cast<std::uint32_t>(smclab::wire::kSmcrOption.size());
  }
};

// The same header with the option. It is built anew, because what was read holds the end of the
// option list, and nothing is read behind that.
TcpHeader WithSmcrOption(const TcpHeader& syn) {
  TcpHeader header;
  header.SetSourcePort(syn.GetSourcePort());
  header.SetDestinationPort(syn.GetDestinationPort());
  header.SetSequenceNumber(syn.GetSequenceNumber());
  header.SetAckNumber(syn.GetAckNumber());
  header.SetFlags(syn.GetFlags());
  header.SetWindowSize(syn.GetWindowSize());
  header.SetUrgentPointer(syn.GetUrgentPointer());
  for (const Ptr<const TcpOption>& option : syn.GetOptionList()) {
    if (option->GetKind() != TcpOption::END) header.AppendOption(option);
  }
  if (!header.AppendOption(Create<SmcrOption>())) NS_LOG_WARN("no room for the SMC-R option");
  return header;
}

}  // namespace

bool HasSmcrOption(const TcpHeader& header) {
  for (const Ptr<const TcpOption>& option : header.GetOptionList()) {
    if (option->GetKind() != smclab::wire::SmcrOption::kKind) continue;
    Buffer buffer;
    buffer.AddAtStart(option->GetSerializedSize());
    option->Serialize(buffer.Begin());
    std::array<std::byte, 40> bytes{};  // all that a TCP header has for options
    const std::size_t size = std::min<std::size_t>(bytes.size(), buffer.GetSize());
    Buffer::Iterator at = buffer.Begin();
    for (std::size_t i = 0; i < size; ++i) bytes[i] = std::byte{at.ReadU8()};
    if (!smclab::wire::find_smcr_option(std::span(bytes).first(size)).empty()) return true;
  }
  return false;
}

void SmcrOffers::Install(Ptr<Node> node) {
  Ptr<TcpL4Protocol> tcp = node->GetObject<TcpL4Protocol>();
  m_down = tcp->GetDownTarget();
  tcp->SetDownTarget(MakeCallback(&SmcrOffers::Send, this));
  node->GetObject<Ipv4L3Protocol>()->TraceConnectWithoutContext(
      "LocalDeliver", MakeCallback(&SmcrOffers::Delivered, this));
}

void SmcrOffers::StopAsking(std::uint16_t port) {
  const auto found = m_asking.find(port);
  if (found != m_asking.end()) m_asking.erase(found);
}

bool SmcrOffers::TakeAgreement(const Peer& peer) {
  return m_offered.erase(peer) > 0 && m_asking.count(peer.localPort) > 0;
}

// A SYN-ACK answers an offer only (RFC 7609 §3.2).
bool SmcrOffers::Offers(const TcpHeader& syn, Ipv4Address destination) const {
  if (m_asking.count(syn.GetSourcePort()) == 0) return false;
  if ((syn.GetFlags() & TcpHeader::ACK) == 0) return true;
  return m_offered.count({.address = destination.Get(),
                          .port = syn.GetDestinationPort(),
                          .localPort = syn.GetSourcePort()}) > 0;
}

void SmcrOffers::Send(Ptr<Packet> packet, Ipv4Address source, Ipv4Address destination,
                      std::uint8_t protocol, Ptr<Ipv4Route> route) {
  TcpHeader header;
  packet->PeekHeader(header);
  if ((header.GetFlags() & TcpHeader::SYN) != 0 && Offers(header, destination)) {
    packet->RemoveHeader(header);
    header = WithSmcrOption(header);
    if (Node::ChecksumEnabled()) header.EnableChecksums();
    header.InitializeChecksum(source, destination, protocol);
    packet->AddHeader(header);
  }
  m_down(packet, source, destination, protocol, route);
}

void SmcrOffers::Delivered(const Ipv4Header& ip, Ptr<const Packet> packet, std::uint32_t) {
  if (ip.GetProtocol() != TcpL4Protocol::PROT_NUMBER) return;
  TcpHeader header;
  packet->PeekHeader(header);
  if ((header.GetFlags() & TcpHeader::SYN) == 0) return;
  const Peer peer{.address = ip.GetSource().Get(),
                  .port = header.GetSourcePort(),
                  .localPort = header.GetDestinationPort()};
  if (HasSmcrOption(header)) {
    NS_LOG_INFO("the SMC-R option from " << ip.GetSource());
    m_offered.insert(peer);
  } else {
    m_offered.erase(peer);
  }
}

}  // namespace ns3
