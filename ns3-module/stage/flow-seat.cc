// SPDX-License-Identifier: MIT
#include "ns3-module/stage/flow-seat.h"

#include <algorithm>
#include <utility>

#include "ns3-module/model/smcr-octets.h"
#include "ns3/simulator.h"

namespace ns3 {

namespace {

using smclab::CloseReason;

smclab::Instant CoreNow() {
  return smclab::Instant(smclab::Duration(Simulator::Now().GetNanoSeconds()));
}

}  // namespace

FlowSeat::~FlowSeat() {
  m_wake.Cancel();
  if (!m_socket) return;
  m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
  m_socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
  m_socket->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                              MakeNullCallback<void, Ptr<Socket>>());
  m_socket->TraceDisconnectWithoutContext("Closed", MakeCallback(&FlowSeat::Closed, this));
}

void FlowSeat::Sit(Ptr<SmcrSocket> socket) {
  m_socket = socket;
  socket->SetRecvCallback(MakeCallback(&FlowSeat::Readable, this));
  socket->SetSendCallback(MakeCallback(&FlowSeat::Writable, this));
  socket->SetCloseCallbacks(MakeCallback(&FlowSeat::Ended, this),
                            MakeCallback(&FlowSeat::Broken, this));
  socket->TraceConnectWithoutContext("Closed", MakeCallback(&FlowSeat::Closed, this));
}

void FlowSeat::Begin() {
  using smclab::scenario::Transport;
  const bool smc = m_socket->GetTransport() == SmcrSocket::Transport::SmcR;
  const auto [own, peer] = m_socket->GetFallback();
  m_begun = true;
  m_flow.on_connected(CoreNow(), smc ? Transport::SmcR : Transport::Tcp, own, peer);
  Run();
}

void FlowSeat::Fail() {
  End(CloseReason::TcpFailed);
}

void FlowSeat::End(CloseReason why) {
  if (std::exchange(m_over, true)) return;
  m_flow.on_closed(CoreNow(), why);
}

void FlowSeat::Run() {
  if (!m_begun) return;
  bool moved = true;
  while (moved && !m_over && !m_flow.done()) {
    moved = ReadSome();
    moved = WriteSome() || moved;
    CarryOutWish();
  }
  Arm();
}

// The socket gives bytes away when it is read, so the flow is first asked how many it would take.
bool FlowSeat::ReadSome() {
  const uint32_t available = m_socket->GetRxAvailable();
  if (available == 0) {
    if (!std::exchange(m_peerEnded, false)) return false;
    m_flow.on_end_of_stream();
    return true;
  }
  smclab::scenario::Flow asked = m_flow;
  const auto wanted = static_cast<uint32_t>(asked.drain_unbacked(CoreNow(), available));
  if (wanted == 0) return false;
  const auto packet = m_socket->Recv(wanted, 0);
  if (!packet || packet->GetSize() == 0) return false;
  m_bytes.resize(packet->GetSize());
  packet->CopyData(Octets(m_bytes.data()), packet->GetSize());
  const std::size_t taken = m_flow.drain(CoreNow(), m_bytes);
  m_taken(std::span(m_bytes).first(taken));
  return taken > 0;
}

bool FlowSeat::WriteSome() {
  if (m_over) return false;
  const uint32_t room = m_socket->GetTxAvailable();
  if (room == 0) return false;
  m_bytes.resize(room);
  const auto written = static_cast<uint32_t>(m_flow.fill(CoreNow(), m_bytes));
  if (written == 0) return false;
  m_socket->Send(Create<Packet>(Octets(m_bytes.data()), written), 0);
  return true;
}

void FlowSeat::CarryOutWish() {
  if (m_over) return;
  const bool tcp = m_socket->GetTransport() == SmcrSocket::Transport::Tcp;
  switch (m_flow.wish()) {
    case smclab::scenario::Wish::None:
      break;
    case smclab::scenario::Wish::Shutdown:
      m_socket->ShutdownSend();
      break;
    case smclab::scenario::Wish::Close:
      m_socket->Close();
      if (tcp) End(CloseReason::Orderly);
      break;
    case smclab::scenario::Wish::Abort:
      m_socket->Abort();
      if (tcp) End(CloseReason::LocalAbort);
      break;
  }
}

void FlowSeat::Arm() {
  if (m_over) return;
  const auto when = m_flow.wakes_at(CoreNow());
  if (!when) return;
  m_wake.Cancel();
  const auto wait = std::max(*when, CoreNow()) - CoreNow();
  m_wake =
      Simulator::Schedule(NanoSeconds(static_cast<uint64_t>(wait.count())), &FlowSeat::Run, this);
}

void FlowSeat::Readable(Ptr<Socket>) {
  Run();
}
void FlowSeat::Writable(Ptr<Socket>, uint32_t) {
  Run();
}

void FlowSeat::Ended(Ptr<Socket>) {
  m_peerEnded = true;
  Run();
}

void FlowSeat::Broken(Ptr<Socket>) {
  if (m_socket->GetTransport() == SmcrSocket::Transport::Tcp) End(CloseReason::ResetByPeer);
}

// Whoever learns that the connection is over closes the socket, and only then can the core give
// back what it had; but not from inside the core's own call.
void FlowSeat::Closed(CloseReason why) {
  End(why);
  Simulator::ScheduleNow(&SmcrSocket::Close, m_socket);
}

}  // namespace ns3
