// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-socket.h"

#include <algorithm>
#include <utility>

#include "ns3-module/model/smcr-address.h"
#include "ns3-module/model/smcr-octets.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrSocket");
NS_OBJECT_ENSURE_REGISTERED(SmcrSocket);

TypeId SmcrSocket::GetTypeId() {
  static TypeId tid = TypeId("ns3::SmcrSocket")
                          .SetParent<Socket>()
                          .SetGroupName("Smcr")
                          .AddConstructor<SmcrSocket>()
                          .AddTraceSource("Fallback", "The connection became plain TCP.",
                                          MakeTraceSourceAccessor(&SmcrSocket::m_fallbackTrace),
                                          "ns3::SmcrSocket::FallbackTracedCallback")
                          .AddTraceSource("Closed", "The connection over SMC-R ended.",
                                          MakeTraceSourceAccessor(&SmcrSocket::m_closedTrace),
                                          "ns3::SmcrSocket::ClosedTracedCallback");
  return tid;
}

SmcrSocket::SmcrSocket() = default;

SmcrSocket::~SmcrSocket() {
  if (!m_tcp) return;
  // TCP may outlive its owner, for example in TIME_WAIT.
  m_tcp->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                            MakeNullCallback<void, Ptr<Socket>>());
  m_tcp->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                           MakeNullCallback<void, Ptr<Socket>, const Address&>());
  m_tcp->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
  m_tcp->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
  m_tcp->SetDataSentCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
  m_tcp->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                           MakeNullCallback<void, Ptr<Socket>>());
}

void SmcrSocket::SetUp(Ptr<SmcrStack> stack, Ptr<Socket> tcp) {
  m_stack = stack;
  m_tcp = tcp;
  m_stack->Start();
}

void SmcrSocket::HearTcp() {
  m_tcp->SetRecvCallback(MakeCallback(&SmcrSocket::TcpReadable, this));
  m_tcp->SetSendCallback(MakeCallback(&SmcrSocket::TcpWritable, this));
  m_tcp->SetDataSentCallback(MakeCallback(&SmcrSocket::TcpSent, this));
  m_tcp->SetCloseCallbacks(MakeCallback(&SmcrSocket::TcpEnded, this),
                           MakeCallback(&SmcrSocket::TcpBroken, this));
}

// --- the application's calls --------------------------------------------------------------------

int SmcrSocket::Fail(SocketErrno error) const {
  m_errno = error;
  return -1;
}

Socket::SocketErrno SmcrSocket::GetErrno() const {
  return m_errno;
}
Socket::SocketType SmcrSocket::GetSocketType() const {
  return NS3_SOCK_STREAM;
}
Ptr<Node> SmcrSocket::GetNode() const {
  return m_tcp->GetNode();
}

int SmcrSocket::Bind(const Address& address) {
  if (!IsTcpEnd(address)) return Fail(ERROR_AFNOSUPPORT);
  if (m_tcp->Bind(address) != 0) return Fail(m_tcp->GetErrno());
  m_bound = true;
  return 0;
}

int SmcrSocket::Bind() {
  return Bind(InetSocketAddress(Ipv4Address::GetAny(), 0));
}
int SmcrSocket::Bind6() {
  return Bind(Inet6SocketAddress(Ipv6Address::GetAny(), 0));
}

int SmcrSocket::Connect(const Address& address) {
  if (m_listening || m_offered != 0 || m_conn) return Fail(ERROR_ISCONN);
  if (!IsTcpEnd(address)) return Fail(ERROR_AFNOSUPPORT);
  const bool six = Inet6SocketAddress::IsMatchingType(address);
  if (!m_bound && (six ? Bind6() : Bind()) != 0) return -1;
  Address own;
  m_tcp->GetSockName(own);
  m_offered = ToTcpEnd(own).port;
  m_stack->Offer(m_offered);
  m_tcp->SetConnectCallback(MakeCallback(&SmcrSocket::TcpConnected, this),
                            MakeCallback(&SmcrSocket::TcpFailed, this));
  HearTcp();
  if (m_tcp->Connect(address) == 0) return 0;
  m_stack->GetOptionTable()->Withdraw(std::exchange(m_offered, uint16_t{0}));
  return Fail(m_tcp->GetErrno());
}

int SmcrSocket::Listen() {
  if (!m_bound && Bind() != 0) return -1;
  m_tcp->SetAcceptCallback(MakeCallback(&SmcrSocket::TcpRequested, this),
                           MakeCallback(&SmcrSocket::TcpAccepted, this));
  if (m_tcp->Listen() != 0) return Fail(m_tcp->GetErrno());
  Address own;
  m_tcp->GetSockName(own);
  m_offered = ToTcpEnd(own).port;
  m_stack->Offer(m_offered);
  m_listening = true;
  return 0;
}

int SmcrSocket::Close() {
  if (std::exchange(m_closed, true)) return Fail(ERROR_BADF);
  if (m_offered != 0) m_stack->GetOptionTable()->Withdraw(std::exchange(m_offered, uint16_t{0}));
  if (m_transport != Transport::Tcp && m_conn) {
    m_stack->Tell(smclab::input::Close{*m_conn});
    return 0;
  }
  return m_tcp->Close();
}

