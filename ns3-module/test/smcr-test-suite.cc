// SPDX-License-Identifier: MIT
//
// SMC-R on ns-3, from the option in the SYN to the last connection's end.
#include "ns3-module/model/smcr-stack.h"
#include "ns3-module/test/smcr-test-network.h"
#include "ns3/boolean.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/udp-socket-factory.h"

namespace ns3 {

namespace {

constexpr uint32_t MANY = 1'000'003;
using Transport = SmcrSocket::Transport;

uint64_t Retransmissions(const SmcrTestNetwork& network) {
  const smclab::DeviceId port{0};
  return network.GetStack(0)->GetStack().counters(port).retransmissions +
         network.GetStack(1)->GetStack().counters(port).retransmissions;
}

}  // namespace

/// Both directions at once, every byte in its place.
class SmcrBulkTestCase : public TestCase {
 public:
  SmcrBulkTestCase(const std::string& name, double loss, const std::string& ueid,
                   SmcrTestNetwork::Family family = SmcrTestNetwork::IPV4)
      : TestCase(name), m_loss(loss), m_ueid(ueid), m_family(family) {}

 private:
  void DoRun() override {
    SmcrTestNetwork network(m_ueid, m_family);
    network.SetLoss(m_loss);
    network.m_client.m_toSend = MANY;
    network.m_client.m_seed = 3;
    network.m_server.m_toSend = MANY / 2;
    network.m_server.m_seed = 5;
    network.Run(Seconds(25));
    NS_TEST_ASSERT_MSG_EQ(network.m_connected, true, "the client is told");
    NS_TEST_ASSERT_MSG_EQ((network.m_client.GetTransport() == Transport::SmcR), true, "client");
    NS_TEST_ASSERT_MSG_EQ((network.m_server.GetTransport() == Transport::SmcR), true, "server");
    NS_TEST_ASSERT_MSG_EQ(network.m_server.GotPattern(MANY, 3), true,
                          "server got " << network.m_server.m_got.size());
    NS_TEST_ASSERT_MSG_EQ(network.m_client.GotPattern(MANY / 2, 5), true,
                          "client got " << network.m_client.m_got.size());
    const auto census = network.GetStack(1)->GetStack().census();
    NS_TEST_ASSERT_MSG_EQ(census.connections, 1, "it lives on until somebody closes");
    using Version = smclab::wire::LlcVersion;
    const Version version = m_ueid.empty() ? Version::V1 : Version::V2;
    network.GetStack(1)->GetStack().endpoint().links().for_each([&](auto, const auto& link) {
      NS_TEST_ASSERT_MSG_EQ((link.llc_version == version), true, "the version that was asked for");
    });
    if (m_loss > 0) {
      NS_TEST_ASSERT_MSG_GT(Retransmissions(network), 0, "the loss was real");
    } else {
      NS_TEST_ASSERT_MSG_EQ(Retransmissions(network), 0, "frames are paced: no queue drops any");
      NS_TEST_ASSERT_MSG_EQ(network.m_offers, 2, "SYN and SYN-ACK carry the option");
      NS_TEST_ASSERT_MSG_EQ(network.m_syns, 2, "and there were no others");
    }
  }

  double m_loss;
  std::string m_ueid;
  SmcrTestNetwork::Family m_family;
};

/// One side does not speak SMC-R: the bytes travel by TCP, and the option is answered by nobody.
class SmcrFallbackTestCase : public TestCase {
 public:
  enum Who { PLAIN_SERVER, PLAIN_CLIENT, DISABLED_SERVER };
  SmcrFallbackTestCase(const std::string& name, Who who) : TestCase(name), m_who(who) {}

 private:
  void DoRun() override {
    SmcrTestNetwork network;
    if (m_who == PLAIN_SERVER) network.m_serverFactory = "ns3::TcpSocketFactory";
    if (m_who == PLAIN_CLIENT) network.m_clientFactory = "ns3::TcpSocketFactory";
    if (m_who == DISABLED_SERVER) {
      network.GetStack(1)->SetAttribute("Enabled", BooleanValue(false));
    }
    network.m_client.m_toSend = MANY;
    network.m_client.m_closes = true;
    network.m_server.m_toSend = 1000;
    network.m_server.m_seed = 9;
    network.Run(Seconds(25));
    NS_TEST_ASSERT_MSG_EQ(network.m_connected, true, "the client is told");
    const uint32_t offers = m_who == PLAIN_CLIENT ? 0 : 1;
    NS_TEST_ASSERT_MSG_EQ(network.m_offers, offers, "nobody answers an offer");
    if (m_who != PLAIN_CLIENT) {
      NS_TEST_ASSERT_MSG_EQ((network.m_client.GetTransport() == Transport::Tcp), true, "client");
    }
    if (m_who != PLAIN_SERVER) {
      NS_TEST_ASSERT_MSG_EQ((network.m_server.GetTransport() == Transport::Tcp), true, "server");
    }
    NS_TEST_ASSERT_MSG_EQ(network.m_server.GotPattern(MANY, 0), true,
                          "server got " << network.m_server.m_got.size());
    NS_TEST_ASSERT_MSG_EQ(network.m_client.GotPattern(1000, 9), true,
                          "client got " << network.m_client.m_got.size());
    NS_TEST_ASSERT_MSG_EQ(network.m_server.m_ends, 1, "the close passes through");
  }

