// SPDX-License-Identifier: MIT
//
// Makes SmcrSockets. Aggregated to a node, it is what an application's "Protocol" attribute names:
// ns3::SmcrSocketFactory in place of ns3::TcpSocketFactory is the whole change.
#ifndef SMCR_SOCKET_FACTORY_H
#define SMCR_SOCKET_FACTORY_H
#pragma once

#include "ns3/socket-factory.h"

namespace ns3 {

class SmcrSocketFactory : public SocketFactory {
 public:
  static TypeId GetTypeId();
  Ptr<Socket> CreateSocket() override;
};

}  // namespace ns3

#endif  // SMCR_SOCKET_FACTORY_H
