// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-stack.h"

#include <ns3/boolean.h>
#include <ns3/log.h>
#include <ns3/loopback-net-device.h>
#include <ns3/mac48-address.h>
#include <ns3/random-variable-stream.h>
#include <ns3/simulator.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "ns3-module/model/smcr-address.h"
#include "ns3-module/model/smcr-socket.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrStack");
NS_OBJECT_ENSURE_REGISTERED(SmcrStack);

namespace {

using smclab::ConnId;
using smclab::DeviceId;

// One look at a port pulls this much; its queue says when there is room for more.
constexpr smclab::rnic::Budget kBudget{.frames = 4, .bytes = 16 * 1024};

std::uint64_t Word(Ptr<UniformRandomVariable> chance) {
  std::uint64_t word = 0;
  for (int i = 0; i < 4; ++i) word = word << 16 | chance->GetInteger(0, 0xFFFF);
  return word;
}

// The first MAC behind an instance number, which differs from start to start (RFC 7609 A.2.1).
smclab::PeerId PeerIdOf(const smclab::Mac& mac, std::uint64_t instance) {
  smclab::PeerId id;
  id.bytes[0] = static_cast<std::byte>(instance >> 8 & 0xFF);
  id.bytes[1] = static_cast<std::byte>(instance & 0xFF);
  std::copy(mac.bytes.begin(), mac.bytes.end(), id.bytes.begin() + 2);
  return id;
}

// An interface that an RNIC port can live on.
bool IsPort(Ptr<Ipv4> ipv4, std::uint32_t interface) {
  Ptr<NetDevice> device = ipv4->GetNetDevice(interface);
  return ipv4->GetNAddresses(interface) > 0 && !DynamicCast<LoopbackNetDevice>(device) &&
         Mac48Address::IsMatchingType(device->GetAddress());
}

}  // namespace

