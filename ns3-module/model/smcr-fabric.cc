// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-fabric.h"

#include <algorithm>

#include "emu/rnic/wire/encapsulation.h"
#include "ns3-module/model/smcr-octets.h"
#include "ns3/channel.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/log.h"
#include "ns3/mac48-address.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/queue.h"
#include "ns3/simulator.h"
#include "ns3/udp-header.h"
#include "ns3/udp-l4-protocol.h"
#include "ns3/uinteger.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrFabric");
NS_OBJECT_ENSURE_REGISTERED(SmcrFabric);

namespace {

constexpr std::size_t IP_HEADER = 20;
constexpr std::size_t UDP_HEADER = 8;
// Headers in front of a full payload: IPv4, UDP, BTH, RETH, and the ICRC behind it.
constexpr uint32_t OVERHEAD = 20 + 8 + 12 + 16 + 4;

}  // namespace

smclab::IpAddress ToCore(Ipv4Address address) {
  const uint32_t bits = address.Get();
  const auto octet = [bits](unsigned shift) { return static_cast<uint8_t>(bits >> shift & 0xFF); };
  return smclab::ipv4(octet(24), octet(16), octet(8), octet(0));
}

Ipv4Address FromCore(const smclab::Gid& gid) {
  return Ipv4Address::Deserialize(Octets(gid.bytes.data() + 12));
}

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
  const auto udp = node->GetObject<UdpL4Protocol>();
  m_node = node;
  m_device = ip->GetNetDevice(interface);
  m_address = ip->GetAddress(interface, 0);
  m_receive = std::move(receive);
  m_endPoint = udp->Allocate(nullptr, m_address.GetLocal(), smclab::roce::kUdpPort);
  NS_ABORT_MSG_IF(m_endPoint == nullptr,
                  "UDP port 4791 of " << m_address.GetLocal() << " is taken by another socket");
  m_endPoint->SetRxCallback(MakeCallback(&SmcrFabric::Arrive, this));
  if (m_rate.GetBitRate() == 0) m_rate = FindRate();
}

void SmcrFabric::DoDispose() {
  // The endpoint belongs to UDP, which frees it with itself.
  m_endPoint = nullptr;
  m_receive = nullptr;
  m_node = nullptr;
  m_device = nullptr;
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
      .address = ToCore(m_address.GetLocal()),
      .prefix_length = static_cast<uint8_t>(m_address.GetMask().GetPrefixLength()),
      .mtu = smclab::MtuCode::Mtu256};
  device.gid = device.address.gid;
  const Address address = m_device->GetAddress();
  if (Mac48Address::IsMatchingType(address)) {
    Mac48Address::ConvertFrom(address).CopyTo(Octets(device.mac.bytes.data()));
  }
  for (const auto mtu : {smclab::MtuCode::Mtu512, smclab::MtuCode::Mtu1024,
                         smclab::MtuCode::Mtu2048, smclab::MtuCode::Mtu4096}) {
    if (smclab::mtu_bytes(mtu) + OVERHEAD <= m_device->GetMtu()) device.mtu = mtu;
  }
  return device;
}

Time SmcrFabric::WaitForRoom() const {
  PointerValue value;
  if (!m_device->GetAttributeFailSafe("TxQueue", value)) return Time(0);
  const auto queue = value.Get<QueueBase>();
  if (!queue || queue->GetNPackets() < m_queueLimit) return Time(0);
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
  UdpHeader udp;
  udp.SetSourcePort(envelope.source_port);
  udp.SetDestinationPort(smclab::roce::kUdpPort);
  // RoCE needs no checksum and the ICRC does not cover it, but ns-3's UDP, once it looks at
  // checksums, takes a missing one for a wrong one.
  if (Node::ChecksumEnabled()) udp.EnableChecksums();
  udp.InitializeChecksum(FromCore(frame.source), FromCore(frame.destination),
                         UdpL4Protocol::PROT_NUMBER);
  packet->AddHeader(udp);
  // Word for word the header that the envelope has: the ICRC covers it.
  Ipv4Header header;
  header.SetSource(FromCore(frame.source));
  header.SetDestination(FromCore(frame.destination));
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
  return Simulator::Now() + m_rate.CalculateBytesTxTime(static_cast<uint32_t>(m_bytes.size()));
}

void SmcrFabric::Arrive(Ptr<Packet> packet, Ipv4Header header, uint16_t sourcePort,
                        Ptr<Ipv4Interface>) {
  const std::size_t size = packet->GetSize();
  // The header that arrived, written again: RoCE has no options and no fragments. What differs
  // from that (no "don't fragment", for one) does not match the ICRC either.
  const smclab::roce::Envelope envelope{.source = ToCore(header.GetSource()).gid,
                                        .destination = ToCore(header.GetDestination()).gid,
                                        .traffic_class = header.GetTos(),
                                        .hop_limit = header.GetTtl(),
                                        .identification = header.GetIdentification(),
                                        .source_port = sourcePort};
  if (size <= smclab::roce::kIcrcSize || size > UINT16_MAX - IP_HEADER - UDP_HEADER) {
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
