// SPDX-License-Identifier: MIT
//
// One SMC-R host, aggregated to a Node: a Stack on the simulator's clock, an RNIC port for each
// IPv4 interface, the SYN option, and the connections of its sockets.
#pragma once

#include <ns3/event-id.h>
#include <ns3/node.h>
#include <ns3/object.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "emu/stack/stack.h"
#include "ns3-module/model/smcr-offers.h"
#include "ns3-module/model/smcr-port.h"
#include "protocol/slots.h"

namespace ns3 {

class SmcrSocket;

class SmcrStack : public Object {
 public:
  static TypeId GetTypeId();
  SmcrStack();
  ~SmcrStack() override;

  /// Whether this node offers SMC-R; if not, its sockets are TCP sockets.
  bool IsEnabled() const { return m_enabled; }
  SmcrOffers& GetOffers() { return m_offers; }

  /// Instead of what attributes and interfaces say. Device i is the port of IP interface i + 1,
  /// behind the loopback interface. Before the first connection.
  void SetParameters(const smclab::stack::Parameters& parameters) { m_given = parameters; }
  /// Hears every trace record of the protocol.
  using TraceSink = std::function<void(const smclab::TraceRecord&)>;
  void SetTraceSink(TraceSink sink) { m_sink = std::move(sink); }

  /// The host; null before its first connection.
  const smclab::stack::Stack* GetStack() const { return m_stack.get(); }

  /// A connection of this socket, which is kept alive until the protocol has let go of it.
  smclab::ConnId Attach(Ptr<SmcrSocket> socket);
  /// Tells the protocol what happened, and carries out what follows from it.
  void Tell(const smclab::stack::Input& input);

  smclab::stack::RingPart<std::byte> SendSpace(smclab::ConnId conn);
  smclab::stack::RingPart<const std::byte> ReceiveData(smclab::ConnId conn) const;

  /// What is alive on this host; all zero before its first connection.
  smclab::stack::Census GetCensus() const;
  /// What its RNICs counted, summed up over them.
  std::uint64_t GetRetransmissions() const;
  std::uint64_t GetFramesSent() const;

 protected:
  void NotifyNewAggregate() override;
  void DoDispose() override;

 private:
  void Start();
  smclab::stack::Parameters Describe() const;
  void OpenPort(std::uint32_t interface);
  void CarryOut(const smclab::stack::Output& output, const smclab::stack::Outputs& all);
  void Turn();
  void Transmit();
  void Arm();
  void Wake();

  bool m_enabled = true;
  std::uint32_t m_sendBuffer = 65'536;
  std::uint32_t m_receiveBuffer = 65'536;
  Ptr<Node> m_node;
  std::optional<smclab::stack::Parameters> m_given;
  TraceSink m_sink;
  SmcrOffers m_offers;
  std::unique_ptr<smclab::stack::Stack> m_stack;   // none before the first connection
  std::vector<std::unique_ptr<SmcrPort>> m_ports;  // by DeviceId
  smclab::Slots<Ptr<SmcrSocket>, smclab::ConnId> m_sockets;
  smclab::rnic::OutgoingFrames m_frames;
  EventId m_event;
  std::optional<smclab::Instant> m_armedAt;
};

}  // namespace ns3
