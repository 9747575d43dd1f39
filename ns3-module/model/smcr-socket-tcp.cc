// SPDX-License-Identifier: MIT
//
// The half of an SmcrSocket between its TCP connection and the protocol core: the handshake's
// bytes, the turn to SMC-R or plain TCP, and what the application hears of it.
#include <algorithm>
#include <utility>
#include <vector>

#include "ns3-module/model/smcr-address.h"
#include "ns3-module/model/smcr-octets.h"
#include "ns3-module/model/smcr-socket.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrSocketTcp");

// --- what TCP says ------------------------------------------------------------------------------

void SmcrSocket::TcpConnected(Ptr<Socket> tcp) {
  Address peer;
  tcp->GetPeerName(peer);
  const auto options = m_stack->GetOptionTable();
  const bool heard = options->TakeHeard(m_offered, ToTcpEnd(peer));
  options->Withdraw(std::exchange(m_offered, uint16_t{0}));
  Begin(smclab::Role::Client, heard);
}

void SmcrSocket::TcpFailed(Ptr<Socket>) {
  if (m_offered != 0) m_stack->GetOptionTable()->Withdraw(std::exchange(m_offered, uint16_t{0}));
  m_news.failed = true;
  Announce();
}

bool SmcrSocket::TcpRequested(Ptr<Socket>, const Address& from) {
  return NotifyConnectionRequest(from);
}

void SmcrSocket::TcpAccepted(Ptr<Socket> tcp, const Address& from) {
  auto socket = CreateObject<SmcrSocket>();
  socket->SetUp(m_stack, tcp);
  socket->m_bound = true;
  socket->Adopt(this, from);
}

// The application hears of the socket when it can use it.
void SmcrSocket::Adopt(Ptr<SmcrSocket> listener, const Address& from) {
  m_listener = listener;
  HearTcp();
  Begin(smclab::Role::Server,
        m_stack->GetOptionTable()->TakeHeard(listener->m_offered, ToTcpEnd(from)));
}

void SmcrSocket::Begin(smclab::Role role, bool offered) {
  Address own;
  Address peer;
  m_tcp->GetSockName(own);
  m_tcp->GetPeerName(peer);
  NS_LOG_INFO("TCP is up, SMC-R was " << (offered ? "" : "not ") << "offered by both");
  m_stack->Attach(this, {.role = role,
                         .both_offered = offered,
                         .local = ToTcpEnd(own).address,
                         .peer = ToTcpEnd(peer).address});
}

void SmcrSocket::TcpReadable(Ptr<Socket>) {
  if (m_transport == Transport::Tcp) {
    NotifyDataRecv();
  } else {
    TryPull();
  }
}

void SmcrSocket::TcpWritable(Ptr<Socket>, uint32_t space) {
  if (m_transport == Transport::Tcp) NotifySend(space);
}

void SmcrSocket::TcpSent(Ptr<Socket>, uint32_t bytes) {
  if (m_transport == Transport::Tcp) NotifyDataSent(bytes);
}

// TCP may say so while the core is closing it, so the core hears it in an event of its own.
void SmcrSocket::TcpEnded(Ptr<Socket>) {
  if (m_transport == Transport::Tcp) {
    NotifyNormalClose();
    return;
  }
  m_tcpEnd = smclab::TcpEnd::Fin;
  Simulator::ScheduleNow(&SmcrSocket::TryPull, Ptr<SmcrSocket>(this));
}

void SmcrSocket::TcpBroken(Ptr<Socket>) {
  if (m_transport == Transport::Tcp) {
    NotifyErrorClose();
    return;
  }
  m_tcpEnd = smclab::TcpEnd::Reset;
  Simulator::ScheduleNow(&SmcrSocket::TryPull, Ptr<SmcrSocket>(this));
}

// --- what the core asks of TCP ------------------------------------------------------------------

void SmcrSocket::PullTcp(uint32_t length) {
  m_pull = length;
  if (length > 0) Simulator::ScheduleNow(&SmcrSocket::TryPull, Ptr<SmcrSocket>(this));
}

