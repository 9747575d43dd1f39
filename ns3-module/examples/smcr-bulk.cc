// SPDX-License-Identifier: MIT
//
// A bulk transfer between two nodes, over SMC-R because the factory says so.
#include <ns3/applications-module.h>
#include <ns3/core-module.h>
#include <ns3/csma-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>

#include <iostream>

#include "ns3-module/helper/smcr-helper.h"
#include "ns3-module/model/smcr-stack.h"

namespace ns3 {
namespace {

int Play(int argc, char* argv[]) {
  std::uint64_t bytes = 100'000'000;
  double loss = 0;
  std::string pcap;
  CommandLine command(__FILE__);
  command.AddValue("bytes", "How many bytes to send", bytes);
  command.AddValue("loss", "Chance of a packet to be lost, 0 to 1", loss);
  command.AddValue("pcap", "Prefix of pcap files; none without it", pcap);
  command.Parse(argc, argv);

  NodeContainer nodes(2);
  CsmaHelper wire;
  wire.SetChannelAttribute("DataRate", StringValue("10Gbps"));
  wire.SetChannelAttribute("Delay", TimeValue(NanoSeconds(500)));
  NetDeviceContainer devices = wire.Install(nodes);
  InternetStackHelper().Install(nodes);
  SmcrHelper().Install(nodes);
  Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
  Ipv4InterfaceContainer interfaces = addresses.Assign(devices);

  Ptr<RateErrorModel> errors = CreateObject<RateErrorModel>();
  errors->SetAttribute("ErrorUnit", EnumValue(RateErrorModel::ERROR_UNIT_PACKET));
  errors->SetAttribute("ErrorRate", DoubleValue(loss));
  devices.Get(1)->SetAttribute("ReceiveErrorModel", PointerValue(errors));
  if (!pcap.empty()) wire.EnablePcap(pcap, devices);

  const InetSocketAddress server(interfaces.GetAddress(1), 5201);
  BulkSendHelper client("ns3::SmcrSocketFactory", server);
  client.SetAttribute("MaxBytes", UintegerValue(bytes));
  client.Install(nodes.Get(0)).Start(MilliSeconds(1));
  ApplicationContainer sinks =
      PacketSinkHelper("ns3::SmcrSocketFactory", server).Install(nodes.Get(1));

  Simulator::Stop(Seconds(60));
  Simulator::Run();
  const std::uint64_t received = sinks.Get(0)->GetObject<PacketSink>()->GetTotalRx();
  std::cout << "received " << received << " bytes, "
            << nodes.Get(0)->GetObject<SmcrStack>()->GetRetransmissions() << " retransmissions\n";
  Simulator::Destroy();
  return received == bytes ? 0 : 1;
}

}  // namespace
}  // namespace ns3

int main(int argc, char* argv[]) {
  return ns3::Play(argc, argv);
}
