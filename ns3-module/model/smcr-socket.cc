// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-socket.h"

#include <ns3/inet-socket-address.h>
#include <ns3/log.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <variant>

#include "ns3-module/model/smcr-address.h"

namespace ns3 {

NS_LOG_COMPONENT_DEFINE("SmcrSocket");
NS_OBJECT_ENSURE_REGISTERED(SmcrSocket);

namespace {

namespace action = smclab::action;
namespace input = smclab::stack::input;

std::uint8_t* Octets(std::span<std::byte> bytes) {
  return static_cast<std::uint8_t*>(static_cast<void*>(bytes.data()));
}

const std::uint8_t* Octets(std::span<const std::byte> bytes) {
  return static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data()));
}

}  // namespace

TypeId SmcrSocket::GetTypeId() {
  static TypeId tid = TypeId("ns3::SmcrSocket")
                          .SetParent<Socket>()
                          .SetGroupName("Smcr")
                          .AddConstructor<SmcrSocket>();
  return tid;
}

SmcrSocket::SmcrSocket() = default;
SmcrSocket::~SmcrSocket() {
  if (m_tcp) m_tcp->Dispose();
}

void SmcrSocket::Open(Ptr<Node> node, Ptr<Socket> tcp) {
  m_node = node;
  m_smcr = node->GetObject<SmcrStack>();
  m_tcp = tcp;
}

void SmcrSocket::DoDispose() {
  m_smcr = nullptr;
  m_listener = nullptr;
  m_node = nullptr;
  Socket::DoDispose();
}

int SmcrSocket::Fail(enum SocketErrno error) const {
  m_errno = error;
  return -1;
}

// --- opening -------------------------------------------------------------------------------------

int SmcrSocket::Connect(const Address& address) {
  if (!InetSocketAddress::IsMatchingType(address)) return Fail(ERROR_AFNOSUPPORT);
  Address local;
  m_tcp->GetSockName(local);
  if (InetSocketAddress::ConvertFrom(local).GetPort() == 0 && m_tcp->Bind() != 0) {
    return Fail(m_tcp->GetErrno());
  }
  m_tcp->GetSockName(local);
  if (m_smcr->IsEnabled()) {
    m_asking = InetSocketAddress::ConvertFrom(local).GetPort();
    m_smcr->GetOffers().Ask(*m_asking);
  }
  m_peer = address;
  m_tcp->SetConnectCallback(MakeCallback(&SmcrSocket::TcpUp, this),
                            MakeCallback(&SmcrSocket::TcpFailed, this));
  Watch();
  const int result = m_tcp->Connect(address);
  m_errno = m_tcp->GetErrno();
  return result;
}

int SmcrSocket::Listen() {
  if (m_tcp->Listen() != 0) return Fail(m_tcp->GetErrno());
  m_listening = true;
  Address local;
  m_tcp->GetSockName(local);
  if (m_smcr->IsEnabled()) {
    m_asking = InetSocketAddress::ConvertFrom(local).GetPort();
    m_smcr->GetOffers().Ask(*m_asking);
  }
  m_tcp->SetAcceptCallback(MakeCallback(&SmcrSocket::TcpAsked, this),
                           MakeCallback(&SmcrSocket::TcpAccepted, this));
  return 0;
}

void SmcrSocket::StopAsking() {
  if (m_asking) m_smcr->GetOffers().StopAsking(*m_asking);
  m_asking.reset();
}

void SmcrSocket::Watch() {
  m_tcp->SetRecvCallback(MakeCallback(&SmcrSocket::TcpReadable, this));
  m_tcp->SetSendCallback(MakeCallback(&SmcrSocket::TcpWritable, this));
  m_tcp->SetCloseCallbacks(MakeCallback(&SmcrSocket::TcpFinished, this),
                           MakeCallback(&SmcrSocket::TcpBroken, this));
}

void SmcrSocket::TcpUp(Ptr<Socket>) {
  Attach(smclab::Role::Client, m_peer);
  StopAsking();
}

