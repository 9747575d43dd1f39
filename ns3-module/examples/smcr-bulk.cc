// SPDX-License-Identifier: MIT
//
// Two nodes, one cable, bulk data over SMC-R: a program for TCP in which one name changed. It tells
// what the simulation took: events, packets with data, seconds of processor.
#include <ctime>
#include <iostream>

#include "ns3-module/helper/smcr-helper.h"
#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/csma-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"

using namespace ns3;

static Time g_last;
static void Note(Ptr<const Packet>, const Address&) {
  g_last = Simulator::Now();
}

static uint64_t g_data_packets;  // sent by either node; those that only acknowledge are smaller
static void Count(Ptr<const Packet> packet) {
  if (packet->GetSize() > 200) ++g_data_packets;
}

int main(int argc, char** argv) {
  uint64_t bytes = 100'000'000;
  std::string loss = "0", pcap, factory = "ns3::SmcrSocketFactory";
  CommandLine arguments(__FILE__);
  arguments.AddValue("bytes", "how many to send", bytes);
  arguments.AddValue("loss", "share of the frames that each node loses", loss);
  arguments.AddValue("factory", "ns3::TcpSocketFactory is the same over TCP", factory);
  arguments.AddValue("pcap", "write PCAP-0-0.pcap and PCAP-1-0.pcap", pcap);
  arguments.Parse(argc, argv);
  Config::SetDefault("ns3::RateErrorModel::ErrorRate", StringValue(loss));
  Config::SetDefault("ns3::RateErrorModel::ErrorUnit", StringValue("ERROR_UNIT_PACKET"));
  GlobalValue::Bind("ChecksumEnabled", BooleanValue(!pcap.empty()));

  NodeContainer nodes(2);
  CsmaHelper cable;
  cable.SetChannelAttribute("DataRate", StringValue("10Gbps"));
  cable.SetDeviceAttribute("ReceiveErrorModel", PointerValue(CreateObject<RateErrorModel>()));
  NetDeviceContainer devices = cable.Install(nodes);
  if (!pcap.empty()) cable.EnablePcap(pcap, devices, true);
  InternetStackHelper().Install(nodes);
  Ipv4InterfaceContainer hosts = Ipv4AddressHelper("10.0.0.0", "/24").Assign(devices);
  SmcrHelper().Install(nodes);

  InetSocketAddress server(hosts.GetAddress(1), 7609);
  PacketSinkHelper sinks(factory, server);
  BulkSendHelper senders(factory, server);
  senders.SetAttribute("MaxBytes", UintegerValue(bytes));
  senders.Install(nodes.Get(0));
  auto sink = DynamicCast<PacketSink>(sinks.Install(nodes.Get(1)).Get(0));
  sink->TraceConnectWithoutContext("Rx", MakeCallback(&Note));
  devices.Get(0)->TraceConnectWithoutContext("MacTx", MakeCallback(&Count));

  Simulator::Stop(Seconds(60));
  const auto begun = std::clock();
  Simulator::Run();
  const double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  std::cout << sink->GetTotalRx() << " of " << bytes << " bytes in " << g_last.As(Time::MS) << "\n"
            << Simulator::GetEventCount() << " events, " << g_data_packets << " data packets, "
            << seconds << " s of processor\n";
  Simulator::Destroy();
  return sink->GetTotalRx() == bytes ? 0 : 1;
}
