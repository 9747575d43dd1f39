// SPDX-License-Identifier: MIT
#include "ns3-module/stage/ns3-run.h"

#include <algorithm>
#include <variant>

#include "emu/staging/host_faults.h"
#include "emu/staging/host_report.h"
#include "emu/staging/host_setup.h"
#include "ns3-module/helper/smcr-helper.h"
#include "ns3-module/model/smcr-octets.h"
#include "ns3-module/stage/ns3-network.h"
#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/global-value.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"

namespace ns3 {

namespace scenario = smclab::scenario;

namespace {

constexpr uint64_t SAMPLE_MS = 1;
// When all applications are done, the hosts still say goodbye to each other (DELETE RKEY).
const Time GOODBYE = MilliSeconds(500);

smclab::Instant CoreNow() {
  return smclab::Instant(smclab::Duration(Simulator::Now().GetNanoSeconds()));
}

Time ToTime(smclab::Duration duration) {
  return NanoSeconds(static_cast<uint64_t>(std::max(duration, smclab::Duration{}).count()));
}

}  // namespace

Ns3Run::Ns3Run(const scenario::Scenario& scenario, const scenario::PlayOptions& options,
               scenario::Outcome& outcome)
    : m_scenario(scenario),
      m_options(options),
      m_outcome(outcome),
      m_faults(scenario.faults),
      m_flows(scenario::make_flows(scenario, options.seed, options.files)),
      m_seats(m_flows.size()),
      m_taken(scenario.workloads.size()) {
  m_outcome.workloads = scenario::empty_results(scenario);
  if (m_options.capture) {
    m_capture.emplace(
        [this](std::span<const std::byte> bytes) {
          m_options.capture(bytes);
          return true;
        },
        smclab::capture::PcapngSection{.application = "smclab", .comment = "stage ns3"});
    m_capture->add_interface({.name = "ns3",
                              .link_type = smclab::capture::LinkType::RawIp,
                              .description = "IP packets as each node sends them"});
  }
}

Ns3Run::~Ns3Run() {
  m_seats.clear();
  m_listeners.clear();
  Simulator::Destroy();
}

scenario::PlayEnd Ns3Run::Play() {
  RngSeedManager::SetSeed(1);
  RngSeedManager::SetRun(m_options.seed);
  GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
  m_nodes.Create(static_cast<uint32_t>(m_scenario.nodes.size()));
  MakeNetwork(m_scenario, m_nodes);
  MakeHosts();
  Listen();
  for (std::size_t i = 0; i < m_flows.size(); ++i) {
    Simulator::Schedule(ToTime(m_flows[i].start.time_since_epoch()), &Ns3Run::StartFlow, this, i);
  }
  for (const auto& fault : smclab::staging::message_faults(m_scenario)) {
    m_nodes.Get(fault.host)->GetObject<SmcrStack>()->Tell(fault.input);
  }
  LookAtTime();
  Simulator::Schedule(MilliSeconds(SAMPLE_MS), &Ns3Run::Sample, this);
  Simulator::Stop(ToTime(m_scenario.duration));
  Simulator::Run();
  Report();
  return m_interrupted ? scenario::PlayEnd::Interrupted : scenario::PlayEnd::Played;
}

void Ns3Run::MakeHosts() {
  const SmcrHelper smcr;
  smcr.Install(m_nodes);
  smcr.AssignStreams(m_nodes, 1);
  for (uint32_t node = 0; node < m_nodes.GetN(); ++node) {
    const auto stack = m_nodes.Get(node)->GetObject<SmcrStack>();
    stack->SetParameters(smclab::staging::host_parameters(m_scenario, node));
    stack->TraceConnectWithoutContext(
        "Record", Callback<void, const smclab::TraceRecord&>(
                      [this, node](const smclab::TraceRecord& record) { Record(node, record); }));
    stack->Start();
    for (std::size_t i = 0; i < stack->GetNFabrics(); ++i) {
      stack->GetFabric(i)->TraceConnectWithoutContext("Tx", MakeCallback(&Ns3Run::Count, this));
    }
    m_nodes.Get(node)->GetObject<Ipv4>()->TraceConnectWithoutContext(
        "Tx", MakeCallback(&Ns3Run::Sniff, this));
    m_nodes.Get(node)->GetObject<Ipv6>()->TraceConnectWithoutContext(
        "Tx", MakeCallback(&Ns3Run::Sniff6, this));
  }
}

// --- connections ---------------------------------------------------------------------------------

void Ns3Run::Listen() {
  for (const scenario::PlannedFlow& flow : m_flows) {
    Ptr<Socket>& listener = m_listeners[{flow.to, flow.port}];
    if (listener) continue;
    listener =
        Socket::CreateSocket(m_nodes.Get(flow.to), TypeId::LookupByName("ns3::SmcrSocketFactory"));
    listener->Bind(ToAny({AddressesBetween(m_scenario, flow).second, flow.port}));
    listener->Listen();
    listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                MakeCallback(&Ns3Run::Accepted, this));
  }
}

