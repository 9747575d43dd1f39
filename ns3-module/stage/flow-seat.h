// SPDX-License-Identifier: MIT
//
// One end of one connection of a scenario: a Flow, which knows what to send and to expect, on an
// SmcrSocket, which knows how.
#ifndef FLOW_SEAT_H
#define FLOW_SEAT_H
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "emu/scenario/flow.h"
#include "ns3-module/model/smcr-socket.h"

namespace ns3 {

class FlowSeat {
 public:
  using Taken = std::function<void(std::span<const std::byte>)>;

  /// The flow belongs to the run, which outlives the seat. `taken` hears what was received.
  FlowSeat(smclab::scenario::Flow& flow, Taken taken) : m_flow(flow), m_taken(std::move(taken)) {}
  FlowSeat(const FlowSeat&) = delete;
  FlowSeat& operator=(const FlowSeat&) = delete;
  ~FlowSeat();

  /// Before the socket connects, or when it was accepted.
  void Sit(Ptr<SmcrSocket> socket);
  /// The socket is connected.
  void Begin();
  /// The connection never came up.
  void Fail();
  /// Reads, writes and closes as far as it goes now.
  void Run();

  [[nodiscard]] Ptr<SmcrSocket> GetSocket() const { return m_socket; }

 private:
  [[nodiscard]] bool ReadSome();
  [[nodiscard]] bool WriteSome();
  void CarryOutWish();
  void Arm();
  void Readable(Ptr<Socket> socket);
  void Writable(Ptr<Socket> socket, uint32_t space);
  void Ended(Ptr<Socket> socket);
  void Broken(Ptr<Socket> socket);
  void Closed(smclab::CloseReason why);
  void End(smclab::CloseReason why);

  smclab::scenario::Flow& m_flow;
  Taken m_taken;
  Ptr<SmcrSocket> m_socket;
  std::vector<std::byte> m_bytes;
  EventId m_wake;
  bool m_begun = false;
  bool m_peerEnded = false;  ///< the flow learns it when it has read all
  bool m_over = false;
};

}  // namespace ns3

#endif  // FLOW_SEAT_H
