// SPDX-License-Identifier: MIT
//
// SMC-R on a node: a Stack (protocol core and software RNICs) driven by the simulator's clock. It
// is aggregated to the node behind the internet stack, has an RNIC port on each interface,
// and serves the node's SmcrSockets. Nothing in it knows that time is simulated.
#ifndef SMCR_STACK_H
#define SMCR_STACK_H
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emu/stack/stack.h"
#include "ns3-module/model/smcr-fabric.h"
#include "ns3-module/model/smcr-tcp-option.h"
#include "ns3/event-id.h"
#include "ns3/node.h"
#include "ns3/object.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"
#include "protocol/slots.h"

namespace ns3 {

class SmcrSocket;

class SmcrStack : public Object {
 public:
  static TypeId GetTypeId();
  SmcrStack();
  ~SmcrStack() override;

  /// Opens the RNIC ports, once, when the simulation starts or the first socket is made: the
  /// node's addresses are to be set by then.
  void Start();
  [[nodiscard]] bool IsStarted() const { return m_stack.has_value(); }

  /// All that the core can be told, in place of the attributes; before Start. Devices are the
  /// node's interfaces in order, IPv4 first, and take their addresses from these.
  void SetParameters(const smclab::stack::Parameters& parameters) { m_given = parameters; }

  /// The stack's chance comes from this stream of ns-3's. Returns how many streams it used.
  int64_t AssignStreams(int64_t stream);

  [[nodiscard]] Ptr<SmcrTcpOptionTable> GetOptionTable() const { return m_options; }
  /// The SYNs of this port offer SMC-R from now on, unless the stack is not Enabled.
  void Offer(uint16_t localPort) const;
  [[nodiscard]] const smclab::stack::Stack& GetStack() const { return *m_stack; }
  [[nodiscard]] Ptr<SmcrFabric> GetFabric(std::size_t device) const { return m_fabrics[device]; }
  [[nodiscard]] std::size_t GetNFabrics() const { return m_fabrics.size(); }

  // --- for SmcrSocket ---------------------------------------------------------------------------

  /// Takes a socket whose TCP connection is up. The stack holds it until the core forgets it.
  smclab::ConnId Attach(Ptr<SmcrSocket> socket, smclab::input::TcpUp up);
  /// Tells the core what happened, now. Never from within an output.
  void Tell(const smclab::stack::Input& input);
  [[nodiscard]] smclab::stack::RingPart<std::byte> SendSpace(smclab::ConnId conn);
  [[nodiscard]] smclab::stack::RingPart<const std::byte> ReceiveData(smclab::ConnId conn) const;

  /// Signature of the trace source Record: time and object are inside, sim time is that of now.
  typedef void (*RecordTracedCallback)(const smclab::TraceRecord& record);

 protected:
  void NotifyNewAggregate() override;
  void DoInitialize() override;
  void DoDispose() override;

 private:
  void CarryOut();
  void CarryOutOne(const smclab::stack::Output& output, const smclab::stack::Outputs& list);
  void Arm();
  void Expire();
  void ScheduleTransmit(std::size_t device);
  void Transmit(std::size_t device);
  [[nodiscard]] smclab::stack::Parameters MakeParameters() const;
  void OpenFabrics();
  void PlaceDevices(smclab::Config& config) const;
  [[nodiscard]] SmcrSocket* Find(smclab::ConnId conn);

  Ptr<Node> m_node;
  Ptr<SmcrTcpOptionTable> m_options;
  Ptr<UniformRandomVariable> m_random;
  std::vector<Ptr<SmcrFabric>> m_fabrics;
  std::vector<Time> m_lineFree;  ///< of each fabric: when its last frame has left
  std::vector<EventId> m_transmits;
  std::optional<smclab::stack::Stack> m_stack;
  smclab::Slots<Ptr<SmcrSocket>, smclab::ConnId> m_sockets;
  smclab::stack::Outputs m_outputs;
  smclab::rnic::OutgoingFrames m_frames;
  EventId m_timer;
  TracedCallback<const smclab::TraceRecord&> m_recordTrace;

  std::optional<smclab::stack::Parameters> m_given;
  bool m_enabled;          ///< attribute Enabled
  uint32_t m_rmem;         ///< attribute Rmem
  uint32_t m_wmem;         ///< attribute Wmem
  std::string m_ueid;      ///< attribute Ueid; empty: version 1 only
  uint8_t m_retryTimeout;  ///< attribute RetryTimeout, as ibv_qp_attr's timeout
};

}  // namespace ns3

#endif  // SMCR_STACK_H
