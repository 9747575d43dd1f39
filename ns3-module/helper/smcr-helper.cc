// SPDX-License-Identifier: MIT
#include "ns3-module/helper/smcr-helper.h"

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
  node->AggregateObject(m_factory.Create<SmcrStack>());
  node->AggregateObject(CreateObject<SmcrSocketFactory>());
}

void SmcrHelper::Install(const NodeContainer& nodes) const {
  for (auto node = nodes.Begin(); node != nodes.End(); ++node) Install(*node);
}

int64_t SmcrHelper::AssignStreams(const NodeContainer& nodes, int64_t stream) const {
  int64_t used = 0;
  for (auto node = nodes.Begin(); node != nodes.End(); ++node) {
    if (const auto stack = (*node)->GetObject<SmcrStack>()) {
      used += stack->AssignStreams(stream + used);
    }
  }
  return used;
}

}  // namespace ns3
