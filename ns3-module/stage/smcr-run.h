// SPDX-License-Identifier: MIT
//
// One run on the ns3 stage: builds the network, starts the connections, and writes down what
// there was.
#pragma once

#include <ns3/node-container.h>

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "emu/scenario/stage.h"
#include "ns3-module/stage/smcr-seat.h"

namespace ns3 {

class SmcrRun {
 public:
  /// All three outlive the run.
  SmcrRun(const smclab::scenario::Scenario& scenario, const smclab::scenario::PlayOptions& options,
          smclab::scenario::Outcome& outcome);
  smclab::scenario::PlayEnd Play();

 private:
  struct Connection {
    smclab::scenario::PlannedFlow flow;
    std::unique_ptr<SmcrSeat> client;
    std::unique_ptr<SmcrSeat> server;
  };
  using Ends = std::pair<Ipv4Address, Ipv4Address>;

  void BuildNodes();
  void BuildPort(std::uint32_t node, std::uint32_t rnic);
  void BuildLink(const smclab::scenario::LinkSpec& link);
  Ptr<SmcrStack> Host(std::uint32_t node) const {
    return m_nodes.Get(node)->GetObject<SmcrStack>();
  }
  Ends AddressesOf(const smclab::scenario::PlannedFlow& flow) const;
  void PlanConnections();
  void Listen(const smclab::scenario::PlannedFlow& flow);
  void Start(std::size_t number);
  void Accepted(Ptr<Socket> socket, const Address& from);
  void Took(const Connection& connection, bool server, std::span<const std::byte> bytes);
  void Record(std::uint32_t node, const smclab::TraceRecord& record);
  void LookForEnd();
  void Beat();
  void Report();

  const smclab::scenario::Scenario& m_scenario;
  const smclab::scenario::PlayOptions& m_options;
  smclab::scenario::Outcome& m_outcome;
  NodeContainer m_nodes;
  std::vector<std::unique_ptr<Connection>> m_connections;
  std::vector<Ptr<Socket>> m_listeners;
  std::set<std::pair<std::uint32_t, std::uint16_t>> m_listening;
  std::map<Address, std::size_t> m_byClient;  // connections, by the client's address and port
  std::uint64_t m_bytesTotal = 0;
  bool m_ending = false;
  bool m_interrupted = false;
};

}  // namespace ns3