std::unique_ptr<FlowSeat> Ns3Run::MakeSeat(std::size_t number, smclab::Role role) {
  scenario::PlannedFlow& flow = m_flows[number];
  return std::make_unique<FlowSeat>(
      role == smclab::Role::Client ? flow.client : flow.server,
      [this, number, role](std::span<const std::byte> bytes) { Received(number, role, bytes); });
}

void Ns3Run::StartFlow(std::size_t number) {
  const scenario::PlannedFlow& flow = m_flows[number];
  const auto [client, server] = AddressesBetween(m_scenario, flow);
  auto socket = DynamicCast<SmcrSocket>(
      Socket::CreateSocket(m_nodes.Get(flow.from), TypeId::LookupByName("ns3::SmcrSocketFactory")));
  m_seats[number].client = MakeSeat(number, smclab::Role::Client);
  m_seats[number].client->Sit(socket);
  socket->SetConnectCallback(
      Callback<void, Ptr<Socket>>([this, number](Ptr<Socket>) { Connected(number); }),
      Callback<void, Ptr<Socket>>([this, number](Ptr<Socket>) { Failed(number); }));
  socket->Bind(ToSocket({client, 0}));
  Address own;
  socket->GetSockName(own);
  m_clients[ToTcpEnd(own)] = number;
  if (socket->Connect(ToSocket({server, flow.port})) != 0) Failed(number);
}

void Ns3Run::Connected(std::size_t number) {
  m_seats[number].client->Begin();
}

void Ns3Run::Failed(std::size_t number) {
  m_seats[number].client->Fail();
  if (m_seats[number].server) return;
  m_flows[number].server.on_closed(CoreNow(), smclab::CloseReason::TcpFailed);
}

void Ns3Run::Accepted(Ptr<Socket> socket, const Address& from) {
  const auto found = m_clients.find(ToTcpEnd(from));
  if (found == m_clients.end()) return;
  auto& seat = m_seats[found->second].server;
  seat = MakeSeat(found->second, smclab::Role::Server);
  seat->Sit(DynamicCast<SmcrSocket>(socket));
  seat->Begin();
}

void Ns3Run::Received(std::size_t number, smclab::Role role, std::span<const std::byte> bytes) {
  const uint32_t workload = m_flows[number].workload;
  m_outcome.performance.bytes += bytes.size();
  if (role == smclab::Role::Client) return;
  const bool file = m_scenario.workloads[workload].kind == scenario::WorkloadKind::File;
  if (file && m_options.file_received) m_options.file_received(workload, bytes);
  std::vector<scenario::FaultTurn> turns;
  m_faults.on_progress(CoreNow(), workload, m_taken[workload] += bytes.size(), turns);
  Turn(turns);
}

// --- what is seen --------------------------------------------------------------------------------

void Ns3Run::Keep(const scenario::HostRecord& record) {
  if (m_options.keep_trace) m_outcome.trace.push_back(record);
  if (m_options.narrate) m_options.narrate(record);
}

void Ns3Run::Record(uint32_t node, const smclab::TraceRecord& record) {
  Keep({node, record});
  if (!m_faults.wants_records()) return;
  std::vector<scenario::FaultTurn> turns;
  m_faults.on_record(CoreNow(), {node, record}, turns);
  Turn(turns);
}

void Ns3Run::Count(Ptr<const Packet>) {
  ++m_outcome.performance.frames;
}

void Ns3Run::Sniff(Ptr<const Packet> packet, Ptr<Ipv4>, uint32_t) {
  Write(packet);
}

