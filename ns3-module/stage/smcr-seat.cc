// SPDX-License-Identifier: MIT
#include "ns3-module/stage/smcr-seat.h"

#include <ns3/simulator.h>

#include <algorithm>

#include "ns3-module/model/smcr-address.h"

namespace ns3 {

namespace {

namespace scenario = smclab::scenario;

constexpr std::uint32_t kChunk = 65'536;

}  // namespace

void SmcrSeat::Watch(Ptr<SmcrSocket> socket) {
  m_socket = socket;
  socket->SetRecvCallback(MakeCallback(&SmcrSeat::Readable, this));
  socket->SetSendCallback(MakeCallback(&SmcrSeat::Writable, this));
  socket->SetCloseCallbacks(MakeCallback(&SmcrSeat::Readable, this),
                            MakeCallback(&SmcrSeat::Readable, this));
  socket->SetEndCallback(MakeCallback(&SmcrSeat::Ended, this));
}

void SmcrSeat::Connected(Ptr<Socket>) {
  m_connected = true;
  const auto& fell = m_socket->GetFallback();
  m_flow.on_connected(SmcrNow(), OverSmc() ? scenario::Transport::SmcR : scenario::Transport::Tcp,
                      fell.own, fell.peer);
  Pump();
}

void SmcrSeat::Failed(Ptr<Socket>) {
  if (!m_over) m_flow.on_closed(SmcrNow(), smclab::CloseReason::TcpFailed);
  m_over = true;
  m_hooks.moved();
}

void SmcrSeat::Ended(Ptr<Socket>) {
  if (m_over) return;
  Pump();  // what can still be read
  m_over = true;
  m_flow.on_closed(SmcrNow(), *m_socket->GetEnd());
  m_hooks.moved();
}

void SmcrSeat::Forget() {
  m_wake.Cancel();
  m_socket = nullptr;
}

// A step may call back in; the loop outside then goes round once more.
void SmcrSeat::Pump() {
  if (m_pumping || m_over || !m_connected) return;
  m_pumping = true;
  for (bool moved = true; moved && !m_over;) {
    moved = Read();
    moved = Write() || moved;
    GrantWish();
  }
  m_pumping = false;
  if (!m_over) Sleep();
  m_hooks.moved();
}

bool SmcrSeat::Read() {
  if (!OverSmc()) return ReadTcp();
  const auto data = m_socket->GetReceived();
  if (data.bytes == 0) {
    if (!m_socket->IsAtEnd() || m_toldEnd) return false;
    m_toldEnd = true;
    m_flow.on_end_of_stream();
    return true;
  }
  const std::size_t taken = m_flow.drain(SmcrNow(), data.parts[0]);
  if (taken == 0) return false;
  m_hooks.took(data.parts[0].first(taken));
  m_socket->Consume(static_cast<std::uint32_t>(taken));
  return true;
}

bool SmcrSeat::ReadTcp() {
  if (m_incoming.empty() && m_socket->GetRxAvailable() > 0) {
    Ptr<Packet> packet = m_socket->Recv(kChunk, 0);
    m_incoming.resize(packet->GetSize());
    packet->CopyData(static_cast<std::uint8_t*>(static_cast<void*>(m_incoming.data())),
                     packet->GetSize());
  }
  if (m_incoming.empty()) {
    if (!m_socket->IsAtEnd() || m_toldEnd) return false;
    m_toldEnd = true;
    m_flow.on_end_of_stream();
    return true;
  }
  const std::size_t taken = m_flow.drain(SmcrNow(), m_incoming);
  m_hooks.took(std::span(m_incoming).first(taken));
  m_incoming.erase(m_incoming.begin(), m_incoming.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken > 0;
}

bool SmcrSeat::Write() {
  if (!OverSmc()) return WriteTcp();
  const auto room = m_socket->GetSendSpace();
  if (room.bytes == 0) return false;
  const std::size_t written = m_flow.fill(SmcrNow(), room.parts[0]);
  if (written == 0) return false;
  m_socket->Commit(static_cast<std::uint32_t>(written));
  return true;
}

bool SmcrSeat::WriteTcp() {
  std::vector<std::byte> bytes(std::min(m_socket->GetTxAvailable(), kChunk));
  bytes.resize(m_flow.fill(SmcrNow(), bytes));
  if (bytes.empty()) return false;
  m_socket->Send(
      Create<Packet>(static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data())),
                     static_cast<std::uint32_t>(bytes.size())),
      0);
  return true;
}

void SmcrSeat::GrantWish() {
  const scenario::Wish wish = m_flow.wish();
  if (wish == scenario::Wish::Shutdown) m_socket->ShutdownSend();
  if (wish == scenario::Wish::Close) m_socket->Close();
  if (wish == scenario::Wish::Abort) m_socket->Abort();
  // TCP does not tell the end of what its own side ended.
  const bool ends = wish == scenario::Wish::Close || wish == scenario::Wish::Abort;
  if (!ends || OverSmc() || m_over) return;
  m_over = true;
  m_flow.on_closed(SmcrNow(), wish == scenario::Wish::Close ? smclab::CloseReason::Orderly
                                                            : smclab::CloseReason::LocalAbort);
}

void SmcrSeat::Sleep() {
  const auto wakes = m_flow.wakes_at(SmcrNow());
  if (!wakes) return;
  m_wake.Cancel();
  m_wake = Simulator::Schedule(SmcrUntil(*wakes), &SmcrSeat::Pump, this);
}

}  // namespace ns3
