// SPDX-License-Identifier: MIT
//
// One side of one connection of a scenario: moves bytes between a Flow and a SmcrSocket.
#pragma once

#include <ns3/event-id.h>

#include <functional>
#include <span>
#include <vector>

#include "emu/scenario/flow.h"
#include "ns3-module/model/smcr-socket.h"

namespace ns3 {

class SmcrSeat {
 public:
  /// Bytes that the application took, and a chance to look after each step.
  struct Hooks {
    std::function<void(std::span<const std::byte>)> took;
    std::function<void()> moved;
  };
  SmcrSeat(smclab::scenario::Flow& flow, Hooks hooks) : m_flow(flow), m_hooks(std::move(hooks)) {}

  /// The socket is there, connected or not.
  void Watch(Ptr<SmcrSocket> socket);
  void Connected(Ptr<Socket> socket);
  void Failed(Ptr<Socket> socket);
  bool HasSocket() const { return static_cast<bool>(m_socket); }
  smclab::scenario::Flow& GetFlow() { return m_flow; }
  /// Drops the socket, at the end of the run.
  void Forget();

 private:
  void Ended(Ptr<Socket> socket);
  void Readable(Ptr<Socket>) { Pump(); }
  void Writable(Ptr<Socket>, std::uint32_t) { Pump(); }
  void Pump();
  bool Read();
  bool ReadTcp();
  bool Write();
  bool WriteTcp();
  void GrantWish();
  void Sleep();
  bool OverSmc() const { return m_socket->GetCarrier() == SmcrSocket::Carrier::Smc; }

  smclab::scenario::Flow& m_flow;
  Hooks m_hooks;
  Ptr<SmcrSocket> m_socket;
  EventId m_wake;
  std::vector<std::byte> m_incoming;  // over TCP: taken off the socket, not yet by the flow
  bool m_connected = false;
  bool m_toldEnd = false;
  bool m_pumping = false;
  bool m_over = false;
};

}  // namespace ns3
