// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-port.h"

#include <ns3/channel.h>
#include <ns3/inet-socket-address.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/ipv4-routing-protocol.h>
#include <ns3/log.h>
#include <ns3/mac48-address.h>
#include <ns3/pointer.h>
#include <ns3/udp-socket-factory.h>

#include <algorithm>

#include "emu/rnic/wire/checksum.h"
#include "emu/rnic/wire/encapsulation.h"
#include "ns3-module/model/smcr-address.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrPort");

namespace {

namespace roce = smclab::roce;

// What stands in front of the UDP header in a sealed frame; ns-3 writes its own.
constexpr std::size_t kFront = roce::Ethernet::kSize + roce::Ipv4::kSize;
constexpr std::size_t kUdpChecksumOffset = 6;
constexpr std::uint8_t kHopLimit = 64;
constexpr std::uint32_t kQueueIsShort = 8;  // packets: enough to keep the wire busy
// IPv4, UDP, BTH, RETH, ICRC: what a full packet has around its payload.
constexpr std::uint32_t kAroundPayload = 20 + 8 + 12 + 16 + 4;

// The device says its rate, or its channel does, or it is taken for a slow one.
DataRate RateOf(Ptr<NetDevice> device) {
  DataRateValue rate(DataRate("100Mbps"));
  if (!device->GetAttributeFailSafe("DataRate", rate) && device->GetChannel()) {
    device->GetChannel()->GetAttributeFailSafe("DataRate", rate);
  }
  return rate.Get();
}

// ns-3 does not know that a UDP checksum of zero means "none", and drops such a datagram when the
// simulation has checksums on. The ICRC does not cover the field, so it may hold a real one.
void WriteUdpChecksum(std::span<std::byte> frame) {
  const std::span<std::byte> datagram = frame.subspan(kFront);
  roce::InternetChecksum checksum;
  checksum.add(frame.subspan(kFront - 8, 8));  // both addresses
  checksum.add_word(roce::kIpProtocolUdp);
  checksum.add_word(static_cast<std::uint16_t>(datagram.size()));
  checksum.add(datagram);
  const std::uint16_t sum = checksum.complement() == 0 ? UINT16_MAX : checksum.complement();
  datagram[kUdpChecksumOffset] = static_cast<std::byte>(sum >> 8);
  datagram[kUdpChecksumOffset + 1] = static_cast<std::byte>(sum & 0xFF);
}

const std::uint8_t* Octets(std::span<const std::byte> bytes) {
  return static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data()));
}

std::uint8_t* Octets(std::span<std::byte> bytes) {
  return static_cast<std::uint8_t*>(static_cast<void*>(bytes.data()));
}

}  // namespace

SmcrPort::SmcrPort(Ptr<Node> node, std::uint32_t interface, Receive receive)
    : m_node(node),
      m_ipv4(node->GetObject<Ipv4>()),
      m_device(m_ipv4->GetNetDevice(interface)),
      m_address(m_ipv4->GetAddress(interface, 0).GetLocal()),
      m_prefixLength(
          static_cast<std::uint8_t>(m_ipv4->GetAddress(interface, 0).GetMask().GetPrefixLength())),
      m_rate(RateOf(m_device)),
      m_receive(std::move(receive)) {
  PointerValue queue;
  if (m_device->GetAttributeFailSafe("TxQueue", queue)) m_queue = queue.Get<QueueBase>();
  m_socket = Socket::CreateSocket(node, UdpSocketFactory::GetTypeId());
  m_socket->Bind(InetSocketAddress(m_address, roce::kUdpPort));
  m_socket->SetRecvCallback(MakeCallback(&SmcrPort::Hear, this));
}

SmcrPort::~SmcrPort() {
  m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
}

smclab::Device SmcrPort::Describe() const {
  smclab::Device device;
  device.address = ToSmcr(m_address);
  device.gid = device.address.gid;
  device.prefix_length = m_prefixLength;
  device.mac = ToSmcr(Mac48Address::ConvertFrom(m_device->GetAddress()));
  const std::uint32_t room = m_device->GetMtu() - kAroundPayload;
  auto code = static_cast<std::uint8_t>(smclab::MtuCode::Mtu256);
  while (code < static_cast<std::uint8_t>(smclab::MtuCode::Mtu4096) && room >= (256U << code)) {
    ++code;
  }
  device.mtu = static_cast<smclab::MtuCode>(code);
  return device;
}

