// SPDX-License-Identifier: MIT
//
// The port of one software RNIC: an IPv4 or IPv6 interface of its node. Frames of RoCEv2 leave
// through the node's IP, routing and device like any UDP, and arrive from it by an endpoint at UDP
// 4791, which sees the IP header that the ICRC covers.
#ifndef SMCR_FABRIC_H
#define SMCR_FABRIC_H
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "emu/rnic/input.h"
#include "emu/rnic/output.h"
#include "emu/rnic/wire/encapsulation.h"
#include "ns3/data-rate.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv6-header.h"
#include "ns3/ipv6-interface.h"
#include "ns3/net-device.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/queue.h"
#include "ns3/traced-callback.h"
#include "protocol/config.h"

namespace ns3 {

class SmcrFabric : public Object {
 public:
  using Gather = std::function<std::span<const std::byte>(const smclab::rnic::MemorySlice&)>;
  using Receive = std::function<void(const smclab::rnic::ReceivedFrame&)>;

  static TypeId GetTypeId();
  SmcrFabric();

  /// Opens UDP 4791 on the IPv4 interface's first address. Whole frames arrive at `receive`.
  void Open(Ptr<Node> node, uint32_t interface, Receive receive);
  /// The same on an IPv6 interface, on this of its addresses.
  void Open6(Ptr<Node> node, uint32_t interface, uint32_t address, Receive receive);

  /// The port in the core's words.
  [[nodiscard]] smclab::Device Describe() const;

  /// Sends a frame, and returns when the device has sent it at its rate.
  Time Send(const smclab::rnic::OutgoingFrame& frame, const Gather& gather);

  /// How long to wait until the device's queue has room for a frame; zero: it has.
  [[nodiscard]] Time WaitForRoom() const;

 protected:
  void DoDispose() override;

 private:
  void Begin(Ptr<Node> node, Ptr<NetDevice> device, Receive receive);
  void Arrive(Ptr<Packet> packet, Ipv4Header header, uint16_t sourcePort,
              Ptr<Ipv4Interface> interface);
  void Arrive6(Ptr<Packet> packet, Ipv6Header header, uint16_t sourcePort,
               Ptr<Ipv6Interface> interface);
  void Take(Ptr<Packet> packet, const smclab::roce::Envelope& envelope);
  void SendIpv4(Ptr<Packet> packet, const smclab::roce::Envelope& envelope);
  void SendIpv6(Ptr<Packet> packet, const smclab::roce::Envelope& envelope);
  [[nodiscard]] DataRate FindRate() const;
  [[nodiscard]] Ptr<QueueBase> FindQueue() const;

  Ptr<Node> m_node;
  Ptr<NetDevice> m_device;
  Ptr<QueueBase> m_queue;  ///< the device's; null where it has none
  smclab::IpAddress m_address;
  uint8_t m_prefix = 0;  ///< its length
  Receive m_receive;
  DataRate m_rate;        ///< attribute; zero: the device's
  uint32_t m_queueLimit;  ///< attribute: packets in the device's queue at which we wait
  std::vector<std::byte> m_bytes;
  TracedCallback<Ptr<const Packet>> m_txTrace;
  TracedCallback<Ptr<const Packet>> m_rxTrace;
  TracedCallback<Ptr<const Packet>> m_dropTrace;
};

}  // namespace ns3

#endif  // SMCR_FABRIC_H
