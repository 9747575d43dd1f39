// SPDX-License-Identifier: MIT
//
// Puts SMC-R on nodes that have an internet stack.
#ifndef SMCR_HELPER_H
#define SMCR_HELPER_H
#pragma once

#include <string>

#include "ns3/attribute.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

namespace ns3 {

class SmcrHelper {
 public:
  SmcrHelper();

  /// Sets an attribute of the SmcrStacks that are installed from now on.
  void SetAttribute(const std::string& name, const AttributeValue& value);

  void Install(Ptr<Node> node) const;
  void Install(const NodeContainer& nodes) const;

  /// Gives each node's stack a stream of chance; returns how many were used.
  int64_t AssignStreams(const NodeContainer& nodes, int64_t stream) const;

 private:
  ObjectFactory m_factory;
};

}  // namespace ns3

#endif  // SMCR_HELPER_H
