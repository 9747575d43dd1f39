// SPDX-License-Identifier: MIT
#include "ns3-module/helper/smcr-helper.h"

#include <ns3/abort.h>
#include <ns3/tcp-l4-protocol.h>

#include "ns3-module/model/smcr-socket-factory.h"
#include "ns3-module/model/smcr-stack.h"

namespace ns3 {

SmcrHelper::SmcrHelper() {
  m_factory.SetTypeId(SmcrStack::GetTypeId());
}

void SmcrHelper::SetAttribute(const std::string& name, const AttributeValue& value) {
  m_factory.Set(name, value);
}

void SmcrHelper::Install(Ptr<Node> node) const {
  NS_ABORT_MSG_UNLESS(node->GetObject<TcpL4Protocol>(),
                      "SmcrHelper::Install comes after InternetStackHelper::Install");
  node->AggregateObject(m_factory.Create<SmcrStack>());
  node->AggregateObject(CreateObject<SmcrSocketFactory>());
}

void SmcrHelper::Install(const NodeContainer& nodes) const {
  for (auto node = nodes.Begin(); node != nodes.End(); ++node) Install(*node);
}

}  // namespace ns3
