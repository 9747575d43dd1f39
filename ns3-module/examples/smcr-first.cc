// SPDX-License-Identifier: MIT
//
// The program of docs/ns3.md: ten megabytes over SMC-R. Only the factory differs from TCP.
#include <ns3/applications-module.h>
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <iostream>

#include "ns3-module/helper/smcr-helper.h"

int main() {
  ns3::NodeContainer nodes(2);
  ns3::PointToPointHelper wire;
  wire.SetDeviceAttribute("DataRate", ns3::StringValue("25Gbps"));
  wire.SetChannelAttribute("Delay", ns3::StringValue("5us"));
  ns3::NetDeviceContainer devices = wire.Install(nodes);
  ns3::InternetStackHelper().Install(nodes);
  ns3::SmcrHelper().Install(nodes);
  ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
  ns3::InetSocketAddress server(addresses.Assign(devices).GetAddress(1), 5201);

  ns3::BulkSendHelper client("ns3::SmcrSocketFactory", server);
  client.SetAttribute("MaxBytes", ns3::UintegerValue(10'000'000));
  client.Install(nodes.Get(0));
  ns3::PacketSinkHelper sink("ns3::SmcrSocketFactory", server);
  ns3::ApplicationContainer sinks = sink.Install(nodes.Get(1));

  ns3::Simulator::Stop(ns3::Seconds(10));
  ns3::Simulator::Run();
  std::cout << sinks.Get(0)->GetObject<ns3::PacketSink>()->GetTotalRx() << " bytes received\n";
  ns3::Simulator::Destroy();
}
