// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-stack.h"

#include <algorithm>
#include <array>
#include <set>
#include <variant>

#include "ns3-module/model/smcr-socket.h"
#include "ns3/boolean.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/udp-l4-protocol.h"
#include "ns3/uinteger.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrStack");
NS_OBJECT_ENSURE_REGISTERED(SmcrStack);

namespace {

// One frame at a time: what follows is pulled when the device has sent it, so that a ring of data
// waits in its RNIC and not in a queue that drops its tail.
constexpr smclab::rnic::Budget ONE_FRAME{.frames = 1, .bytes = 64 * 1024};

smclab::Instant CoreNow() {
  return smclab::Instant(smclab::Duration(Simulator::Now().GetNanoSeconds()));
}

// From now on; the core's past means now.
Time Until(smclab::Instant when) {
  return when <= CoreNow() ? Time(0)
                           : NanoSeconds(static_cast<uint64_t>((when - CoreNow()).count()));
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

TypeId SmcrStack::GetTypeId() {
  static TypeId tid =
      TypeId("ns3::SmcrStack")
          .SetParent<Object>()
          .SetGroupName("Smcr")
          .AddConstructor<SmcrStack>()
          .AddAttribute("Enabled", "Whether TCP handshakes offer SMC-R; if not, all is plain TCP.",
                        BooleanValue(true), MakeBooleanAccessor(&SmcrStack::m_enabled),
                        MakeBooleanChecker())
          .AddAttribute("Rmem", "Wanted RMBE size in bytes.", UintegerValue(65536),
                        MakeUintegerAccessor(&SmcrStack::m_rmem), MakeUintegerChecker<uint32_t>(1))
          .AddAttribute("Wmem", "Wanted send buffer size in bytes.", UintegerValue(65536),
                        MakeUintegerAccessor(&SmcrStack::m_wmem), MakeUintegerChecker<uint32_t>(1))
          .AddAttribute("Ueid", "Enterprise id, which makes version 2 possible; empty: version 1.",
                        StringValue(""), MakeStringAccessor(&SmcrStack::m_ueid),
                        MakeStringChecker())
          .AddAttribute("RetryTimeout", "4.096 us times 2 to this until an RNIC tries again.",
                        UintegerValue(15), MakeUintegerAccessor(&SmcrStack::m_retryTimeout),
                        MakeUintegerChecker<uint8_t>(1, 31))
          .AddTraceSource("Record", "The core's trace: states, messages, decisions.",
                          MakeTraceSourceAccessor(&SmcrStack::m_recordTrace),
                          "ns3::SmcrStack::RecordTracedCallback");
  return tid;
}

SmcrStack::SmcrStack()
    : m_options(CreateObject<SmcrTcpOptionTable>()),
      m_random(CreateObject<UniformRandomVariable>()) {}

SmcrStack::~SmcrStack() = default;

void SmcrStack::NotifyNewAggregate() {
  if (!m_node) {
    m_node = GetObject<Node>();
    if (m_node) m_options->Attach(m_node);
  }
  Object::NotifyNewAggregate();
}

void SmcrStack::DoInitialize() {
  Start();
  Object::DoInitialize();
}

void SmcrStack::DoDispose() {
  m_timer.Cancel();
  for (EventId& event : m_transmits) event.Cancel();
  m_sockets = {};
  for (const auto& fabric : m_fabrics) fabric->Dispose();
  m_options->Dispose();
  m_fabrics.clear();
  m_node = nullptr;
  Object::DoDispose();
}

int64_t SmcrStack::AssignStreams(int64_t stream) {
  m_random->SetStream(stream);
  return 1;
}

void SmcrStack::Start() {
  if (m_stack) return;
  NS_ABORT_MSG_UNLESS(m_node, "aggregate the SmcrStack to a node with an internet stack");
  OpenFabrics();
  m_lineFree.resize(m_fabrics.size());
  m_transmits.resize(m_fabrics.size());
  m_stack.emplace(MakeParameters());
  smclab::input::Entropy entropy;
  for (uint64_t& word : entropy.words) {
    word =
        uint64_t{m_random->GetInteger(0, UINT32_MAX)} << 32 | m_random->GetInteger(0, UINT32_MAX);
  }
  Tell(entropy);
}

// Each interface is an RNIC, under its first IPv4 address; one without that under its first IPv6
// address that is good for more than its own wire. Interface 0 is the loopback.
void SmcrStack::OpenFabrics() {
  const auto open = [this](auto with) {
    const smclab::DeviceId device{static_cast<uint8_t>(m_fabrics.size())};
    auto fabric = CreateObject<SmcrFabric>();
    with(*fabric, [this, device](const smclab::rnic::ReceivedFrame& frame) {
      Tell(smclab::stack::input::Frame{device, frame});
    });
    m_fabrics.push_back(fabric);
  };
  const auto ip = m_node->GetObject<Ipv4L3Protocol>();
  std::set<Ptr<NetDevice>> taken;
  for (uint32_t i = 1; i < ip->GetNInterfaces(); ++i) {
    if (ip->GetNAddresses(i) == 0) continue;
    taken.insert(ip->GetNetDevice(i));
    open([&](SmcrFabric& fabric, auto receive) { fabric.Open(m_node, i, receive); });
  }
  const auto ip6 = m_node->GetObject<Ipv6L3Protocol>();
  for (uint32_t i = 1; ip6 && i < ip6->GetNInterfaces(); ++i) {
    uint32_t address = 0;
    while (address < ip6->GetNAddresses(i) &&
           ip6->GetAddress(i, address).GetScope() != Ipv6InterfaceAddress::GLOBAL) {
      ++address;
    }
    if (address == ip6->GetNAddresses(i) || taken.count(ip6->GetNetDevice(i)) > 0) continue;
    open([&](SmcrFabric& fabric, auto receive) { fabric.Open6(m_node, i, address, receive); });
  }
}

// The devices as they are here; what only a configuration can say of them stays.
void SmcrStack::PlaceDevices(smclab::Config& config) const {
  config.devices.resize(m_fabrics.size(), smclab::Device{.mtu = smclab::MtuCode::Mtu4096});
  for (std::size_t i = 0; i < m_fabrics.size(); ++i) {
    smclab::Device& device = config.devices[i];
    const smclab::Device here = m_fabrics[i]->Describe();
    device.gid = here.gid;
    device.mac = here.mac;
    device.address = here.address;
    device.prefix_length = here.prefix_length;
    device.mtu = std::min(device.mtu, here.mtu);
  }
  // The instance number is the node's: hosts do not restart here (RFC 7609 A.2.1).
  const uint32_t instance = m_node->GetId() + 1;
  config.peer_id.bytes[0] = static_cast<std::byte>(instance >> 8 & 0xFF);
  config.peer_id.bytes[1] = static_cast<std::byte>(instance & 0xFF);
  if (config.devices.empty()) return;
  const auto& mac = config.devices[0].mac.bytes;
  std::copy(mac.begin(), mac.end(), config.peer_id.bytes.begin() + 2);
}

smclab::stack::Parameters SmcrStack::MakeParameters() const {
  smclab::stack::Parameters parameters = m_given.value_or(smclab::stack::Parameters{});
  smclab::Config& config = parameters.smc;
  PlaceDevices(config);
  if (m_given) return parameters;
  parameters.rnics.assign(m_fabrics.size(), {.timeout = m_retryTimeout});
  config.smc = m_enabled;
  config.rmem = m_rmem;
  config.wmem = m_wmem;
  config.versions = smclab::Versions::V1;
  if (!m_ueid.empty()) {
    const auto eid = smclab::make_eid(m_ueid);
    NS_ABORT_MSG_UNLESS(eid, "Ueid '" << m_ueid << "' is no enterprise id");
    config.ueids.push_back(*eid);
    config.versions = smclab::Versions::Both;
  }
  return parameters;
}

void SmcrStack::Offer(uint16_t localPort) const {
  if (m_given ? m_given->smc.smc : m_enabled) m_options->Offer(localPort);
}

smclab::ConnId SmcrStack::Attach(Ptr<SmcrSocket> socket, smclab::input::TcpUp up) {
  up.conn = m_sockets.insert(socket);
  socket->SetConn(up.conn);
  Tell(up);
  return up.conn;
}

SmcrSocket* SmcrStack::Find(smclab::ConnId conn) {
  Ptr<SmcrSocket>* found = m_sockets.find(conn);
  return found == nullptr ? nullptr : PeekPointer(*found);
}

smclab::stack::RingPart<std::byte> SmcrStack::SendSpace(smclab::ConnId conn) {
  return m_stack->send_space(conn);
}

smclab::stack::RingPart<const std::byte> SmcrStack::ReceiveData(smclab::ConnId conn) const {
  return m_stack->receive_data(conn);
}

void SmcrStack::Tell(const smclab::stack::Input& input) {
  if (!m_node) return;  // disposed
  m_stack->handle(CoreNow(), input, m_outputs);
  CarryOut();
  for (std::size_t i = 0; i < m_fabrics.size(); ++i) ScheduleTransmit(i);
  Arm();
}

// Sockets tell their applications by events of their own, so the list does not change under us.
void SmcrStack::CarryOut() {
  for (const smclab::TraceRecord& record : m_outputs.records()) {
    NS_LOG_LOGIC("node " << m_node->GetId() << ": " << smclab::describe(record.object) << " "
                         << record.index << " " << smclab::describe(record.event) << " "
                         << record.from << " " << record.to << " " << record.cause);
    m_recordTrace(record);
  }
  for (const smclab::stack::Output& output : m_outputs.list()) CarryOutOne(output, m_outputs);
  m_outputs.clear();
}

void SmcrStack::CarryOutOne(const smclab::stack::Output& output,
                            const smclab::stack::Outputs& list) {
  namespace action = smclab::action;
  const auto with = [this](smclab::ConnId conn, auto deed) {
    if (SmcrSocket* socket = Find(conn)) deed(*socket);
  };
  std::visit(
      Overloaded{
          [&](const action::ReadTcp& a) { with(a.conn, [&](auto& s) { s.PullTcp(a.length); }); },
          [&](const action::CancelRead& a) { with(a.conn, [](auto& s) { s.PullTcp(0); }); },
          [&](const action::WriteTcp& a) {
            with(a.conn, [&](auto& s) { s.WriteTcp(list.bytes(a.bytes)); });
          },
          [&](const action::FinishTcp& a) { with(a.conn, [](auto& s) { s.FinishTcp(); }); },
          [&](const action::ResetTcp& a) { with(a.conn, [](auto& s) { s.ResetTcp(); }); },
          [&](const action::Connected& a) {
            with(a.conn, [&](auto& s) { s.OnConnected(a.send_size); });
          },
          [&](const action::Readable& a) { with(a.conn, [](auto& s) { s.OnReadable(); }); },
          [&](const action::EndOfStream& a) { with(a.conn, [](auto& s) { s.OnEndOfStream(); }); },
          [&](const action::Writable& a) { with(a.conn, [](auto& s) { s.OnWritable(); }); },
          [&](const action::FellBack& a) {
            with(a.conn, [&](auto& s) { s.OnFellBack(a.own, a.peer); });
          },
          [](const action::Refused&) {},
          [&](const action::Closed& a) { with(a.conn, [&](auto& s) { s.OnClosed(a.why); }); },
          [&](const action::Released& a) {
            with(a.conn, [](auto& s) { s.OnReleased(); });
            if (Find(a.conn) != nullptr) m_sockets.erase(a.conn);
          }},
      output);
}

void SmcrStack::Arm() {
  const auto deadline = m_stack->deadline();
  if (!deadline) return;
  const Time wait = Until(*deadline);
  // A tick before the deadline does nothing, so a timer that is early may stay.
  if (m_timer.IsRunning() && Simulator::GetDelayLeft(m_timer) <= wait) return;
  m_timer.Cancel();
  m_timer = Simulator::Schedule(wait, &SmcrStack::Expire, this);
}

void SmcrStack::Expire() {
  Tell(smclab::input::Tick{});
}

void SmcrStack::ScheduleTransmit(std::size_t device) {
  if (!m_stack) return;
  const auto next = m_stack->next_transmit(smclab::DeviceId{static_cast<uint8_t>(device)});
  if (!next) return;
  const Time wait = std::max(Until(*next), m_lineFree[device] - Simulator::Now());
  EventId& event = m_transmits[device];
  if (event.IsRunning() && Simulator::GetDelayLeft(event) <= wait) return;
  event.Cancel();
  event = Simulator::Schedule(wait, &SmcrStack::Transmit, this, device);
}

void SmcrStack::Transmit(std::size_t device) {
  SmcrFabric& fabric = *m_fabrics[device];
  const Time wait = fabric.WaitForRoom();
  if (wait.IsStrictlyPositive()) {
    m_lineFree[device] = Simulator::Now() + wait;
  } else {
    const smclab::DeviceId id{static_cast<uint8_t>(device)};
    m_frames.clear();
    m_stack->transmit(CoreNow(), id, ONE_FRAME, m_frames);
    const auto gather = [this](const smclab::rnic::MemorySlice& slice) {
      return m_stack->gather(slice);
    };
    for (const smclab::rnic::OutgoingFrame& frame : m_frames) {
      m_lineFree[device] = fabric.Send(frame, gather);
    }
  }
  ScheduleTransmit(device);
  Arm();
}

}  // namespace ns3
