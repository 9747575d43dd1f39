// SPDX-License-Identifier: MIT
//
// SMC-R behind ns-3's Socket. A TCP socket inside carries the CLC handshake; behind it bytes go
// through the RNIC, or, after a fallback, through that TCP socket. Connected and accepted sockets
// are told of only when this is decided, so an application sees no difference but speed.
#pragma once

#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/socket.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "emu/stack/output.h"
#include "ns3-module/model/smcr-stack.h"

namespace ns3 {

class SmcrSocket : public Socket {
 public:
  /// What carries the application's bytes.
  enum class Carrier : std::uint8_t { None, Smc, Tcp };

  static TypeId GetTypeId();
  SmcrSocket();
  ~SmcrSocket() override;

  /// Makes it a socket of this node, over a TCP socket of its own.
  void Open(Ptr<Node> node, Ptr<Socket> tcp);
  Carrier GetCarrier() const { return m_carrier; }
  /// Why it fell back: this side's reason, and what the peer's Decline said.
  const smclab::action::FellBack& GetFallback() const { return m_fallback; }
  /// Whether the peer sends nothing behind what can be read now.
  bool IsAtEnd() const { return m_streamEnded; }
  /// Why the connection is over; nothing while it is not.
  std::optional<smclab::CloseReason> GetEnd() const { return m_end; }
  /// Called when GetEnd() has something to say, also after a Close() of this side.
  void SetEndCallback(Callback<void, Ptr<Socket>> ended) { m_ended = ended; }
  /// Ends the connection at once; the peer sees a reset.
  void Abort();

  // --- without a copy, over SMC-R only -----------------------------------------------------------
  smclab::stack::RingPart<std::byte> GetSendSpace();
  void Commit(std::uint32_t bytes);
  smclab::stack::RingPart<const std::byte> GetReceived() const;
  void Consume(std::uint32_t bytes);

  /// What the protocol wants of it; `all` holds the bytes that the output names.
  void Hear(const smclab::stack::Output& output, const smclab::stack::Outputs& all);

  // --- ns3::Socket -------------------------------------------------------------------------------
  enum SocketErrno GetErrno() const override { return m_errno; }
  enum SocketType GetSocketType() const override { return NS3_SOCK_STREAM; }
  Ptr<Node> GetNode() const override { return m_node; }
  int Bind(const Address& address) override { return m_tcp->Bind(address); }
  int Bind() override { return m_tcp->Bind(); }
  int Bind6() override { return Fail(ERROR_AFNOSUPPORT); }
  int Close() override;
  int ShutdownSend() override;
  int ShutdownRecv() override;
  int Connect(const Address& address) override;
  int Listen() override;
  std::uint32_t GetTxAvailable() const override;
  int Send(Ptr<Packet> packet, std::uint32_t flags) override;
  int SendTo(Ptr<Packet> packet, std::uint32_t flags, const Address& to) override;
  std::uint32_t GetRxAvailable() const override;
  Ptr<Packet> Recv(std::uint32_t maxSize, std::uint32_t flags) override;
  Ptr<Packet> RecvFrom(std::uint32_t maxSize, std::uint32_t flags, Address& from) override;
  int GetSockName(Address& address) const override { return m_tcp->GetSockName(address); }
  int GetPeerName(Address& address) const override { return m_tcp->GetPeerName(address); }
  bool SetAllowBroadcast(bool allow) override { return !allow; }
  bool GetAllowBroadcast() const override { return false; }

 protected:
  void DoDispose() override;

 private:
  int Fail(enum SocketErrno error) const;
  void StopAsking();

  // What the TCP socket says.
  void Watch();
  void TcpUp(Ptr<Socket> tcp);
  void TcpFailed(Ptr<Socket> tcp);
  bool TcpAsked(Ptr<Socket> tcp, const Address& from);
  void TcpAccepted(Ptr<Socket> tcp, const Address& from);
  void TcpReadable(Ptr<Socket> tcp);
  void TcpWritable(Ptr<Socket> tcp, std::uint32_t room);
  void TcpFinished(Ptr<Socket> tcp);
  void TcpBroken(Ptr<Socket> tcp);

  void Attach(smclab::Role role, const Address& peer);
  void Pull();
  void Ready(Carrier carrier);
  void TellApplication(const smclab::stack::Output& output);
  void StreamEnded();
  void Ended(smclab::CloseReason why);

  Ptr<Node> m_node;
  Ptr<SmcrStack> m_smcr;
  Ptr<Socket> m_tcp;
  Ptr<SmcrSocket> m_listener;  // of an accepted socket, until it is ready
  Address m_peer;
  std::optional<smclab::ConnId> m_conn;
  std::optional<std::uint32_t> m_wanted;  // the core's outstanding ReadTcp
  std::optional<std::uint16_t> m_asking;  // the port whose SYNs carry the option
  Carrier m_carrier = Carrier::None;
  bool m_listening = false;
  bool m_finished = false;  // TCP's half of the peer is closed, and the core knows
  bool m_streamEnded = false;
  bool m_closesAtEnd = false;  // its listener had shut down sending, as PacketSink's has
  bool m_shutdownSend = false;
  bool m_shutdownRecv = false;
  bool m_closed = false;  // the application let go
  smclab::action::FellBack m_fallback;
  std::optional<smclab::CloseReason> m_end;
  Callback<void, Ptr<Socket>> m_ended;
  mutable enum SocketErrno m_errno = ERROR_NOTERROR;
  std::vector<std::byte> m_bytes;
};

}  // namespace ns3