  Who m_who;
};

/// An orderly end: half by half, or both at once by close.
class SmcrCloseTestCase : public TestCase {
 public:
  SmcrCloseTestCase(const std::string& name, bool halfClose)
      : TestCase(name), m_halfClose(halfClose) {}

 private:
  void DoRun() override {
    SmcrTestNetwork network;
    network.m_client.m_toSend = 100'000;
    network.m_client.m_shutsDown = m_halfClose;
    network.m_client.m_closes = !m_halfClose;
    network.m_client.m_answersEnd = m_halfClose;
    network.m_server.m_answersEnd = true;
    network.Run(Seconds(20));
    NS_TEST_ASSERT_MSG_EQ((network.m_client.GetTransport() == Transport::SmcR), true, "client");
    NS_TEST_ASSERT_MSG_EQ(network.m_server.GotPattern(100'000, 0), true, "nothing is cut off");
    NS_TEST_ASSERT_MSG_EQ(network.m_server.m_ends, 1, "the server hears the end once");
    NS_TEST_ASSERT_MSG_EQ(network.m_client.m_ends, 1, "so does the client");
    NS_TEST_ASSERT_MSG_EQ(network.m_client.m_breaks + network.m_server.m_breaks, 0, "in order");
    for (uint32_t node = 0; node < 2; ++node) {
      const auto census = network.GetStack(node)->GetStack().census();
      NS_TEST_ASSERT_MSG_EQ(census.connections, 0, "node " << node << " forgot the connection");
      NS_TEST_ASSERT_MSG_EQ(census.link_groups, 1, "and keeps the group for the next one");
    }
  }

  bool m_halfClose;
};

/// Bytes at UDP 4791 that are no RoCE frames move nothing but the drop trace.
class SmcrStrangerTestCase : public TestCase {
 public:
  SmcrStrangerTestCase() : TestCase("a stranger's bytes at UDP 4791") {}

 private:
  void Drop(Ptr<const Packet>) { ++m_drops; }

  void DoRun() override {
    SmcrTestNetwork network;
    network.m_client.m_toSend = MANY;
    network.GetStack(1)->Start();
    network.GetStack(1)->GetFabric(0)->TraceConnectWithoutContext(
        "Drop", MakeCallback(&SmcrStrangerTestCase::Drop, this));
    auto stranger = Socket::CreateSocket(network.m_nodes.Get(0), UdpSocketFactory::GetTypeId());
    stranger->Connect(InetSocketAddress(Ipv4Address("10.0.0.2"), 4791));
    for (const uint32_t size : {0U, 1U, 4U, 15U, 16U, 44U, 1472U}) {
      Simulator::Schedule(MilliSeconds(1),
                          [stranger, size] { stranger->Send(Create<Packet>(size)); });
    }
    network.Run(Seconds(10));
    NS_TEST_ASSERT_MSG_EQ(m_drops, 7, "each is dropped");
    NS_TEST_ASSERT_MSG_EQ(network.m_server.GotPattern(MANY, 0), true, "and nothing else happens");
  }

  uint32_t m_drops = 0;
};

class SmcrTestSuite : public TestSuite {
 public:
  SmcrTestSuite() : TestSuite("smcr", UNIT) {
    using Fallback = SmcrFallbackTestCase;
    AddTestCase(new SmcrBulkTestCase("bulk both ways", 0, ""), QUICK);
    AddTestCase(new SmcrBulkTestCase("bulk by version 2", 0, "SMCLAB"), QUICK);
    AddTestCase(new SmcrBulkTestCase("bulk with one frame in 200 lost", 0.005, ""), QUICK);
    constexpr auto IPV6 = SmcrTestNetwork::IPV6;
    AddTestCase(new SmcrBulkTestCase("bulk over IPv6", 0, "", IPV6), QUICK);
    AddTestCase(new SmcrBulkTestCase("lossy, over IPv6, version 2", 0.005, "SMCLAB", IPV6), QUICK);
    AddTestCase(new Fallback("a server with plain TCP", Fallback::PLAIN_SERVER), QUICK);
    AddTestCase(new Fallback("a client with plain TCP", Fallback::PLAIN_CLIENT), QUICK);
    AddTestCase(new Fallback("a server with SMC-R off", Fallback::DISABLED_SERVER), QUICK);
    AddTestCase(new SmcrCloseTestCase("close", false), QUICK);
    AddTestCase(new SmcrCloseTestCase("half close", true), QUICK);
    AddTestCase(new SmcrStrangerTestCase, QUICK);
  }
};

static const SmcrTestSuite g_smcrTestSuite;

}  // namespace ns3

int main(int argc, char** argv) {
  return ns3::TestRunner::Run(argc, argv);
}
