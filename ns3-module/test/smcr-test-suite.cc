// SPDX-License-Identifier: MIT
//
// SMC-R behind ns-3's Socket: two nodes on one wire, a client that sends a pattern and a server
// that verifies each byte, with and without losses, with and without SMC-R on the other side.
#include <ns3/boolean.h>
#include <ns3/csma-helper.h>
#include <ns3/error-model.h>
#include <ns3/global-value.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/pointer.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/tcp-header.h>
#include <ns3/test.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "ns3-module/helper/smcr-helper.h"
#include "ns3-module/model/smcr-offers.h"
#include "ns3-module/model/smcr-socket.h"
#include "ns3-module/model/smcr-stack.h"

namespace ns3 {
namespace {

using Carrier = SmcrSocket::Carrier;

constexpr std::uint16_t kPort = 5201;

std::uint8_t Pattern(std::uint64_t offset) {
  return static_cast<std::uint8_t>((offset * 0x9E37'79B9'7F4A'7C15ULL) >> 56);
}

struct Plan {
  std::string name;
  std::uint64_t bytes = 200'000;
  double loss = 0;
  bool clientOffers = true;
  bool serverOffers = true;
  bool checksums = false;
};

// A transfer from node 0 to node 1, which answers with one byte when it has read to the end.
class Transfer : public TestCase {
 public:
  explicit Transfer(const Plan& plan) : TestCase(plan.name), m_plan(plan) {}

 protected:
  void Play();
  const Plan& Planned() const { return m_plan; }
  Ptr<SmcrStack> Host(std::uint32_t node) const {
    return m_nodes.Get(node)->GetObject<SmcrStack>();
  }

  std::vector<bool> m_synOptions;  // of each SYN on the wire, in order
  std::uint64_t m_received = 0;
  std::uint64_t m_answered = 0;
  std::uint64_t m_wrong = 0;
  std::uint32_t m_accepted = 0;
  std::uint64_t m_retransmissions = 0;
  bool m_serverSawEnd = false;
  bool m_clientFailed = false;
  Carrier m_clientCarrier = Carrier::None;
  Carrier m_serverCarrier = Carrier::None;
  std::array<smclab::stack::Census, 2> m_left{};

 private:
  void Build();
  void SawPacket(Ptr<const Packet> packet, Ptr<Ipv4>, std::uint32_t);
  void Connected(Ptr<Socket> socket);
  void Failed(Ptr<Socket>) { m_clientFailed = true; }
  void Writable(Ptr<Socket> socket, std::uint32_t);
  void Answered(Ptr<Socket> socket);
  void Accepted(Ptr<Socket> socket, const Address&);
  void Readable(Ptr<Socket> socket);

  Plan m_plan;
  NodeContainer m_nodes;
  Ptr<Socket> m_client;
  Ptr<Socket> m_listener;
  std::vector<Ptr<Socket>> m_servers;
  std::uint64_t m_sent = 0;
};

void Transfer::Build() {
  m_nodes.Create(2);
  CsmaHelper wire;
  wire.SetChannelAttribute("DataRate", StringValue("10Gbps"));
  NetDeviceContainer devices = wire.Install(m_nodes);
  InternetStackHelper().Install(m_nodes);
  SmcrHelper smcr;
  smcr.SetAttribute("Enabled", BooleanValue(m_plan.clientOffers));
  smcr.Install(m_nodes.Get(0));
  smcr.SetAttribute("Enabled", BooleanValue(m_plan.serverOffers));
  smcr.Install(m_nodes.Get(1));
  Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
  addresses.Assign(devices);
  for (std::uint32_t i = 0; i < 2; ++i) {
    Ptr<RateErrorModel> errors = CreateObject<RateErrorModel>();
    errors->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
    errors->SetRate(m_plan.loss);
    devices.Get(i)->SetAttribute("ReceiveErrorModel", PointerValue(errors));
    m_nodes.Get(i)->GetObject<Ipv4L3Protocol>()->TraceConnectWithoutContext(
        "Tx", MakeCallback(&Transfer::SawPacket, this));
  }
}

void Transfer::SawPacket(Ptr<const Packet> packet, Ptr<Ipv4>, std::uint32_t) {
  Ptr<Packet> copy = packet->Copy();
  Ipv4Header ip;
  copy->RemoveHeader(ip);
  if (ip.GetProtocol() != 6) return;
  TcpHeader tcp;
  copy->PeekHeader(tcp);
  if ((tcp.GetFlags() & TcpHeader::SYN) != 0) m_synOptions.push_back(HasSmcrOption(tcp));
}

void Transfer::Play() {
  GlobalValue::Bind("ChecksumEnabled", BooleanValue(m_plan.checksums));
  Build();
  const TypeId factory = TypeId::LookupByName("ns3::SmcrSocketFactory");
  m_listener = Socket::CreateSocket(m_nodes.Get(1), factory);
  m_listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), kPort));
  m_listener->Listen();
  m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                MakeCallback(&Transfer::Accepted, this));
  m_client = Socket::CreateSocket(m_nodes.Get(0), factory);
  m_client->SetConnectCallback(MakeCallback(&Transfer::Connected, this),
                               MakeCallback(&Transfer::Failed, this));
  m_client->SetSendCallback(MakeCallback(&Transfer::Writable, this));
  m_client->SetRecvCallback(MakeCallback(&Transfer::Answered, this));
  m_client->Connect(InetSocketAddress("10.0.0.2", kPort));
  Simulator::Stop(Seconds(20));
  Simulator::Run();
  m_retransmissions = Host(0)->GetRetransmissions() + Host(1)->GetRetransmissions();
  m_left = {Host(0)->GetCensus(), Host(1)->GetCensus()};
  m_servers.clear();
  m_client = m_listener = nullptr;
  Simulator::Destroy();
}

