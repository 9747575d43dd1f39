// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-fabric.h"

#include <algorithm>

#include "ns3-module/model/smcr-address.h"
#include "ns3-module/model/smcr-octets.h"
#include "ns3/channel.h"
#include "ns3/ipv4-end-point.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/ipv6-end-point.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/ipv6-route.h"
#include "ns3/ipv6-routing-protocol.h"
#include "ns3/log.h"
#include "ns3/mac48-address.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/udp-header.h"
#include "ns3/udp-l4-protocol.h"
#include "ns3/uinteger.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrFabric");
NS_OBJECT_ENSURE_REGISTERED(SmcrFabric);

namespace {

constexpr uint32_t IPV4_HEADER = 20;
constexpr uint32_t IPV6_HEADER = 40;
constexpr std::size_t UDP_HEADER = 8;
// Headers behind IP in front of a full payload: UDP, BTH, RETH, and the ICRC behind it.
constexpr uint32_t OVERHEAD = 8 + 12 + 16 + 4;

template <class IpAddress>
UdpHeader MakeUdp(const IpAddress& source, const IpAddress& destination, uint16_t port,
                  bool checksum) {
  UdpHeader udp;
  udp.SetSourcePort(port);
  udp.SetDestinationPort(smclab::roce::kUdpPort);
  if (checksum) udp.EnableChecksums();
  udp.InitializeChecksum(source, destination, UdpL4Protocol::PROT_NUMBER);
  return udp;
}

}  // namespace

TypeId SmcrFabric::GetTypeId() {
  static TypeId tid =
      TypeId("ns3::SmcrFabric")
          .SetParent<Object>()
          .SetGroupName("Smcr")
          .AddConstructor<SmcrFabric>()
          .AddAttribute("DataRate", "Rate at which frames are handed down; 0: the device's own.",
                        DataRateValue(DataRate(0)), MakeDataRateAccessor(&SmcrFabric::m_rate),
                        MakeDataRateChecker())
          .AddAttribute("QueueLimit", "Packets in the device's queue at which frames wait.",
                        UintegerValue(4), MakeUintegerAccessor(&SmcrFabric::m_queueLimit),
                        MakeUintegerChecker<uint32_t>(1))
          .AddTraceSource("Tx", "A RoCE frame, from its UDP header on, leaves.",
                          MakeTraceSourceAccessor(&SmcrFabric::m_txTrace),
                          "ns3::Packet::TracedCallback")
          .AddTraceSource("Rx", "A RoCE frame, from its BTH on, passed the checks.",
                          MakeTraceSourceAccessor(&SmcrFabric::m_rxTrace),
                          "ns3::Packet::TracedCallback")
          .AddTraceSource("Drop", "What came to UDP 4791 is no whole RoCE frame.",
                          MakeTraceSourceAccessor(&SmcrFabric::m_dropTrace),
                          "ns3::Packet::TracedCallback");
  return tid;
}

SmcrFabric::SmcrFabric() = default;

void SmcrFabric::Open(Ptr<Node> node, uint32_t interface, Receive receive) {
  const auto ip = node->GetObject<Ipv4L3Protocol>();
  const auto own = ip->GetAddress(interface, 0);
  m_address = ToCore(own.GetLocal());
  m_prefix = static_cast<uint8_t>(own.GetMask().GetPrefixLength());
  const auto endPoint =
      node->GetObject<UdpL4Protocol>()->Allocate(nullptr, own.GetLocal(), smclab::roce::kUdpPort);
  NS_ABORT_MSG_IF(endPoint == nullptr,
                  "UDP port 4791 of " << own.GetLocal() << " is taken by another socket");
  endPoint->SetRxCallback(MakeCallback(&SmcrFabric::Arrive, this));
  Begin(node, ip->GetNetDevice(interface), std::move(receive));
}

void SmcrFabric::Open6(Ptr<Node> node, uint32_t interface, uint32_t address, Receive receive) {
  const auto ip = node->GetObject<Ipv6L3Protocol>();
  const auto own = ip->GetAddress(interface, address);
  m_address = ToCore(own.GetAddress());
  m_prefix = own.GetPrefix().GetPrefixLength();
  const auto endPoint = node->GetObject<UdpL4Protocol>()->Allocate6(nullptr, own.GetAddress(),
                                                                    smclab::roce::kUdpPort);
  NS_ABORT_MSG_IF(endPoint == nullptr,
                  "UDP port 4791 of " << own.GetAddress() << " is taken by another socket");
  endPoint->SetRxCallback(MakeCallback(&SmcrFabric::Arrive6, this));
  Begin(node, ip->GetNetDevice(interface), std::move(receive));
}