void Ns3Run::Sniff6(Ptr<const Packet> packet, Ptr<Ipv6>, uint32_t) {
  Write(packet);
}

void Ns3Run::Write(Ptr<const Packet> packet) {
  if (!m_capture) return;
  std::vector<std::byte> bytes(packet->GetSize());
  packet->CopyData(Octets(bytes.data()), packet->GetSize());
  m_capture->write({.time_ns = Simulator::Now().GetNanoSeconds(), .bytes = bytes});
}

// --- faults --------------------------------------------------------------------------------------

void Ns3Run::LookAtTime() {
  std::vector<scenario::FaultTurn> turns;
  m_faults.on_time(CoreNow(), turns);
  Turn(turns);
}

void Ns3Run::Turn(const std::vector<scenario::FaultTurn>& turns) {
  for (const scenario::FaultTurn& turn : turns) {
    const scenario::FaultSpec& fault = m_scenario.faults[turn.fault];
    Keep({0,
          {.at = CoreNow(),
           .event = smclab::TraceEvent::Notes,
           .object = smclab::TraceObject::Network,
           .to = describe(fault.action),
           .cause = turn.begins ? "fault" : "fault over",
           .value = turn.fault}});
    if (turn.begins) TellHost(fault);
  }
  const auto next = m_faults.next();
  if (!next) return;
  m_faultTimer.Cancel();
  m_faultTimer = Simulator::Schedule(ToTime(*next - CoreNow()), &Ns3Run::LookAtTime, this);
}

// In events of their own: the fault may fire inside one of the host's.
void Ns3Run::TellHost(const scenario::FaultSpec& fault) {
  if (const auto told = smclab::staging::host_fault(fault.action, CoreNow())) {
    Simulator::ScheduleNow(
        [this, told = *told] { m_nodes.Get(told.host)->GetObject<SmcrStack>()->Tell(told.input); });
  }
  if (const auto* deed = std::get_if<scenario::AppDoes>(&fault.action)) GiveUp(*deed);
}

void Ns3Run::GiveUp(const scenario::AppDoes& does) {
  for (std::size_t i = 0; i < m_flows.size(); ++i) {
    if (m_flows[i].workload != does.workload) continue;
    const bool client = does.side == scenario::Side::Client;
    (client ? m_flows[i].client : m_flows[i].server).give_up(does.deed);
    Simulator::ScheduleNow([this, i, client] {
      if (const auto& seat = client ? m_seats[i].client : m_seats[i].server) seat->Run();
    });
  }
}

// --- the end -------------------------------------------------------------------------------------

void Ns3Run::Sample() {
  if (m_options.progress) {
    scenario::Progress progress{.now = CoreNow(), .bytes = m_outcome.performance.bytes};
    for (const scenario::PlannedFlow& flow : m_flows) {
      progress.bytes_total += flow.client.to_receive() + flow.server.to_receive();
    }
    m_interrupted = !m_options.progress(progress);
  }
  if (m_interrupted || IsFinished()) {
    Simulator::Stop();
  } else {
    Simulator::Schedule(MilliSeconds(SAMPLE_MS), &Ns3Run::Sample, this);
  }
}

bool Ns3Run::IsFinished() {
  const bool done = std::all_of(m_flows.begin(), m_flows.end(), [](const auto& flow) {
    return flow.client.done() && flow.server.done();
  });
  if (!done) {
    m_allDoneAt.reset();
    return false;
  }
  if (!m_allDoneAt) m_allDoneAt = Simulator::Now();
  const bool quiet = std::all_of(m_nodes.Begin(), m_nodes.End(), [](const Ptr<Node>& node) {
    return node->GetObject<SmcrStack>()->GetStack().census().connections == 0;
  });
  return Simulator::Now() - *m_allDoneAt >= (quiet ? GOODBYE / 5 : GOODBYE);
}

void Ns3Run::Report() {
  smclab::staging::report_flows(m_flows, m_outcome);
  for (uint32_t node = 0; node < m_nodes.GetN(); ++node) {
    const auto stack = m_nodes.Get(node)->GetObject<SmcrStack>();
    m_outcome.hosts.push_back(
        {m_scenario.nodes[node].name, smclab::staging::host_counters(stack->GetStack())});
  }
  m_outcome.performance.model_time = CoreNow().time_since_epoch();
}

}  // namespace ns3