void SmcrSocket::TcpFailed(Ptr<Socket>) {
  StopAsking();
  NotifyConnectionFailed();
}

bool SmcrSocket::TcpAsked(Ptr<Socket>, const Address& from) {
  return NotifyConnectionRequest(from);
}

void SmcrSocket::TcpAccepted(Ptr<Socket> tcp, const Address& from) {
  Ptr<SmcrSocket> accepted = CreateObject<SmcrSocket>();
  accepted->Open(m_node, tcp);
  accepted->m_listener = this;
  accepted->m_peer = from;
  accepted->m_shutdownSend = accepted->m_closesAtEnd = m_shutdownSend;
  accepted->Watch();
  accepted->Attach(smclab::Role::Server, from);
}

void SmcrSocket::Attach(smclab::Role role, const Address& peer) {
  Address local;
  m_tcp->GetSockName(local);
  const InetSocketAddress here = InetSocketAddress::ConvertFrom(local);
  const InetSocketAddress there = InetSocketAddress::ConvertFrom(peer);
  const bool agreed = m_smcr->GetOffers().TakeAgreement(
      {.address = there.GetIpv4().Get(), .port = there.GetPort(), .localPort = here.GetPort()});
  m_conn = m_smcr->Attach(this);
  m_smcr->Tell(input::TcpUp{.conn = *m_conn,
                            .role = role,
                            .both_offered = agreed,
                            .local = ToSmcr(here.GetIpv4()),
                            .peer = ToSmcr(there.GetIpv4())});
}

// --- TCP -----------------------------------------------------------------------------------------

// Exactly as many bytes as the core asked for, so that behind a fallback the first byte in the
// socket is the application's.
void SmcrSocket::Pull() {
  while (m_wanted && m_tcp->GetRxAvailable() >= *m_wanted) {
    Ptr<Packet> packet = m_tcp->Recv(*m_wanted, 0);
    std::vector<std::byte> bytes(*m_wanted);
    m_wanted.reset();
    packet->CopyData(Octets(std::span(bytes)), static_cast<std::uint32_t>(bytes.size()));
    m_smcr->Tell(input::TcpBytes{*m_conn, bytes});
  }
}

void SmcrSocket::TcpReadable(Ptr<Socket>) {
  if (m_carrier == Carrier::Tcp) {
    NotifyDataRecv();
  } else if (m_conn) {
    Pull();
  }
}

void SmcrSocket::TcpWritable(Ptr<Socket>, std::uint32_t room) {
  if (m_carrier == Carrier::Tcp) NotifySend(room);
}

void SmcrSocket::TcpFinished(Ptr<Socket>) {
  if (m_carrier == Carrier::Tcp) {
    m_streamEnded = true;
    NotifyNormalClose();
    if (m_closesAtEnd) m_tcp->Close();
  } else if (m_conn && !m_finished) {
    m_finished = true;
    m_smcr->Tell(input::TcpDown{*m_conn, smclab::TcpEnd::Fin});
  }
}

void SmcrSocket::TcpBroken(Ptr<Socket>) {
  if (m_carrier == Carrier::Tcp) {
    m_end = smclab::CloseReason::ResetByPeer;
    NotifyErrorClose();
    if (!m_ended.IsNull()) m_ended(this);
  } else if (m_conn) {
    m_smcr->Tell(input::TcpDown{*m_conn, smclab::TcpEnd::Reset});
  }
}

// --- what the protocol says ------------------------------------------------------------------

