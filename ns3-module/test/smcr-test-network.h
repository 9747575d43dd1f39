// SPDX-License-Identifier: MIT
//
// Two nodes on one cable and a conversation of bytes that can be told apart, for the tests.
#ifndef SMCR_TEST_NETWORK_H
#define SMCR_TEST_NETWORK_H
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ns3-module/model/smcr-socket.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/socket.h"

namespace ns3 {

/// One end of a conversation: sends `m_toSend` bytes of a pattern, keeps what arrives.
class SmcrTestEnd {
 public:
  void Use(Ptr<Socket> socket);
  void Send();
  [[nodiscard]] SmcrSocket::Transport GetTransport() const;
  /// Whether exactly the `bytes` bytes that the other end's pattern begins with have arrived.
  [[nodiscard]] bool GotPattern(uint32_t bytes, uint8_t seed) const;

  Ptr<Socket> m_socket;
  uint8_t m_seed = 0;
  uint32_t m_toSend = 0;
  uint32_t m_sent = 0;
  bool m_shutsDown = false;   ///< when all is sent
  bool m_closes = false;      ///< when all is sent
  bool m_answersEnd = false;  ///< closes when the other end is done
  std::vector<uint8_t> m_got;
  uint32_t m_ends = 0;
  uint32_t m_breaks = 0;

 private:
  void Receive(Ptr<Socket> socket);
  void Room(Ptr<Socket> socket, uint32_t space);
  void Ended(Ptr<Socket> socket);
  void Broken(Ptr<Socket> socket);
  void Finish();
  bool m_finished = false;
};

/// Node 0 connects to node 1, port 7609. The ends live as long as the network.
class SmcrTestNetwork {
 public:
  enum Family { IPV4, IPV6 };
  explicit SmcrTestNetwork(const std::string& ueid = "", Family family = IPV4);
  ~SmcrTestNetwork();

  /// Frames lost on their way to each node.
  void SetLoss(double share);
  /// Which kinds of sockets the nodes use; before Run.
  std::string m_clientFactory = "ns3::SmcrSocketFactory";
  std::string m_serverFactory = "ns3::SmcrSocketFactory";
  void Run(Time until);

  [[nodiscard]] Ptr<SmcrStack> GetStack(uint32_t node) const;

  NodeContainer m_nodes{2};
  NetDeviceContainer m_devices;
  SmcrTestEnd m_client;
  SmcrTestEnd m_server;
  bool m_connected = false;
  bool m_failed = false;
  uint32_t m_offers = 0;  ///< SYN and SYN-ACK that carried the option
  uint32_t m_syns = 0;    ///< SYN and SYN-ACK

 private:
  void Connected(Ptr<Socket> socket);
  void Failed(Ptr<Socket> socket);
  void Accepted(Ptr<Socket> socket, const Address& from);
  void Sniff(Ptr<const Packet> packet, Ptr<Ipv4> ip, uint32_t interface);
  void Sniff6(Ptr<const Packet> packet, Ptr<Ipv6> ip, uint32_t interface);
  void CountSyn(Ptr<const Packet> segment);

  Address m_address;  ///< of the server
};

}  // namespace ns3

#endif  // SMCR_TEST_NETWORK_H
