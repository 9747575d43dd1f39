// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-socket-factory.h"

#include <ns3/node.h>
#include <ns3/tcp-socket-factory.h>

#include "ns3-module/model/smcr-socket.h"

namespace ns3 {

NS_OBJECT_ENSURE_REGISTERED(SmcrSocketFactory);

TypeId SmcrSocketFactory::GetTypeId() {
  static TypeId tid = TypeId("ns3::SmcrSocketFactory")
                          .SetParent<SocketFactory>()
                          .SetGroupName("Smcr")
                          .AddConstructor<SmcrSocketFactory>();
  return tid;
}

Ptr<Socket> SmcrSocketFactory::CreateSocket() {
  Ptr<Node> node = GetObject<Node>();
  Ptr<SmcrSocket> socket = CreateObject<SmcrSocket>();
  socket->Open(node, Socket::CreateSocket(node, TcpSocketFactory::GetTypeId()));
  return socket;
}

}  // namespace ns3
