// SPDX-License-Identifier: MIT
//
// A stream socket over SMC-R, for applications that know only ns3::Socket. It makes a TCP
// connection, on which SMC-R is negotiated (CLC), and then moves the bytes through the rings of
// the connection; after a fallback it passes everything through to that TCP connection.
// Bytes are copied: tags of packets do not travel.
#ifndef SMCR_SOCKET_H
#define SMCR_SOCKET_H
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ns3-module/model/smcr-stack.h"
#include "ns3/inet-socket-address.h"
#include "ns3/socket.h"
#include "ns3/traced-callback.h"

namespace ns3 {

class SmcrSocket : public Socket {
 public:
  static TypeId GetTypeId();
  SmcrSocket();
  ~SmcrSocket() override;

  /// Both before anything else: the node's SMC-R, and a TCP socket of that node.
  void SetUp(Ptr<SmcrStack> stack, Ptr<Socket> tcp);

  /// How the bytes travel; Unknown while the handshake is under way.
  enum class Transport : uint8_t { Unknown, SmcR, Tcp };
  [[nodiscard]] Transport GetTransport() const { return m_transport; }

  /// After a fallback: the own reason, and the diagnosis of the peer's Decline.
  [[nodiscard]] std::pair<smclab::Diagnosis, smclab::Diagnosis> GetFallback() const {
    return m_fallback;
  }
  /// Closes without flushing; over SMC-R the peer sees a reset.
  void Abort();

  // From Socket.
  SocketErrno GetErrno() const override;
  SocketType GetSocketType() const override;
  Ptr<Node> GetNode() const override;
  int Bind(const Address& address) override;
  int Bind() override;
  int Bind6() override;
  int Close() override;
  int ShutdownSend() override;
  int ShutdownRecv() override;
  int Connect(const Address& address) override;
  int Listen() override;
  uint32_t GetTxAvailable() const override;
  /// Takes a packet whole or not at all, as TCP does, unless it is larger than the send buffer:
  /// then as much of it as there is room for.
  int Send(Ptr<Packet> packet, uint32_t flags) override;
  int SendTo(Ptr<Packet> packet, uint32_t flags, const Address& toAddress) override;
  uint32_t GetRxAvailable() const override;
  Ptr<Packet> Recv(uint32_t maxSize, uint32_t flags) override;
  Ptr<Packet> RecvFrom(uint32_t maxSize, uint32_t flags, Address& fromAddress) override;
  int GetSockName(Address& address) const override;
  int GetPeerName(Address& address) const override;
  void BindToNetDevice(Ptr<NetDevice> device) override;
  bool SetAllowBroadcast(bool allowBroadcast) override;
  bool GetAllowBroadcast() const override;

  // What the stack's core asks for.
  void SetConn(smclab::ConnId conn) { m_conn = conn; }
  void PullTcp(uint32_t length);
  void WriteTcp(std::span<const std::byte> bytes);
  void FinishTcp();
  void ResetTcp();
  void OnConnected(uint32_t sendSize);
  void OnFellBack(smclab::Diagnosis own, smclab::Diagnosis peer);
  void OnReadable();
  void OnWritable();
  void OnEndOfStream();
  void OnClosed(smclab::CloseReason why);
  void OnReleased();

  /// Signature of the trace source Fallback: own and the peer's reason, as in a Decline.
  typedef void (*FallbackTracedCallback)(uint32_t own, uint32_t peer);
  /// Signature of the trace source Closed. What hears it must not use the socket.
  typedef void (*ClosedTracedCallback)(smclab::CloseReason why);

 private:
  /// What the application is to be told, in an event of its own.
  struct News {
    bool connected = false;
    bool failed = false;
    bool readable = false;
    bool writable = false;
    bool closed = false;
    bool broken = false;
    uint32_t sent = 0;
  };

  void TcpConnected(Ptr<Socket> tcp);
  void TcpFailed(Ptr<Socket> tcp);
  bool TcpRequested(Ptr<Socket> tcp, const Address& from);
  void TcpAccepted(Ptr<Socket> tcp, const Address& from);
  void TcpReadable(Ptr<Socket> tcp);
  void TcpWritable(Ptr<Socket> tcp, uint32_t space);
  void TcpSent(Ptr<Socket> tcp, uint32_t bytes);
  void TcpEnded(Ptr<Socket> tcp);
  void TcpBroken(Ptr<Socket> tcp);

  void HearTcp();
  void Adopt(Ptr<SmcrSocket> listener, const Address& from);
  void Begin(smclab::Role role, bool offered);
  void TryPull();
  void Announce();
  void Deliver();
  int SendOverSmc(const Packet& packet);
  Ptr<Packet> ReceiveOverSmc(uint32_t maxSize);
  int Fail(SocketErrno error) const;

  Ptr<SmcrStack> m_stack;
  Ptr<Socket> m_tcp;
  Ptr<SmcrSocket> m_listener;  ///< of an accepted socket that its application does not know yet
  std::optional<smclab::ConnId> m_conn;
  Transport m_transport = Transport::Unknown;
  uint32_t m_sendSize = 0;
  uint32_t m_pull = 0;  ///< bytes that the core wants to read from TCP
  std::optional<smclab::TcpEnd> m_tcpEnd;
  bool m_bound = false;
  uint16_t m_offered = 0;  ///< port whose SYNs offer SMC-R, or 0
  bool m_listening = false;
  bool m_shutdown = false;
  bool m_closed = false;  ///< by the application
  bool m_endOfStream = false;
  bool m_closeTold = false;
  News m_news;
  bool m_announced = false;  ///< an event to deliver the news is on its way
  mutable SocketErrno m_errno = ERROR_NOTERROR;
  std::pair<smclab::Diagnosis, smclab::Diagnosis> m_fallback;
  TracedCallback<uint32_t, uint32_t> m_fallbackTrace;
  TracedCallback<smclab::CloseReason> m_closedTrace;
};

}  // namespace ns3

#endif  // SMCR_SOCKET_H
