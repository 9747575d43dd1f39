// SPDX-License-Identifier: MIT
#include "ns3-module/stage/smcr-run.h"

#include <ns3/boolean.h>
#include <ns3/data-rate.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/ipv4.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/simple-channel.h>
#include <ns3/simple-net-device.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <array>
#include <string>

#include "emu/staging/host_report.h"
#include "emu/staging/host_setup.h"
#include "ns3-module/helper/smcr-helper.h"
#include "ns3-module/model/smcr-address.h"

namespace ns3 {

namespace {

namespace scenario = smclab::scenario;
using scenario::PlannedFlow;

// After the last application is done: closing handshakes and their acknowledgements.
const Time kAftermath = Seconds(1);
const Time kBeat = MilliSeconds(2);

Time ToNs3(smclab::Duration duration) {
  return NanoSeconds(static_cast<std::uint64_t>(duration.count()));
}

}  // namespace

SmcrRun::SmcrRun(const scenario::Scenario& scenario, const scenario::PlayOptions& options,
                 scenario::Outcome& outcome)
    : m_scenario(scenario), m_options(options), m_outcome(outcome) {
  m_outcome.workloads = scenario::empty_results(scenario);
}

scenario::PlayEnd SmcrRun::Play() {
  // ns-3 wants a seed that is not zero and has 32 bits.
  RngSeedManager::SetSeed(static_cast<std::uint32_t>(m_options.seed % UINT32_MAX) + 1);
  RngSeedManager::SetRun(1);
  BuildNodes();
  for (const scenario::LinkSpec& link : m_scenario.links) BuildLink(link);
  PlanConnections();
  Simulator::Stop(ToNs3(m_scenario.duration));
  Simulator::Schedule(kBeat, &SmcrRun::Beat, this);
  Simulator::Run();
  Report();
  for (const auto& connection : m_connections) {
    connection->client->Forget();
    connection->server->Forget();
  }
  m_listeners.clear();
  Simulator::Destroy();
  return m_interrupted ? scenario::PlayEnd::Interrupted : scenario::PlayEnd::Played;
}

// --- the network ---------------------------------------------------------------------------------

void SmcrRun::BuildNodes() {
  m_nodes.Create(static_cast<std::uint32_t>(m_scenario.nodes.size()));
  InternetStackHelper internet;
  internet.SetIpv6StackInstall(false);
  internet.Install(m_nodes);
  for (std::uint32_t node = 0; node < m_scenario.nodes.size(); ++node) {
    SmcrHelper smcr;
    smcr.SetAttribute("Enabled", BooleanValue(m_scenario.nodes[node].config.smc));
    smcr.Install(m_nodes.Get(node));
    Host(node)->SetParameters(smclab::staging::host_parameters(m_scenario, node));
    Host(node)->SetTraceSink(
        [this, node](const smclab::TraceRecord& record) { Record(node, record); });
    const auto rnics = static_cast<std::uint32_t>(m_scenario.nodes[node].config.devices.size());
    for (std::uint32_t rnic = 0; rnic < rnics; ++rnic) BuildPort(node, rnic);
  }
}

void SmcrRun::BuildPort(std::uint32_t node, std::uint32_t rnic) {
  const smclab::Device& spec = m_scenario.nodes[node].config.devices[rnic];
  std::array<std::uint8_t, 6> octets{};
  std::transform(spec.mac.bytes.begin(), spec.mac.bytes.end(), octets.begin(),
                 [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  Mac48Address mac;
  mac.CopyFrom(octets.data());
  Ptr<SimpleNetDevice> device = CreateObject<SimpleNetDevice>();
  device->SetAttribute("PointToPointMode", BooleanValue(true));
  device->SetAddress(mac);
  device->SetChannel(CreateObject<SimpleChannel>());  // of its own, until a link joins it
  m_nodes.Get(node)->AddDevice(device);
  Ptr<Ipv4> ipv4 = m_nodes.Get(node)->GetObject<Ipv4>();
  const std::uint32_t interface = ipv4->AddInterface(device);
  ipv4->AddAddress(interface, Ipv4InterfaceAddress(FromSmcr(spec.gid), Ipv4Mask::GetOnes()));
  ipv4->SetUp(interface);
}

void SmcrRun::BuildLink(const scenario::LinkSpec& link) {
  Ptr<SimpleChannel> channel = CreateObject<SimpleChannel>();
  channel->SetAttribute("Delay", TimeValue(ToNs3(link.delay)));
  for (const auto& [own, peer] : {std::pair(link.a, link.b), std::pair(link.b, link.a)}) {
    Ptr<Ipv4> ipv4 = m_nodes.Get(own.node)->GetObject<Ipv4>();
    const std::uint32_t interface = own.rnic + 1;
    Ptr<SimpleNetDevice> device = DynamicCast<SimpleNetDevice>(ipv4->GetNetDevice(interface));
    device->SetAttribute("DataRate", DataRateValue(DataRate(link.rate)));
    device->SetMtu(static_cast<std::uint16_t>(link.mtu));
    device->SetChannel(channel);
    Ipv4StaticRoutingHelper().GetStaticRouting(ipv4)->AddHostRouteTo(
        FromSmcr(m_scenario.nodes[peer.node].config.devices[peer.rnic].gid), interface);
  }
}

// --- connections ---------------------------------------------------------------------------------

// TCP runs along the first link that joins the two nodes.
SmcrRun::Ends SmcrRun::AddressesOf(const PlannedFlow& flow) const {
  const auto address = [&](scenario::PortRef port) {
    return FromSmcr(m_scenario.nodes[port.node].config.devices[port.rnic].gid);
  };
  for (const scenario::LinkSpec& link : m_scenario.links) {
    if (link.a.node == flow.from && link.b.node == flow.to)
      return {address(link.a), address(link.b)};
    if (link.b.node == flow.from && link.a.node == flow.to)
      return {address(link.b), address(link.a)};
  }
  return {};
}

void SmcrRun::PlanConnections() {
  for (const PlannedFlow& flow :
       scenario::make_flows(m_scenario, m_options.seed, m_options.files)) {
    const std::size_t number = m_connections.size();
    m_connections.push_back(std::make_unique<Connection>(Connection{.flow = flow}));
    Connection& connection = *m_connections.back();
    m_bytesTotal += connection.flow.client.to_receive() + connection.flow.server.to_receive();
    const auto hooks = [&](bool server) {
      return SmcrSeat::Hooks{
          .took = [this, &connection, server](auto bytes) { Took(connection, server, bytes); },
          .moved = [this] { LookForEnd(); }};
    };
    connection.client = std::make_unique<SmcrSeat>(connection.flow.client, hooks(false));
    connection.server = std::make_unique<SmcrSeat>(connection.flow.server, hooks(true));
    Listen(flow);
    Simulator::Schedule(ToNs3(flow.start.time_since_epoch()), &SmcrRun::Start, this, number);
  }
}

void SmcrRun::Listen(const PlannedFlow& flow) {
  if (!m_listening.emplace(flow.to, flow.port).second) return;
  Ptr<Socket> listener =
      Socket::CreateSocket(m_nodes.Get(flow.to), TypeId::LookupByName("ns3::SmcrSocketFactory"));
  listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), flow.port));
  listener->Listen();
  listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                              MakeCallback(&SmcrRun::Accepted, this));
  m_listeners.push_back(listener);
}

