// SPDX-License-Identifier: MIT
#include "ns3-module/model/smcr-socket-factory.h"

#include "ns3-module/model/smcr-socket.h"
#include "ns3/tcp-l4-protocol.h"

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
  const auto tcp = GetObject<TcpL4Protocol>();
  const auto stack = GetObject<SmcrStack>();
  NS_ABORT_MSG_UNLESS(tcp && stack, "install SMC-R on this node with SmcrHelper first");
  auto socket = CreateObject<SmcrSocket>();
  socket->SetUp(stack, tcp->CreateSocket());
  return socket;
}

}  // namespace ns3
