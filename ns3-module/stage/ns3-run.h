// SPDX-License-Identifier: MIT
//
// One run of a scenario in ns-3: point-to-point links between nodes with SMC-R, the scenario's
// applications on SmcrSockets, its faults, and what is reported.
#ifndef NS3_RUN_H
#define NS3_RUN_H
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "emu/capture/pcapng_writer.h"
#include "emu/scenario/fault_clock.h"
#include "emu/scenario/stage.h"
#include "ns3-module/model/smcr-address.h"
#include "ns3-module/stage/flow-seat.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/node-container.h"

namespace ns3 {

class Ns3Run {
 public:
  /// All three outlive the run. The scenario is one that the stage can play.
  Ns3Run(const smclab::scenario::Scenario& scenario, const smclab::scenario::PlayOptions& options,
         smclab::scenario::Outcome& outcome);
  Ns3Run(const Ns3Run&) = delete;
  Ns3Run& operator=(const Ns3Run&) = delete;
  ~Ns3Run();

  [[nodiscard]] smclab::scenario::PlayEnd Play();

 private:
  /// The two ends of one flow; the server's is there once it was accepted.
  struct Seats {
    std::unique_ptr<FlowSeat> client;
    std::unique_ptr<FlowSeat> server;
  };
  void MakeHosts();
  void Listen();
  void StartFlow(std::size_t number);
  void Connected(std::size_t number);
  void Failed(std::size_t number);
  void Accepted(Ptr<Socket> socket, const Address& from);
  [[nodiscard]] std::unique_ptr<FlowSeat> MakeSeat(std::size_t number, smclab::Role role);
  void Record(uint32_t node, const smclab::TraceRecord& record);
  void Keep(const smclab::scenario::HostRecord& record);
  void Received(std::size_t number, smclab::Role role, std::span<const std::byte> bytes);
  void Sniff(Ptr<const Packet> packet, Ptr<Ipv4> ip, uint32_t interface);
  void Sniff6(Ptr<const Packet> packet, Ptr<Ipv6> ip, uint32_t interface);
  void Write(Ptr<const Packet> packet);
  void Count(Ptr<const Packet> packet);
  void Turn(const std::vector<smclab::scenario::FaultTurn>& turns);
  void LookAtTime();
  void TellHost(const smclab::scenario::FaultSpec& fault);
  void GiveUp(const smclab::scenario::AppDoes& does);
  void Sample();
  [[nodiscard]] bool IsFinished();
  void Report();

  const smclab::scenario::Scenario& m_scenario;
  const smclab::scenario::PlayOptions& m_options;
  smclab::scenario::Outcome& m_outcome;
  std::optional<smclab::capture::PcapngWriter> m_capture;
  smclab::scenario::FaultClock m_faults;
  std::vector<smclab::scenario::PlannedFlow> m_flows;
  std::vector<Seats> m_seats;
  std::vector<uint64_t> m_taken;  ///< bytes that each workload's receivers took
  NodeContainer m_nodes;
  std::map<std::pair<uint32_t, uint16_t>, Ptr<Socket>> m_listeners;  ///< by node and port
  std::map<SmcrTcpEnd, std::size_t> m_clients;                       ///< their flows
  EventId m_faultTimer;
  std::optional<Time> m_allDoneAt;
  bool m_interrupted = false;
};

}  // namespace ns3

#endif  // NS3_RUN_H
