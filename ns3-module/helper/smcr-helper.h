// SPDX-License-Identifier: MIT
//
// Makes nodes SMC-R hosts.
#pragma once

#include <ns3/node-container.h>
#include <ns3/object-factory.h>

#include <string>

namespace ns3 {

class SmcrHelper {
 public:
  SmcrHelper();
  /// An attribute of every SmcrStack that is installed from now on.
  void SetAttribute(const std::string& name, const AttributeValue& value);
  /// After the InternetStackHelper; addresses may be assigned later.
  void Install(Ptr<Node> node) const;
  void Install(const NodeContainer& nodes) const;

 private:
  ObjectFactory m_factory;
};

}  // namespace ns3