void SmcrFabric::Begin(Ptr<Node> node, Ptr<NetDevice> device, Receive receive) {
  m_node = node;
  m_device = device;
  m_receive = std::move(receive);
  if (m_rate.GetBitRate() == 0) m_rate = FindRate();
  m_queue = FindQueue();
}

// The endpoint belongs to UDP, which frees it with itself.
void SmcrFabric::DoDispose() {
  m_receive = nullptr;
  m_node = nullptr;
  m_device = nullptr;
  m_queue = nullptr;
  Object::DoDispose();
}

// Point-to-point devices have a rate of their own, CSMA devices their channel's.
DataRate SmcrFabric::FindRate() const {
  DataRateValue rate;
  if (m_device->GetAttributeFailSafe("DataRate", rate)) return rate.Get();
  const auto channel = m_device->GetChannel();
  if (channel && channel->GetAttributeFailSafe("DataRate", rate)) return rate.Get();
  NS_LOG_WARN("device " << m_device->GetInstanceTypeId().GetName()
                        << " tells no rate: frames are handed down at 1 Gb/s");
  return DataRate("1Gbps");
}

smclab::Device SmcrFabric::Describe() const {
  smclab::Device device{
      .address = m_address, .prefix_length = m_prefix, .mtu = smclab::MtuCode::Mtu256};
  device.gid = device.address.gid;
  const Address address = m_device->GetAddress();
  if (Mac48Address::IsMatchingType(address)) {
    Mac48Address::ConvertFrom(address).CopyTo(Octets(device.mac.bytes.data()));
  }
  const uint32_t overhead = OVERHEAD + (m_address.is_v4() ? IPV4_HEADER : IPV6_HEADER);
  for (const auto mtu : {smclab::MtuCode::Mtu512, smclab::MtuCode::Mtu1024,
                         smclab::MtuCode::Mtu2048, smclab::MtuCode::Mtu4096}) {
    if (smclab::mtu_bytes(mtu) + overhead <= m_device->GetMtu()) device.mtu = mtu;
  }
  return device;
}

// Asked once: an attribute is found by its name, which takes longer than sending a frame.
Ptr<QueueBase> SmcrFabric::FindQueue() const {
  PointerValue queue;
  return m_device->GetAttributeFailSafe("TxQueue", queue) ? queue.Get<QueueBase>() : nullptr;
}

Time SmcrFabric::WaitForRoom() const {
  if (!m_queue || m_queue->GetNPackets() < m_queueLimit) return Time(0);
  return m_rate.CalculateBytesTxTime(m_device->GetMtu());
}

Time SmcrFabric::Send(const smclab::rnic::OutgoingFrame& frame, const Gather& gather) {
  const smclab::roce::Envelope envelope{
      .source = frame.source, .destination = frame.destination, .source_port = frame.source_port};
  m_bytes.assign(smclab::roce::sealed_size(envelope, frame.size()), std::byte{0});
  auto at = m_bytes.begin() + static_cast<std::ptrdiff_t>(
                                  smclab::roce::write_envelope(envelope, frame.size(), m_bytes));
  const auto append = [&at](std::span<const std::byte> bytes) {
    at = std::copy(bytes.begin(), bytes.end(), at);
  };
  append(frame.headers());
  for (uint8_t i = 0; i < frame.slice_count; ++i) append(gather(frame.slices[i]));
  smclab::roce::seal(envelope, m_bytes);

  const std::size_t below = smclab::roce::envelope_size(envelope);
  auto packet =
      Create<Packet>(Octets(m_bytes.data() + below), static_cast<uint32_t>(m_bytes.size() - below));
  m_address.is_v4() ? SendIpv4(packet, envelope) : SendIpv6(packet, envelope);
  return Simulator::Now() + m_rate.CalculateBytesTxTime(static_cast<uint32_t>(m_bytes.size()));
}

