// SPDX-License-Identifier: MIT
#include "ns3-module/stage/ns3-network.h"

#include <algorithm>
#include <map>
#include <variant>

#include "ns3-module/model/smcr-address.h"
#include "ns3-module/model/smcr-octets.h"
#include "ns3/boolean.h"
#include "ns3/data-rate.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/error-model.h"
#include "ns3/icmpv6-l4-protocol.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-routing-helper.h"
#include "ns3/ipv4-static-routing.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6-routing-helper.h"
#include "ns3/ipv6-static-routing.h"
#include "ns3/ipv6.h"
#include "ns3/mac48-address.h"
#include "ns3/net-device-container.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/pointer.h"
#include "ns3/uinteger.h"

namespace ns3 {

namespace scenario = smclab::scenario;

namespace {

using Ports = std::map<scenario::PortRef, Ptr<NetDevice>>;

const smclab::IpAddress& AddressOf(const scenario::Scenario& scenario, scenario::PortRef port) {
  return scenario.nodes[port.node].config.devices[port.rnic].address;
}

bool IsOfTheNetwork(const scenario::FaultAction& action) {
  return std::holds_alternative<scenario::ChangeLink>(action) ||
         std::holds_alternative<scenario::Partition>(action) ||
         std::holds_alternative<scenario::Stall>(action) ||
         std::holds_alternative<scenario::StripOption>(action);
}

bool IsLinked(const scenario::Scenario& scenario, scenario::PortRef port) {
  return std::any_of(scenario.links.begin(), scenario.links.end(),
                     [&](const auto& link) { return link.a == port || link.b == port; });
}

std::string FindNodeObstacle(const scenario::Scenario& scenario, uint32_t node) {
  const scenario::NodeSpec& spec = scenario.nodes[node];
  const std::string who = "node '" + spec.name + "'";
  if (spec.echoes_option) return "stage ns3 has no TCP that echoes options, as " + who + " wants";
  if (spec.config.devices.empty())
    return "stage ns3 reaches a node by its RNICs; " + who + " has none";
  for (uint32_t i = 0; i < spec.config.devices.size(); ++i) {
    if (spec.config.devices[i].address.is_v4() != spec.config.devices[0].address.is_v4())
      return "stage ns3 wants all RNICs of " + who + " in IPv4, or all in IPv6";
    if (ToIpv6(spec.config.devices[i].address.gid).IsLinkLocal())
      return "stage ns3 wants addresses that are good beyond their own link; see " + who;
    if (!IsLinked(scenario, {node, i})) return "stage ns3 wants each RNIC of " + who + " on a link";
  }
  return {};
}

void MakeLink(const scenario::LinkSpec& link, const NodeContainer& nodes, Ports& ports) {
  PointToPointHelper cable;
  cable.SetDeviceAttribute("DataRate", DataRateValue(DataRate(link.rate)));
  cable.SetDeviceAttribute("Mtu", UintegerValue(link.mtu));
  cable.SetChannelAttribute("Delay",
                            TimeValue(NanoSeconds(static_cast<uint64_t>(link.delay.count()))));
  const auto devices = cable.Install(nodes.Get(link.a.node), nodes.Get(link.b.node));
  if (link.loss.per_billion > 0) {
    for (auto device = devices.Begin(); device != devices.End(); ++device) {
      (*device)->SetAttribute("ReceiveErrorModel",
                              PointerValue(CreateObjectWithAttributes<RateErrorModel>(
                                  "ErrorRate", DoubleValue(link.loss.per_billion * 1e-9),
                                  "ErrorUnit", EnumValue(RateErrorModel::ERROR_UNIT_PACKET))));
    }
  }
  ports[link.a] = devices.Get(0);
  ports[link.b] = devices.Get(1);
}

void AddInterface(const smclab::Device& device, Ptr<Node> node, Ptr<NetDevice> port) {
  Mac48Address mac;
  mac.CopyFrom(Octets(device.mac.bytes.data()));
  port->SetAddress(mac);
  if (device.address.is_v4()) {
    const auto ip = node->GetObject<Ipv4>();
    const uint32_t interface = ip->AddInterface(port);
    const std::string mask = "/" + std::to_string(device.prefix_length);
    ip->AddAddress(interface,
                   Ipv4InterfaceAddress(ToIpv4(device.address.gid), Ipv4Mask(mask.c_str())));
    ip->SetUp(interface);
    return;
  }
  // Nobody else is on the wire, so the address need not wait until nobody else has it.
  node->GetObject<Icmpv6L4Protocol>()->SetAttribute("DAD", BooleanValue(false));
  const auto ip = node->GetObject<Ipv6>();
  const uint32_t interface = ip->AddInterface(port);
  ip->AddAddress(interface, Ipv6InterfaceAddress(ToIpv6(device.address.gid),
                                                 Ipv6Prefix(device.prefix_length)));
  ip->SetUp(interface);
}

// A cable between two subnets is one as well. Interface 0 is the loopback.
void AddRoute(const NodeContainer& nodes, scenario::PortRef from, const smclab::IpAddress& peer) {
  const auto node = nodes.Get(from.node);
  if (peer.is_v4()) {
    const auto routing = node->GetObject<Ipv4>()->GetRoutingProtocol();
    Ipv4RoutingHelper::GetRouting<Ipv4StaticRouting>(routing)->AddHostRouteTo(ToIpv4(peer.gid),
                                                                              from.rnic + 1);
  } else {
    const auto routing = node->GetObject<Ipv6>()->GetRoutingProtocol();
    Ipv6RoutingHelper::GetRouting<Ipv6StaticRouting>(routing)->AddHostRouteTo(ToIpv6(peer.gid),
                                                                              from.rnic + 1);
  }
}

}  // namespace

std::string FindObstacle(const scenario::Scenario& scenario) {
  for (const scenario::FaultSpec& fault : scenario.faults) {
    if (IsOfTheNetwork(fault.action)) {
      return "stage ns3 cannot play the fault '" + std::string(describe(fault.action)) +
             "'; stage world can";
    }
  }
  for (const scenario::LinkSpec& link : scenario.links) {
    if (link.duplicate.per_billion + link.corrupt.per_billion + link.reorder.per_billion > 0) {
      return "stage ns3 has links that lose, and none that double, damage or reorder frames";
    }
  }
  for (uint32_t node = 0; node < scenario.nodes.size(); ++node) {
    if (auto obstacle = FindNodeObstacle(scenario, node); !obstacle.empty()) return obstacle;
  }
  return {};
}

void MakeNetwork(const scenario::Scenario& scenario, const NodeContainer& nodes) {
  Ports ports;
  for (const scenario::LinkSpec& link : scenario.links) MakeLink(link, nodes, ports);
  InternetStackHelper internet;
  internet.Install(nodes);
  for (uint32_t node = 0; node < nodes.GetN(); ++node) {
    const auto& devices = scenario.nodes[node].config.devices;
    for (uint32_t i = 0; i < devices.size(); ++i)
      AddInterface(devices[i], nodes.Get(node), ports[{node, i}]);
  }
  for (const scenario::LinkSpec& link : scenario.links) {
    AddRoute(nodes, link.a, AddressOf(scenario, link.b));
    AddRoute(nodes, link.b, AddressOf(scenario, link.a));
  }
}

std::pair<smclab::IpAddress, smclab::IpAddress> AddressesBetween(
    const scenario::Scenario& scenario, const scenario::PlannedFlow& flow) {
  const auto address = [&](scenario::PortRef port) { return AddressOf(scenario, port); };
  for (const scenario::LinkSpec& link : scenario.links) {
    if (link.a.node == flow.from && link.b.node == flow.to) {
      return {address(link.a), address(link.b)};
    }
    if (link.b.node == flow.from && link.a.node == flow.to) {
      return {address(link.b), address(link.a)};
    }
  }
  return {address({flow.from, 0}), address({flow.to, 0})};
}

}  // namespace ns3
