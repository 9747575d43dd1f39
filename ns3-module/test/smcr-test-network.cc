// SPDX-License-Identifier: MIT
#include "ns3-module/test/smcr-test-network.h"

#include <algorithm>

#include "ns3-module/helper/smcr-helper.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/error-model.h"
#include "ns3/icmpv6-l4-protocol.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/pointer.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-l4-protocol.h"

namespace ns3 {

namespace {

constexpr uint16_t PORT = 7609;
constexpr uint32_t PIECE = 1400;  // divides neither rings nor payloads

// Every 251 bytes another run, so that a lost, doubled or moved piece shows.
uint8_t PatternAt(uint8_t seed, uint32_t i) {
  return static_cast<uint8_t>(seed + i % 251 + i / 251 * 7);
}

}  // namespace

void SmcrTestEnd::Use(Ptr<Socket> socket) {
  m_socket = socket;
  socket->SetRecvCallback(MakeCallback(&SmcrTestEnd::Receive, this));
  socket->SetSendCallback(MakeCallback(&SmcrTestEnd::Room, this));
  socket->SetCloseCallbacks(MakeCallback(&SmcrTestEnd::Ended, this),
                            MakeCallback(&SmcrTestEnd::Broken, this));
}

void SmcrTestEnd::Send() {
  while (m_sent < m_toSend) {
    std::vector<uint8_t> piece(std::min(PIECE, m_toSend - m_sent));
    for (uint32_t i = 0; i < piece.size(); ++i) piece[i] = PatternAt(m_seed, m_sent + i);
    const int taken =
        m_socket->Send(Create<Packet>(piece.data(), static_cast<uint32_t>(piece.size())));
    if (taken <= 0) return;
    m_sent += static_cast<uint32_t>(taken);
  }
  Finish();
}

void SmcrTestEnd::Finish() {
  if (m_finished) return;
  m_finished = m_closes || m_shutsDown;
  if (m_closes) {
    m_socket->Close();
  } else if (m_shutsDown) {
    m_socket->ShutdownSend();
  }
}

SmcrSocket::Transport SmcrTestEnd::GetTransport() const {
  const auto socket = DynamicCast<SmcrSocket>(m_socket);
  return socket ? socket->GetTransport() : SmcrSocket::Transport::Unknown;
}

bool SmcrTestEnd::GotPattern(uint32_t bytes, uint8_t seed) const {
  if (m_got.size() != bytes) return false;
  for (uint32_t i = 0; i < bytes; ++i) {
    if (m_got[i] != PatternAt(seed, i)) return false;
  }
  return true;
}

void SmcrTestEnd::Receive(Ptr<Socket> socket) {
  while (auto packet = socket->Recv()) {
    if (packet->GetSize() == 0) return;
    std::vector<uint8_t> bytes(packet->GetSize());
    packet->CopyData(bytes.data(), packet->GetSize());
    m_got.insert(m_got.end(), bytes.begin(), bytes.end());
  }
}

void SmcrTestEnd::Room(Ptr<Socket>, uint32_t) {
  Send();
}

void SmcrTestEnd::Ended(Ptr<Socket> socket) {
  ++m_ends;
  if (m_answersEnd && m_ends == 1) socket->Close();
}

void SmcrTestEnd::Broken(Ptr<Socket>) {
  ++m_breaks;
}

SmcrTestNetwork::SmcrTestNetwork(const std::string& ueid, Family family) {
  RngSeedManager::SetSeed(7609);
  PointToPointHelper cable;
  cable.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
  cable.SetChannelAttribute("Delay", StringValue("10us"));
  m_devices = cable.Install(m_nodes);
  InternetStackHelper internet;
  internet.Install(m_nodes);
  if (family == IPV4) {
    const auto hosts = Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(m_devices);
    m_address = InetSocketAddress(hosts.GetAddress(1), PORT);
  } else {
    for (uint32_t i = 0; i < 2; ++i)  // so that addresses are good at once
      m_nodes.Get(i)->GetObject<Icmpv6L4Protocol>()->SetAttribute("DAD", BooleanValue(false));
    const auto hosts = Ipv6AddressHelper("fd00::", Ipv6Prefix(64)).Assign(m_devices);
    m_address = Inet6SocketAddress(hosts.GetAddress(1, 1), PORT);  // 0 is link-local
  }
  SmcrHelper smcr;
  smcr.SetAttribute("Ueid", StringValue(ueid));
  smcr.Install(m_nodes);
  smcr.AssignStreams(m_nodes, 1);
}

SmcrTestNetwork::~SmcrTestNetwork() {
  m_client.m_socket = m_server.m_socket = nullptr;
  Simulator::Destroy();
}

void SmcrTestNetwork::SetLoss(double share) {
  for (uint32_t i = 0; i < 2; ++i) {
    auto error = CreateObjectWithAttributes<RateErrorModel>(
        "ErrorRate", DoubleValue(share), "ErrorUnit", EnumValue(RateErrorModel::ERROR_UNIT_PACKET));
    error->AssignStreams(10 + i);
    m_devices.Get(i)->SetAttribute("ReceiveErrorModel", PointerValue(error));
  }
}

Ptr<SmcrStack> SmcrTestNetwork::GetStack(uint32_t node) const {
  return m_nodes.Get(node)->GetObject<SmcrStack>();
}

void SmcrTestNetwork::Run(Time until) {
  for (uint32_t i = 0; i < 2; ++i) {
    m_nodes.Get(i)->GetObject<Ipv4L3Protocol>()->TraceConnectWithoutContext(
        "Tx", MakeCallback(&SmcrTestNetwork::Sniff, this));
    m_nodes.Get(i)->GetObject<Ipv6L3Protocol>()->TraceConnectWithoutContext(
        "Tx", MakeCallback(&SmcrTestNetwork::Sniff6, this));
  }
  auto listener = Socket::CreateSocket(m_nodes.Get(1), TypeId::LookupByName(m_serverFactory));
  listener->Bind(m_address);
  listener->Listen();
  listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                              MakeCallback(&SmcrTestNetwork::Accepted, this));
  m_client.Use(Socket::CreateSocket(m_nodes.Get(0), TypeId::LookupByName(m_clientFactory)));
  m_client.m_socket->SetConnectCallback(MakeCallback(&SmcrTestNetwork::Connected, this),
                                        MakeCallback(&SmcrTestNetwork::Failed, this));
  Simulator::Schedule(Time(0), [this] {  // devices are ready when the simulation runs
    m_client.m_socket->Connect(m_address);
  });
  Simulator::Stop(until);
  Simulator::Run();
  listener->Close();
}