// TCP is served at once. The application hears in an event of its own, because what it does in
// answer must find the protocol done with this turn.
void SmcrSocket::Hear(const smclab::stack::Output& output, const smclab::stack::Outputs& all) {
  if (const auto* read = std::get_if<action::ReadTcp>(&output)) {
    m_wanted = read->length;
    Simulator::ScheduleNow(&SmcrSocket::Pull, Ptr<SmcrSocket>(this));
  } else if (std::holds_alternative<action::CancelRead>(output)) {
    m_wanted.reset();
  } else if (const auto* write = std::get_if<action::WriteTcp>(&output)) {
    const auto bytes = all.bytes(write->bytes);
    m_tcp->Send(Create<Packet>(Octets(bytes), static_cast<std::uint32_t>(bytes.size())), 0);
  } else if (std::holds_alternative<action::FinishTcp>(output) ||
             std::holds_alternative<action::ResetTcp>(output)) {
    // ns-3's TCP has no RST on demand; a close ends the connection as surely.
    m_tcp->Close();
  } else {
    if (std::holds_alternative<action::Released>(output)) m_conn.reset();
    Simulator::ScheduleNow(&SmcrSocket::TellApplication, Ptr<SmcrSocket>(this), output);
  }
}

void SmcrSocket::TellApplication(const smclab::stack::Output& output) {
  if (!m_node) return;  // disposed of in the meantime
  if (std::holds_alternative<action::Connected>(output)) {
    Ready(Carrier::Smc);
  } else if (const auto* fell = std::get_if<action::FellBack>(&output)) {
    m_fallback = *fell;
    Ready(Carrier::Tcp);
    if (m_tcp->GetRxAvailable() > 0) NotifyDataRecv();
  } else if (std::holds_alternative<action::Readable>(output)) {
    if (!m_closed) NotifyDataRecv();
  } else if (std::holds_alternative<action::Writable>(output)) {
    if (!m_closed && !m_shutdownSend) NotifySend(GetTxAvailable());
  } else if (std::holds_alternative<action::EndOfStream>(output)) {
    StreamEnded();
  } else if (const auto* closed = std::get_if<action::Closed>(&output)) {
    Ended(closed->why);
  }
}

void SmcrSocket::Ready(Carrier carrier) {
  NS_LOG_INFO("node " << m_node->GetId() << " is connected over "
                      << (carrier == Carrier::Smc ? "SMC-R" : "TCP"));
  m_carrier = carrier;
  if (m_listener) {
    Ptr<SmcrSocket> listener = m_listener;
    m_listener = nullptr;
    listener->NotifyNewConnectionCreated(this, m_peer);
  } else {
    NotifyConnectionSucceeded();
  }
  if (!m_shutdownSend && GetTxAvailable() > 0) NotifySend(GetTxAvailable());
}

// As ns-3's TCP does it: an application that sends nothing more need not close by itself.
void SmcrSocket::StreamEnded() {
  m_streamEnded = true;
  if (m_closed) return;
  NotifyDataRecv();
  NotifyNormalClose();
  if (m_closesAtEnd) Close();
}

void SmcrSocket::Ended(smclab::CloseReason why) {
  m_end = why;
  if (!m_ended.IsNull()) m_ended(this);
  if (m_closed) return;
  if (m_carrier == Carrier::None) {
    if (!m_listener) NotifyConnectionFailed();
  } else if (why != smclab::CloseReason::Orderly) {
    m_errno = ERROR_NOTCONN;
    NotifyErrorClose();
  }
  Close();
}

// --- what the application does -------------------------------------------------------------------

int SmcrSocket::Close() {
  m_closed = true;
  if (m_listening) {
    StopAsking();
    return m_tcp->Close();
  }
  if (m_carrier == Carrier::Tcp || (!m_conn && m_carrier == Carrier::None)) return m_tcp->Close();
  if (m_conn) m_smcr->Tell(input::Close{*m_conn});
  return 0;
}

void SmcrSocket::Abort() {
  m_closed = true;
  if (m_conn) {
    m_smcr->Tell(input::Abort{*m_conn});
  } else {
    m_tcp->Close();
  }
}

int SmcrSocket::ShutdownSend() {
  m_shutdownSend = true;
  if (m_carrier == Carrier::Tcp) return m_tcp->ShutdownSend();
  if (m_carrier == Carrier::Smc && m_conn) m_smcr->Tell(input::Shutdown{*m_conn});
  return 0;
}

int SmcrSocket::ShutdownRecv() {
  m_shutdownRecv = true;
  return 0;
}