void Transfer::Connected(Ptr<Socket> socket) {
  m_clientCarrier = DynamicCast<SmcrSocket>(socket)->GetCarrier();
}

void Transfer::Writable(Ptr<Socket> socket, std::uint32_t) {
  std::array<std::uint8_t, 5'000> piece{};
  while (m_sent < m_plan.bytes) {
    const auto size = static_cast<std::uint32_t>(
        std::min<std::uint64_t>({piece.size(), m_plan.bytes - m_sent, socket->GetTxAvailable()}));
    if (size == 0) return;
    for (std::uint32_t i = 0; i < size; ++i) piece[i] = Pattern(m_sent + i);
    const int sent = socket->Send(Create<Packet>(piece.data(), size));
    if (sent <= 0) return;
    m_sent += static_cast<std::uint64_t>(sent);
    if (m_sent == m_plan.bytes) socket->ShutdownSend();
  }
}

void Transfer::Answered(Ptr<Socket> socket) {
  while (Ptr<Packet> packet = socket->Recv()) {
    if (packet->GetSize() == 0) break;
    m_answered += packet->GetSize();
  }
  if (m_answered > 0) socket->Close();
}

void Transfer::Accepted(Ptr<Socket> socket, const Address&) {
  ++m_accepted;
  m_serverCarrier = DynamicCast<SmcrSocket>(socket)->GetCarrier();
  m_servers.push_back(socket);
  socket->SetRecvCallback(MakeCallback(&Transfer::Readable, this));
}

void Transfer::Readable(Ptr<Socket> socket) {
  while (Ptr<Packet> packet = socket->Recv(7'001, 0)) {
    if (packet->GetSize() == 0) break;
    std::vector<std::uint8_t> bytes(packet->GetSize());
    packet->CopyData(bytes.data(), packet->GetSize());
    for (const std::uint8_t byte : bytes) m_wrong += byte != Pattern(m_received++) ? 1 : 0;
  }
  if (m_received < m_plan.bytes || m_serverSawEnd) return;
  m_serverSawEnd = true;
  socket->Send(Create<Packet>(1));
  socket->Close();
}

// What every transfer must give, whatever carries it.
class Exact : public Transfer {
 public:
  Exact(const Plan& plan, Carrier carrier, std::vector<bool> synOptions)
      : Transfer(plan), m_carrier(carrier), m_expected(std::move(synOptions)) {}

 private:
  void DoRun() override {
    Play();
    NS_TEST_ASSERT_MSG_EQ(m_clientFailed, false, "the client did not connect");
    NS_TEST_ASSERT_MSG_EQ(m_accepted, 1, "the server accepted once");
    NS_TEST_ASSERT_MSG_EQ((m_clientCarrier == m_carrier), true, "what carries the client");
    NS_TEST_ASSERT_MSG_EQ((m_serverCarrier == m_carrier), true, "what carries the server");
    NS_TEST_ASSERT_MSG_EQ(m_received, Planned().bytes, "bytes received");
    NS_TEST_ASSERT_MSG_EQ(m_wrong, 0, "bytes that differ from what was sent");
    NS_TEST_ASSERT_MSG_EQ(m_answered, 1, "bytes of the answer");
    // A lost SYN is sent again, so only a wire without losses has exactly two.
    if (Planned().loss == 0) {
      NS_TEST_ASSERT_MSG_EQ((m_synOptions == m_expected), true, "SMC-R options in the SYNs");
      NS_TEST_ASSERT_MSG_EQ(m_retransmissions, 0, "frames sent again on a good wire");
    } else {
      NS_TEST_ASSERT_MSG_GT(m_retransmissions, 0, "frames sent again on a bad wire");
    }
    for (const auto& census : m_left) {
      NS_TEST_ASSERT_MSG_EQ(census.connections, 0, "connections left after both closed");
    }
  }

  Carrier m_carrier;
  std::vector<bool> m_expected;
};

class SmcrTestSuite : public TestSuite {
 public:
  SmcrTestSuite() : TestSuite("smcr", UNIT) {
    Add({.name = "both sides offer: SMC-R"}, Carrier::Smc, {true, true});
    Add({.name = "with checksums on", .checksums = true}, Carrier::Smc, {true, true});
    Add({.name = "one byte", .bytes = 1}, Carrier::Smc, {true, true});
    Add({.name = "the server does not offer: TCP", .serverOffers = false}, Carrier::Tcp,
        {true, false});
    Add({.name = "the client does not offer: TCP", .clientOffers = false}, Carrier::Tcp,
        {false, false});
    Add({.name = "10 MB, one packet in a hundred lost", .bytes = 10'000'000, .loss = 0.01},
        Carrier::Smc, {true, true});
  }

 private:
  void Add(const Plan& plan, Carrier carrier, std::vector<bool> synOptions) {
    AddTestCase(new Exact(plan, carrier, std::move(synOptions)), TestCase::QUICK);
  }
};

SmcrTestSuite g_suite;

}  // namespace
}  // namespace ns3

int main(int argc, char* argv[]) {
  return ns3::TestRunner::Run(argc, argv);
}