void SmcrTestNetwork::Connected(Ptr<Socket>) {
  m_connected = true;
  m_client.Send();
}

void SmcrTestNetwork::Failed(Ptr<Socket>) {
  m_failed = true;
}

void SmcrTestNetwork::Accepted(Ptr<Socket> socket, const Address&) {
  m_server.Use(socket);
  m_server.Send();
}

void SmcrTestNetwork::Sniff(Ptr<const Packet> packet, Ptr<Ipv4>, uint32_t) {
  auto copy = packet->Copy();
  Ipv4Header ip;
  copy->RemoveHeader(ip);
  if (ip.GetProtocol() == TcpL4Protocol::PROT_NUMBER) CountSyn(copy);
}

void SmcrTestNetwork::Sniff6(Ptr<const Packet> packet, Ptr<Ipv6>, uint32_t) {
  auto copy = packet->Copy();
  Ipv6Header ip;
  copy->RemoveHeader(ip);
  if (ip.GetNextHeader() == TcpL4Protocol::PROT_NUMBER) CountSyn(copy);
}

void SmcrTestNetwork::CountSyn(Ptr<const Packet> segment) {
  TcpHeader tcp;
  segment->PeekHeader(tcp);
  if ((tcp.GetFlags() & TcpHeader::SYN) == 0) return;
  ++m_syns;
  if (tcp.HasOption(SmcrTcpOption::KIND)) ++m_offers;
}

}  // namespace ns3