// Takes what the core wants from TCP once it is there in full, and not one byte more: behind it may
// follow the application's bytes, if the handshake ends in a fallback.
void SmcrSocket::TryPull() {
  if (m_transport == Transport::Tcp || !m_conn) return;
  if (m_pull > 0 && m_tcp->GetRxAvailable() >= m_pull) {
    const auto packet = m_tcp->Recv(std::exchange(m_pull, 0U), 0);
    std::vector<uint8_t> bytes(packet->GetSize());
    packet->CopyData(bytes.data(), packet->GetSize());
    m_stack->Tell(smclab::input::TcpBytes{*m_conn, std::as_bytes(std::span(bytes))});
    return;  // the next ReadTcp comes back here
  }
  if (!m_tcpEnd) return;
  // The end counts when everything in front of it was read.
  if (*m_tcpEnd == smclab::TcpEnd::Fin && m_pull == 0 && m_tcp->GetRxAvailable() > 0) return;
  const smclab::TcpEnd how = *m_tcpEnd;
  m_tcpEnd.reset();
  m_stack->Tell(smclab::input::TcpDown{*m_conn, how});
}

void SmcrSocket::WriteTcp(std::span<const std::byte> bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  auto packet = Create<Packet>(Octets(bytes.data()), size);
  if (m_tcp->Send(packet, 0) != static_cast<int>(size)) NS_LOG_WARN("TCP took no CLC message");
}

void SmcrSocket::FinishTcp() {
  m_tcp->ShutdownSend();
}

// Deviation: ns-3's TCP has no call that sends RST, so the peer sees an orderly end instead.
void SmcrSocket::ResetTcp() {
  m_tcp->Close();
}

// --- what the core tells the application --------------------------------------------------------

void SmcrSocket::OnConnected(uint32_t sendSize) {
  m_transport = Transport::SmcR;
  m_sendSize = sendSize;
  m_news.connected = m_news.writable = true;
  Announce();
}

void SmcrSocket::OnFellBack(smclab::Diagnosis own, smclab::Diagnosis peer) {
  NS_LOG_INFO("fell back to TCP: " << smclab::describe(own) << ", " << smclab::describe(peer));
  m_transport = Transport::Tcp;
  m_fallback = {own, peer};
  m_fallbackTrace(static_cast<uint32_t>(own), static_cast<uint32_t>(peer));
  m_news.connected = m_news.writable = true;
  m_news.readable = m_tcp->GetRxAvailable() > 0;
  if (m_tcpEnd) m_news.closed = true;
  Announce();
}

void SmcrSocket::OnReadable() {
  m_news.readable = true;
  Announce();
}

void SmcrSocket::OnWritable() {
  m_news.writable = true;
  Announce();
}

void SmcrSocket::OnEndOfStream() {
  m_endOfStream = true;
  m_news.closed = true;
  Announce();
}

void SmcrSocket::OnClosed(smclab::CloseReason why) {
  NS_LOG_INFO("closed: " << smclab::describe(why));
  m_endOfStream = true;
  m_closedTrace(why);
  if (m_transport == Transport::Unknown) {
    m_news.failed = true;
  } else if (why == smclab::CloseReason::Orderly) {
    m_news.closed = true;
  } else {
    m_news.broken = true;
  }
  Announce();
}

void SmcrSocket::OnReleased() {
  m_conn.reset();
  if (m_transport != Transport::Tcp) m_tcp->Close();
}

void SmcrSocket::Announce() {
  // A flag, since an EventId would keep the event, and that this socket.
  if (std::exchange(m_announced, true)) return;
  Simulator::ScheduleNow(&SmcrSocket::Deliver, Ptr<SmcrSocket>(this));
}

void SmcrSocket::Deliver() {
  // An application may send, receive and close in each of these calls.
  const News news = std::exchange(m_news, {});
  m_announced = false;
  if (news.connected) {
    if (const auto listener = std::exchange(m_listener, nullptr)) {
      Address from;
      GetPeerName(from);
      listener->NotifyNewConnectionCreated(this, from);
    } else {
      NotifyConnectionSucceeded();
    }
  }
  if (news.failed && !m_listener) NotifyConnectionFailed();
  if (news.sent > 0) NotifyDataSent(news.sent);
  if (news.readable) NotifyDataRecv();
  if (news.writable && !m_closed) NotifySend(GetTxAvailable());
  if ((news.closed || news.broken) && !std::exchange(m_closeTold, true)) {
    news.broken ? NotifyErrorClose() : NotifyNormalClose();
  }
}

}  // namespace ns3