std::uint32_t SmcrSocket::GetTxAvailable() const {
  if (m_carrier == Carrier::Tcp) return m_tcp->GetTxAvailable();
  if (m_carrier != Carrier::Smc || !m_conn) return 0;
  return m_smcr->SendSpace(*m_conn).bytes;
}

int SmcrSocket::Send(Ptr<Packet> packet, std::uint32_t flags) {
  if (m_closed || m_shutdownSend) return Fail(ERROR_SHUTDOWN);
  if (m_carrier == Carrier::Tcp) {
    const int sent = m_tcp->Send(packet, flags);
    if (sent < 0) m_errno = m_tcp->GetErrno();
    return sent;
  }
  if (m_carrier != Carrier::Smc || !m_conn) return Fail(ERROR_NOTCONN);
  const auto room = m_smcr->SendSpace(*m_conn);
  const std::uint32_t size = std::min(room.bytes, packet->GetSize());
  if (size == 0 && packet->GetSize() > 0) return Fail(ERROR_AGAIN);
  m_bytes.resize(size);
  packet->CopyData(Octets(std::span(m_bytes)), size);
  const std::size_t first = std::min<std::size_t>(size, room.parts[0].size());
  std::copy_n(m_bytes.begin(), first, room.parts[0].begin());
  std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(first), size - first,
              room.parts[1].begin());
  m_smcr->Tell(input::Wrote{*m_conn, size});
  NotifyDataSent(size);
  return static_cast<int>(size);
}

int SmcrSocket::SendTo(Ptr<Packet> packet, std::uint32_t flags, const Address&) {
  return Send(packet, flags);  // a stream has one peer
}

std::uint32_t SmcrSocket::GetRxAvailable() const {
  if (m_carrier == Carrier::Tcp) return m_tcp->GetRxAvailable();
  if (m_carrier != Carrier::Smc || !m_conn) return 0;
  return m_smcr->ReceiveData(*m_conn).bytes;
}

Ptr<Packet> SmcrSocket::Recv(std::uint32_t maxSize, std::uint32_t flags) {
  if (m_carrier == Carrier::Tcp) return m_tcp->Recv(maxSize, flags);
  if (m_carrier != Carrier::Smc || !m_conn) return nullptr;
  const auto data = m_smcr->ReceiveData(*m_conn);
  const std::uint32_t size = std::min(data.bytes, maxSize);
  if (size == 0) {
    m_errno = ERROR_AGAIN;
    return m_streamEnded ? Create<Packet>() : nullptr;
  }
  const std::size_t first = std::min<std::size_t>(size, data.parts[0].size());
  m_bytes.assign(data.parts[0].begin(), data.parts[0].begin() + static_cast<std::ptrdiff_t>(first));
  m_bytes.insert(m_bytes.end(), data.parts[1].begin(),
                 data.parts[1].begin() + static_cast<std::ptrdiff_t>(size - first));
  Ptr<Packet> packet = Create<Packet>(Octets(std::span<const std::byte>(m_bytes)), size);
  m_smcr->Tell(input::Read{*m_conn, size});
  return packet;
}

Ptr<Packet> SmcrSocket::RecvFrom(std::uint32_t maxSize, std::uint32_t flags, Address& from) {
  from = m_peer;
  return Recv(maxSize, flags);
}

smclab::stack::RingPart<std::byte> SmcrSocket::GetSendSpace() {
  if (m_carrier != Carrier::Smc || !m_conn || m_closed || m_shutdownSend) return {};
  return m_smcr->SendSpace(*m_conn);
}

void SmcrSocket::Commit(std::uint32_t bytes) {
  if (m_conn) m_smcr->Tell(input::Wrote{*m_conn, bytes});
}

smclab::stack::RingPart<const std::byte> SmcrSocket::GetReceived() const {
  if (m_carrier != Carrier::Smc || !m_conn) return {};
  return m_smcr->ReceiveData(*m_conn);
}

void SmcrSocket::Consume(std::uint32_t bytes) {
  if (m_conn) m_smcr->Tell(input::Read{*m_conn, bytes});
}

}  // namespace ns3