void SmcrSocket::Abort() {
  m_closed = true;
  if (m_transport != Transport::Tcp && m_conn) {
    m_stack->Tell(smclab::input::Abort{*m_conn});
  } else {
    m_tcp->Close();
  }
}

int SmcrSocket::ShutdownSend() {
  if (m_transport == Transport::Tcp) return m_tcp->ShutdownSend();
  if (m_transport == Transport::Unknown || !m_conn) return Fail(ERROR_NOTCONN);
  m_shutdown = true;
  m_stack->Tell(smclab::input::Shutdown{*m_conn});
  return 0;
}

// As with TCP here: what still comes is taken and thrown away by whoever reads.
int SmcrSocket::ShutdownRecv() {
  return m_transport == Transport::Tcp ? m_tcp->ShutdownRecv() : 0;
}

uint32_t SmcrSocket::GetTxAvailable() const {
  if (m_transport == Transport::Tcp) return m_tcp->GetTxAvailable();
  if (m_transport == Transport::Unknown || !m_conn || m_shutdown) return 0;
  return m_stack->SendSpace(*m_conn).bytes;
}

int SmcrSocket::Send(Ptr<Packet> packet, uint32_t flags) {
  if (m_closed || m_shutdown) return Fail(ERROR_SHUTDOWN);
  if (m_transport == Transport::Tcp) {
    const int sent = m_tcp->Send(packet, flags);
    return sent < 0 ? Fail(m_tcp->GetErrno()) : sent;
  }
  if (m_transport == Transport::Unknown || !m_conn) return Fail(ERROR_NOTCONN);
  return SendOverSmc(*packet);
}

int SmcrSocket::SendOverSmc(const Packet& packet) {
  const auto room = m_stack->SendSpace(*m_conn);
  uint32_t size = packet.GetSize();
  if (size > m_sendSize) size = room.bytes;
  if (size > room.bytes || size == 0) return Fail(ERROR_MSGSIZE);
  std::vector<std::byte> bytes(packet.GetSize());
  packet.CopyData(Octets(bytes.data()), packet.GetSize());
  const auto first = std::min<std::size_t>(size, room.parts[0].size());
  std::copy_n(bytes.begin(), first, room.parts[0].begin());
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(first), size - first,
              room.parts[1].begin());
  m_stack->Tell(smclab::input::Wrote{*m_conn, size});
  m_news.sent += size;
  Announce();
  return static_cast<int>(size);
}

int SmcrSocket::SendTo(Ptr<Packet> packet, uint32_t flags, const Address&) {
  return Send(packet, flags);
}

uint32_t SmcrSocket::GetRxAvailable() const {
  if (m_transport == Transport::Tcp) return m_tcp->GetRxAvailable();
  if (m_transport == Transport::Unknown || !m_conn) return 0;
  return m_stack->ReceiveData(*m_conn).bytes;
}

Ptr<Packet> SmcrSocket::Recv(uint32_t maxSize, uint32_t flags) {
  if (m_transport == Transport::Tcp) return m_tcp->Recv(maxSize, flags);
  if (m_transport == Transport::SmcR && m_conn) {
    if (auto packet = ReceiveOverSmc(maxSize)) return packet;
  }
  // An empty packet is the end of the stream, as with TCP.
  if (m_endOfStream) return Create<Packet>();
  m_errno = ERROR_AGAIN;
  return nullptr;
}

Ptr<Packet> SmcrSocket::ReceiveOverSmc(uint32_t maxSize) {
  const auto data = m_stack->ReceiveData(*m_conn);
  const uint32_t size = std::min(maxSize, data.bytes);
  if (size == 0) return nullptr;
  const auto first = std::min(size, static_cast<uint32_t>(data.parts[0].size()));
  auto packet = Create<Packet>(Octets(data.parts[0].data()), first);
  if (size > first) {
    packet->AddAtEnd(Create<Packet>(Octets(data.parts[1].data()), size - first));
  }
  m_stack->Tell(smclab::input::Read{*m_conn, size});
  return packet;
}

Ptr<Packet> SmcrSocket::RecvFrom(uint32_t maxSize, uint32_t flags, Address& fromAddress) {
  auto packet = Recv(maxSize, flags);
  if (packet) GetPeerName(fromAddress);
  return packet;
}

int SmcrSocket::GetSockName(Address& address) const {
  return m_tcp->GetSockName(address);
}
int SmcrSocket::GetPeerName(Address& address) const {
  return m_tcp->GetPeerName(address);
}

void SmcrSocket::BindToNetDevice(Ptr<NetDevice> device) {
  Socket::BindToNetDevice(device);
  m_tcp->BindToNetDevice(device);
}

bool SmcrSocket::SetAllowBroadcast(bool allowBroadcast) {
  return !allowBroadcast;
}
bool SmcrSocket::GetAllowBroadcast() const {
  return false;
}

}  // namespace ns3