TypeId SmcrStack::GetTypeId() {
  static TypeId tid =
      TypeId("ns3::SmcrStack")
          .SetParent<Object>()
          .SetGroupName("Smcr")
          .AddConstructor<SmcrStack>()
          .AddAttribute("Enabled", "Offer SMC-R; without it all connections are TCP.",
                        BooleanValue(true), MakeBooleanAccessor(&SmcrStack::m_enabled),
                        MakeBooleanChecker())
          .AddAttribute("SendBuffer", "Bytes of a connection's send buffer (wmem).",
                        UintegerValue(65'536), MakeUintegerAccessor(&SmcrStack::m_sendBuffer),
                        MakeUintegerChecker<std::uint32_t>(16'384))
          .AddAttribute("ReceiveBuffer", "Bytes of a connection's RMBE (rmem).",
                        UintegerValue(65'536), MakeUintegerAccessor(&SmcrStack::m_receiveBuffer),
                        MakeUintegerChecker<std::uint32_t>(16'384));
  return tid;
}

SmcrStack::SmcrStack() = default;
SmcrStack::~SmcrStack() = default;

void SmcrStack::NotifyNewAggregate() {
  Ptr<Node> node = GetObject<Node>();
  if (!m_node && node && node->GetObject<TcpL4Protocol>()) {
    m_node = node;
    m_offers.Install(node);
  }
  Object::NotifyNewAggregate();
}

void SmcrStack::DoDispose() {
  m_event.Cancel();
  m_sockets = {};
  m_ports.clear();
  m_stack.reset();
  m_node = nullptr;
  Object::DoDispose();
}

void SmcrStack::OpenPort(std::uint32_t interface) {
  const DeviceId device{static_cast<std::uint8_t>(m_ports.size())};
  m_ports.push_back(std::make_unique<SmcrPort>(
      m_node, interface, [this, device](const smclab::rnic::ReceivedFrame& frame) {
        Tell(smclab::stack::input::Frame{device, frame});
      }));
}

smclab::stack::Parameters SmcrStack::Describe() const {
  smclab::stack::Parameters parameters;
  parameters.smc.smc = m_enabled;
  parameters.smc.wmem = m_sendBuffer;
  parameters.smc.rmem = m_receiveBuffer;
  for (const auto& port : m_ports) parameters.smc.devices.push_back(port->Describe());
  return parameters;
}

// With the first connection, since addresses are assigned after the helper has installed us.
void SmcrStack::Start() {
  NS_ABORT_MSG_UNLESS(m_node, "SmcrStack needs a node with IPv4 and TCP");
  Ptr<Ipv4> ipv4 = m_node->GetObject<Ipv4>();
  if (m_given) {
    for (std::uint32_t i = 0; i < m_given->smc.devices.size(); ++i) OpenPort(i + 1);
  } else {
    for (std::uint32_t i = 0; i < ipv4->GetNInterfaces(); ++i) {
      if (IsPort(ipv4, i)) OpenPort(i);
    }
  }
  smclab::stack::Parameters parameters = m_given ? *m_given : Describe();
  Ptr<UniformRandomVariable> chance = CreateObject<UniformRandomVariable>();
  const auto& devices = parameters.smc.devices;
  parameters.smc.peer_id =
      PeerIdOf(devices.empty() ? smclab::Mac{} : devices.front().mac, Word(chance));
  m_stack = std::make_unique<smclab::stack::Stack>(parameters);
  smclab::stack::input::Entropy entropy;
  for (std::uint64_t& word : entropy.words) word = Word(chance);
  Tell(entropy);
}

ConnId SmcrStack::Attach(Ptr<SmcrSocket> socket) {
  if (!m_stack) Start();
  return m_sockets.insert(std::move(socket));
}

void SmcrStack::Tell(const smclab::stack::Input& input) {
  // A list of its own: what a socket does in answer may tell the next input.
  smclab::stack::Outputs outputs;
  m_stack->handle(SmcrNow(), input, outputs);
  for (const smclab::TraceRecord& record : outputs.records()) {
    if (m_sink) m_sink(record);
    NS_LOG_INFO(Simulator::Now().As(Time::US) << " node " << m_node->GetId() << " " << record.from
                                              << " -> " << record.to << " " << record.cause);
  }
  for (const smclab::stack::Output& output : outputs.list()) CarryOut(output, outputs);
  Turn();
}

void SmcrStack::CarryOut(const smclab::stack::Output& output, const smclab::stack::Outputs& all) {
  const ConnId conn = std::visit([](const auto& action) { return action.conn; }, output);
  const Ptr<SmcrSocket>* found = m_sockets.find(conn);
  if (found == nullptr) return;
  Ptr<SmcrSocket> socket = *found;  // kept while it hears of its release
  if (std::holds_alternative<smclab::action::Released>(output)) m_sockets.erase(conn);
  socket->Hear(output, all);
}

smclab::stack::RingPart<std::byte> SmcrStack::SendSpace(ConnId conn) {
  return m_stack->send_space(conn);
}

smclab::stack::RingPart<const std::byte> SmcrStack::ReceiveData(ConnId conn) const {
  return std::as_const(*m_stack).receive_data(conn);
}

smclab::stack::Census SmcrStack::GetCensus() const {
  return m_stack ? m_stack->census() : smclab::stack::Census{};
}

std::uint64_t SmcrStack::GetRetransmissions() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < m_ports.size(); ++i) {
    sum += m_stack->counters(DeviceId{static_cast<std::uint8_t>(i)}).retransmissions;
  }
  return sum;
}

std::uint64_t SmcrStack::GetFramesSent() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < m_ports.size(); ++i) {
    sum += m_stack->counters(DeviceId{static_cast<std::uint8_t>(i)}).frames_sent;
  }
  return sum;
}

// --- the wire and the clock ----------------------------------------------------------------------

void SmcrStack::Turn() {
  Transmit();
  Arm();
}

void SmcrStack::Transmit() {
  for (std::size_t i = 0; i < m_ports.size(); ++i) {
    if (m_ports[i]->OpensAt() > SmcrNow()) continue;
    m_frames.clear();
    m_stack->transmit(SmcrNow(), DeviceId{static_cast<std::uint8_t>(i)}, kBudget, m_frames);
    for (const smclab::rnic::OutgoingFrame& frame : m_frames) m_ports[i]->Send(frame, *m_stack);
  }
}

// One event for all: the protocol's deadline, and the ports that have something to send.
void SmcrStack::Arm() {
  std::optional<smclab::Instant> next = m_stack->deadline();
  for (std::size_t i = 0; i < m_ports.size(); ++i) {
    const auto sends = m_stack->next_transmit(DeviceId{static_cast<std::uint8_t>(i)});
    if (!sends) continue;
    const smclab::Instant at = std::max(*sends, m_ports[i]->OpensAt());
    next = next ? std::min(*next, at) : at;
  }
  if (!next || (m_armedAt && *m_armedAt <= *next)) return;
  m_event.Cancel();
  m_armedAt = next;
  m_event = Simulator::Schedule(SmcrUntil(*next), &SmcrStack::Wake, this);
}

void SmcrStack::Wake() {
  m_armedAt.reset();
  Tell(smclab::stack::input::Tick{});
}

}  // namespace ns3