smclab::Instant SmcrPort::OpensAt() const {
  if (!m_queue || m_queue->GetNPackets() < kQueueIsShort) return m_wireFree;
  const Time drained = m_rate.CalculateBytesTxTime(m_queue->GetNBytes() / 2);
  return std::max(m_wireFree, SmcrNow() + smclab::Duration(drained.GetNanoSeconds()));
}

void SmcrPort::Send(const smclab::rnic::OutgoingFrame& frame, const smclab::stack::Stack& stack) {
  const roce::Envelope envelope{.source = frame.source,
                                .destination = frame.destination,
                                .hop_limit = kHopLimit,
                                .source_port = frame.source_port};
  m_bytes.assign(roce::sealed_size(envelope, frame.size()), std::byte{0});
  auto at = m_bytes.begin() +
            static_cast<std::ptrdiff_t>(roce::write_envelope(envelope, frame.size(), m_bytes));
  at = std::copy(frame.headers().begin(), frame.headers().end(), at);
  for (std::uint8_t i = 0; i < frame.slice_count; ++i) {
    const auto slice = stack.gather(frame.slices[i]);
    at = std::copy(slice.begin(), slice.end(), at);
  }
  roce::seal(envelope, m_bytes);
  if (Node::ChecksumEnabled()) WriteUdpChecksum(m_bytes);

  const auto datagram = std::span<const std::byte>(m_bytes).subspan(kFront);
  const auto size = static_cast<std::uint32_t>(datagram.size());
  Ptr<Packet> packet = Create<Packet>(Octets(datagram), size);
  // The header that leaves is this one, to the bit: the ICRC covers identification and flags.
  Ipv4Header header;
  header.SetSource(FromSmcr(frame.source));
  header.SetDestination(FromSmcr(frame.destination));
  header.SetProtocol(roce::kIpProtocolUdp);
  header.SetPayloadSize(static_cast<std::uint16_t>(size));
  header.SetTtl(kHopLimit);
  header.SetIdentification(0);
  header.SetDontFragment();
  Socket::SocketErrno error = Socket::ERROR_NOTERROR;
  Ptr<Ipv4Route> route = m_ipv4->GetRoutingProtocol()->RouteOutput(packet, header, m_device, error);
  if (!route) {
    NS_LOG_WARN("no route to " << header.GetDestination());
    return;
  }
  m_ipv4->SendWithHeader(packet, header, route);
  const Time busy = m_rate.CalculateBytesTxTime(static_cast<std::uint32_t>(m_bytes.size()));
  m_wireFree = std::max(m_wireFree, SmcrNow()) + smclab::Duration(busy.GetNanoSeconds());
}

void SmcrPort::Hear(Ptr<Socket> socket) {
  Address from;
  while (Ptr<Packet> packet = socket->RecvFrom(from)) Take(from, packet);
}

// UDP hands out no IP header. What it held is known, for a sender that RoCE allows does not
// fragment; one that differs fails the ICRC, as it should.
void SmcrPort::Take(const Address& from, Ptr<Packet> packet) {
  const InetSocketAddress sender = InetSocketAddress::ConvertFrom(from);
  const roce::Envelope envelope{.source = ToSmcr(sender.GetIpv4()).gid,
                                .destination = ToSmcr(m_address).gid,
                                .source_port = sender.GetPort()};
  const std::size_t length = packet->GetSize();
  if (length < roce::kIcrcSize) {
    ++m_droppedIcrc;
    return;
  }
  const std::size_t front = roce::envelope_size(envelope);
  std::vector<std::byte> frame(front + length);
  roce::write_envelope(envelope, length - roce::kIcrcSize, frame);
  packet->CopyData(Octets(std::span(frame).subspan(front)), static_cast<std::uint32_t>(length));
  const auto opened = roce::open_ethernet(frame);
  if (!opened) {
    NS_LOG_INFO("dropped a frame from " << sender.GetIpv4() << ": its ICRC is wrong");
    ++m_droppedIcrc;
    return;
  }
  m_receive(
      {.source = envelope.source, .destination = envelope.destination, .bytes = opened->packet});
}

}  // namespace ns3