void SmcrRun::Start(std::size_t number) {
  Connection& connection = *m_connections[number];
  const auto [client, server] = AddressesOf(connection.flow);
  Ptr<Socket> socket = Socket::CreateSocket(m_nodes.Get(connection.flow.from),
                                            TypeId::LookupByName("ns3::SmcrSocketFactory"));
  socket->Bind(InetSocketAddress(client, 0));
  Address local;
  socket->GetSockName(local);
  m_byClient[local] = number;
  connection.client->Watch(DynamicCast<SmcrSocket>(socket));
  socket->SetConnectCallback(MakeCallback(&SmcrSeat::Connected, connection.client.get()),
                             MakeCallback(&SmcrSeat::Failed, connection.client.get()));
  socket->Connect(InetSocketAddress(server, connection.flow.port));
}

void SmcrRun::Accepted(Ptr<Socket> socket, const Address& from) {
  const auto found = m_byClient.find(from);
  if (found == m_byClient.end()) return;
  SmcrSeat& seat = *m_connections[found->second]->server;
  seat.Watch(DynamicCast<SmcrSocket>(socket));
  seat.Connected(socket);
}

// --- what happens --------------------------------------------------------------------------------

void SmcrRun::Took(const Connection& connection, bool server, std::span<const std::byte> bytes) {
  m_outcome.performance.bytes += bytes.size();
  const std::uint32_t workload = connection.flow.workload;
  const bool file = m_scenario.workloads[workload].kind == scenario::WorkloadKind::File;
  if (server && file && m_options.file_received) m_options.file_received(workload, bytes);
}

