// SPDX-License-Identifier: MIT
//
// The port of one software RNIC: RoCEv2 through the node's IP over any device. Frames are pulled
// while the device's own queue is short, so that no burst is lost in it.
#pragma once

#include <ns3/data-rate.h>
#include <ns3/ipv4-address.h>
#include <ns3/ipv4.h>
#include <ns3/node.h>
#include <ns3/queue.h>
#include <ns3/socket.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "emu/rnic/input.h"
#include "emu/stack/stack.h"

namespace ns3 {

class SmcrPort {
 public:
  using Receive = std::function<void(const smclab::rnic::ReceivedFrame&)>;

  /// Opens UDP 4791 on the first address of the IP interface.
  SmcrPort(Ptr<Node> node, std::uint32_t interface, Receive receive);
  ~SmcrPort();
  SmcrPort(const SmcrPort&) = delete;
  SmcrPort& operator=(const SmcrPort&) = delete;

  /// What the protocol is told of this port.
  smclab::Device Describe() const;

  /// Sends a frame of the stack with its real bytes, ICRC included.
  void Send(const smclab::rnic::OutgoingFrame& frame, const smclab::stack::Stack& stack);
  /// When the next frames may be pulled; a moment in the past means now.
  smclab::Instant OpensAt() const;
  /// Frames that were not whole: ICRC or lengths wrong.
  std::uint64_t DroppedIcrc() const { return m_droppedIcrc; }

 private:
  void Hear(Ptr<Socket> socket);
  void Take(const Address& from, Ptr<Packet> packet);

  Ptr<Node> m_node;
  Ptr<Ipv4> m_ipv4;
  Ptr<NetDevice> m_device;
  Ptr<QueueBase> m_queue;  // of the device; null where it shows none
  Ptr<Socket> m_socket;
  Ipv4Address m_address;
  std::uint8_t m_prefixLength = 24;
  DataRate m_rate;
  Receive m_receive;
  smclab::Instant m_wireFree;
  std::uint64_t m_droppedIcrc = 0;
  std::vector<std::byte> m_bytes;
};

}  // namespace ns3
