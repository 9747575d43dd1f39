// SPDX-License-Identifier: MIT
//
// The TypeId that makes an application speak SMC-R: "ns3::SmcrSocketFactory" in the place of
// "ns3::TcpSocketFactory".
#pragma once

#include <ns3/socket-factory.h>
#include <ns3/socket.h>

namespace ns3 {

class SmcrSocketFactory : public SocketFactory {
 public:
  static TypeId GetTypeId();
  Ptr<Socket> CreateSocket() override;
};

}  // namespace ns3