void SmcrFabric::SendIpv4(Ptr<Packet> packet, const smclab::roce::Envelope& envelope) {
  const Ipv4Address source = ToIpv4(envelope.source);
  const Ipv4Address destination = ToIpv4(envelope.destination);
  // RoCE needs no checksum and the ICRC does not cover it, but ns-3's UDP, once it looks at
  // checksums, takes a missing one for a wrong one.
  packet->AddHeader(MakeUdp(source, destination, envelope.source_port, Node::ChecksumEnabled()));
  // Word for word the header that the envelope has: the ICRC covers it.
  Ipv4Header header;
  header.SetSource(source);
  header.SetDestination(destination);
  header.SetProtocol(UdpL4Protocol::PROT_NUMBER);
  header.SetPayloadSize(static_cast<uint16_t>(packet->GetSize()));
  header.SetTtl(envelope.hop_limit);
  header.SetIdentification(envelope.identification);
  header.SetDontFragment();
  const auto ip = m_node->GetObject<Ipv4L3Protocol>();
  Socket::SocketErrno error = Socket::ERROR_NOTERROR;
  const auto route = ip->GetRoutingProtocol()->RouteOutput(packet, header, m_device, error);
  m_txTrace(packet);
  // Without a route the frame is lost, as on a wire: the queue pair's timers deal with it.
  if (route) ip->SendWithHeader(packet, header, route);
}

// IPv6 writes its header itself: what the ICRC covers of it are addresses, length and protocol. It
// wants a checksum of UDP.
void SmcrFabric::SendIpv6(Ptr<Packet> packet, const smclab::roce::Envelope& envelope) {
  const Ipv6Address source = ToIpv6(envelope.source);
  const Ipv6Address destination = ToIpv6(envelope.destination);
  packet->AddHeader(MakeUdp(source, destination, envelope.source_port, true));
  Ipv6Header header;
  header.SetSource(source);
  header.SetDestination(destination);
  const auto ip = m_node->GetObject<Ipv6L3Protocol>();
  Socket::SocketErrno error = Socket::ERROR_NOTERROR;
  const auto route = ip->GetRoutingProtocol()->RouteOutput(packet, header, m_device, error);
  m_txTrace(packet);
  if (route) ip->Send(packet, source, destination, UdpL4Protocol::PROT_NUMBER, route);
}

// The header that arrived, written again: RoCE has no options and no fragments. What differs from
// that (no "don't fragment", for one) does not match the ICRC either.
void SmcrFabric::Arrive(Ptr<Packet> packet, Ipv4Header header, uint16_t sourcePort,
                        Ptr<Ipv4Interface>) {
  Take(packet, {.source = ToCore(header.GetSource()).gid,
                .destination = ToCore(header.GetDestination()).gid,
                .traffic_class = header.GetTos(),
                .hop_limit = header.GetTtl(),
                .identification = header.GetIdentification(),
                .source_port = sourcePort});
}

void SmcrFabric::Arrive6(Ptr<Packet> packet, Ipv6Header header, uint16_t sourcePort,
                         Ptr<Ipv6Interface>) {
  Take(packet, {.source = ToCore(header.GetSource()).gid,
                .destination = ToCore(header.GetDestination()).gid,
                .traffic_class = header.GetTrafficClass(),
                .hop_limit = header.GetHopLimit(),
                .source_port = sourcePort});
}

void SmcrFabric::Take(Ptr<Packet> packet, const smclab::roce::Envelope& envelope) {
  const std::size_t size = packet->GetSize();
  if (size <= smclab::roce::kIcrcSize || size > UINT16_MAX - IPV6_HEADER - UDP_HEADER) {
    m_dropTrace(packet);
    return;
  }
  const std::size_t inside = size - smclab::roce::kIcrcSize;
  m_bytes.assign(smclab::roce::sealed_size(envelope, inside), std::byte{0});
  const std::size_t at = smclab::roce::write_envelope(envelope, inside, m_bytes);
  packet->CopyData(Octets(m_bytes.data() + at), static_cast<uint32_t>(size));
  const auto opened = smclab::roce::open_ethernet(m_bytes);
  if (!opened) {
    NS_LOG_LOGIC("dropped: " << opened.error().field << " "
                             << smclab::describe(opened.error().fault));
    m_dropTrace(packet);
    return;
  }
  m_rxTrace(packet);
  m_receive(
      {.source = envelope.source, .destination = envelope.destination, .bytes = opened->packet});
}

}  // namespace ns3