void SmcrRun::Record(std::uint32_t node, const smclab::TraceRecord& record) {
  const scenario::HostRecord told{node, record};
  if (m_options.keep_trace) m_outcome.trace.push_back(told);
  if (m_options.narrate) m_options.narrate(told);
}

void SmcrRun::LookForEnd() {
  const auto done = [](const std::unique_ptr<Connection>& connection) {
    // A server that never heard of the connection will not hear of its end.
    scenario::Flow& server = connection->flow.server;
    const auto& ended = connection->flow.client.result().closed;
    if (ended && !connection->server->HasSocket() && !server.done()) {
      server.on_closed(SmcrNow(), *ended);
    }
    return connection->flow.client.done() && server.done();
  };
  if (m_ending || !std::all_of(m_connections.begin(), m_connections.end(), done)) return;
  m_ending = true;
  Simulator::Stop(kAftermath);
}

void SmcrRun::Beat() {
  const scenario::Progress progress{.now = SmcrNow(),
                                    .bytes = m_outcome.performance.bytes,
                                    .bytes_total = m_bytesTotal,
                                    .events = Simulator::GetEventCount()};
  if (m_options.progress && !m_options.progress(progress)) {
    m_interrupted = true;
    Simulator::Stop();
    return;
  }
  Simulator::Schedule(kBeat, &SmcrRun::Beat, this);
}

void SmcrRun::Report() {
  scenario::Verdict exact{.name = "byte_exact"};
  for (const auto& connection : m_connections) {
    const PlannedFlow& flow = connection->flow;
    m_outcome.workloads[flow.workload].connections[flow.connection] = {flow.client.result(),
                                                                       flow.server.result()};
    if (flow.client.result().intact && flow.server.result().intact) continue;
    exact.passed = false;
    exact.detail = "workload " + std::to_string(flow.workload) + ", connection " +
                   std::to_string(flow.connection);
  }
  m_outcome.verdicts.push_back(exact);
  for (std::uint32_t node = 0; node < m_scenario.nodes.size(); ++node) {
    // A host that no connection touched never started; it counted nothing.
    const smclab::stack::Stack* stack = Host(node)->GetStack();
    const smclab::stack::Stack idle{smclab::staging::host_parameters(m_scenario, node)};
    m_outcome.hosts.push_back({.name = m_scenario.nodes[node].name,
                               .counters = smclab::staging::host_counters(stack ? *stack : idle)});
    m_outcome.performance.frames += Host(node)->GetFramesSent();
  }
  m_outcome.performance.model_time = SmcrNow().time_since_epoch();
}

}  // namespace ns3
