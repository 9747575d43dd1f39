// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/real_run.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "emu/runtime/identity.h"
#include "emu/staging/host_faults.h"
#include "emu/staging/host_report.h"
#include "emu/staging/host_setup.h"
#include "emu/synopt/socket.h"

namespace smclab::runtime {

namespace asio = boost::asio;
using scenario::PlannedFlow;

namespace {

constexpr auto kSampleEvery = std::chrono::milliseconds(20);
// When all applications are done, the hosts still say goodbye to each other (DELETE RKEY).
constexpr auto kGoodbye = std::chrono::milliseconds(500);

// A node without RNIC still has its place on loopback.
IpAddress address_of(const scenario::Scenario& scenario, std::uint32_t node) {
  const auto& devices = scenario.nodes[node].config.devices;
  if (!devices.empty()) return devices.front().address;
  return ipv4(127, 0, 0, static_cast<std::uint8_t>(2 + node));
}

// Where a connection runs: along a cable between the two nodes, if there is one.
std::pair<IpAddress, IpAddress> addresses_of(const scenario::Scenario& scenario,
                                             const PlannedFlow& flow) {
  const auto address = [&](scenario::PortRef port) {
    return scenario.nodes[port.node].config.devices[port.rnic].address;
  };
  for (const scenario::LinkSpec& link : scenario.links) {
    if (link.a.node == flow.from && link.b.node == flow.to)
      return {address(link.a), address(link.b)};
    if (link.b.node == flow.from && link.a.node == flow.to)
      return {address(link.b), address(link.a)};
  }
  return {address_of(scenario, flow.from), address_of(scenario, flow.to)};
}

Mac mac_of(const scenario::Scenario& scenario, std::uint32_t node) {
  const auto& devices = scenario.nodes[node].config.devices;
  return devices.empty() ? Mac{} : devices.front().mac;
}

// A host with devices has no fabric.
void append_fabric_counters(const RealHost& host, std::vector<scenario::Counter>& counters) {
  FabricCounters sum;
  for (std::size_t device = 0; device < host.fabric_count(); ++device) {
    sum.dropped_icrc += host.fabric(device).counters().dropped_icrc;
    sum.dropped_sending += host.fabric(device).counters().dropped_sending;
  }
  if (host.fabric_count() == 0) return;
  counters.push_back({"dropped_icrc", sum.dropped_icrc});
  counters.push_back({"dropped_sending", sum.dropped_sending});
}

}  // namespace

// Hears one host and knows which node it is.
class RealRun::Owner : public HostOwner {
 public:
  Owner(RealRun& run, std::uint32_t node) : run_(run), node_(node) {}
  void on_trace(const TraceRecord& record) override { run_.record(node_, record); }
  void on_tcp(const Seat& seat, TcpDeed deed, std::span<const std::byte> bytes) override {
    run_.overhearing_.collect();
    const Instant now = run_.clock_.now();
    switch (deed) {
      case TcpDeed::Bytes:
        return run_.tap_.data(now, seat.drawing, seat.role, bytes);
      case TcpDeed::Finish:
        return run_.tap_.finish(now, seat.drawing, seat.role);
      case TcpDeed::Reset:
        return run_.tap_.reset(now, seat.drawing, seat.role);
    }
  }
  void on_frame(DeviceId device, const roce::Envelope& envelope,
                std::span<const std::byte> frame) override {
    run_.frame(node_, device, envelope, frame);
  }
  void on_received(const Seat& seat, std::span<const std::byte> bytes) override {
    run_.received(seat, bytes);
  }

 private:
  RealRun& run_;
  std::uint32_t node_;
};

RealRun::RealRun(const Machine& machine, const scenario::PlayOptions& options,
                 scenario::Outcome& outcome)
    : machine_(machine),
      scenario_(machine.scenario),
      options_(options),
      outcome_(outcome),
      tap_(clock_, machine.stage, options.capture),
      overhearing_(tap_),
      wire_(scenario_, options.seed),
      faults_(scenario_.faults),
      connector_(loop_,
                 {.connected = [this](auto n, auto s) { attach(n, Role::Client, std::move(s)); },
                  .accepted = [this](auto n, auto s) { attach(n, Role::Server, std::move(s)); },
                  .failed = [this](auto n) { failed(n); }}),
      real_option_(synopt::is_set_up()),
      flows_(scenario::make_flows(scenario_, options.seed, options.files)),
      drawings_(flows_.size()),
      taken_(scenario_.workloads.size()),
      fault_timer_(loop_),
      sampler_(loop_) {
  outcome_.workloads = scenario::empty_results(scenario_);
  outcome_.capability =
      real_option_ ? scenario::Capability::Option : scenario::Capability::OutOfBand;
}

RealRun::~RealRun() = default;

tl::expected<void, std::string> RealRun::open() {
  if (options_.capture) overhearing_.begin(loop_, machine_);
  for (std::uint32_t node = 0; node < scenario_.nodes.size(); ++node) {
    if (auto opened = open_host(node); !opened) return opened;
  }
  for (const PlannedFlow& flow : flows_) {
    auto listening = connector_.listen({.server = addresses_of(scenario_, flow).second,
                                        .port = flow.port,
                                        .offer = real_option_ && offers(flow, Role::Server)});
    if (!listening) return listening;
  }
  return {};
}

tl::expected<void, std::string> RealRun::open_host(std::uint32_t node) {
  stack::Parameters parameters = staging::host_parameters(scenario_, node);
  parameters.smc.peer_id = new_peer_id(mac_of(scenario_, node));
  const DevicePorts ports = node < machine_.ports.size() ? machine_.ports[node] : DevicePorts{};
  owners_.push_back(std::make_unique<Owner>(*this, node));
  hosts_.push_back(std::make_unique<RealHost>(loop_, clock_, RealHost::Setup{parameters, ports},
                                              *owners_.back()));
  return hosts_.back()->open(entropy_of_the_system());
}

scenario::PlayEnd RealRun::play() {
  clock_.start();
  for (std::uint32_t i = 0; i < flows_.size(); ++i) {
    starts_.push_back(std::make_unique<asio::steady_timer>(loop_, clock_.real(flows_[i].start)));
    starts_.back()->async_wait([this, i](const auto& error) {
      if (!error) start_flow(i);
    });
  }
  for (const staging::HostFault& fault : staging::message_faults(scenario_)) {
    hosts_[fault.host]->tell(fault.input);
  }
  look_at_time();
  sample();
  while (!finished()) loop_.run_one_for(kSampleEvery);
  report();
  return interrupted_ ? scenario::PlayEnd::Interrupted : scenario::PlayEnd::Played;
}

void RealRun::start_flow(std::uint32_t number) {
  const PlannedFlow& flow = flows_[number];
  const auto [client, server] = addresses_of(scenario_, flow);
  const Route route{.client = client,
                    .server = server,
                    .port = flow.port,
                    .offer = real_option_ && offers(flow, Role::Client)};
  const std::uint16_t port = connector_.connect(number, route);
  if (port == 0) return;
  const DrawnEnds ends{.client = {route.client, port},
                       .server = {route.server, route.port},
                       .client_mac = mac_of(scenario_, flow.from),
                       .server_mac = mac_of(scenario_, flow.to)};
  overhearing_.collect();
  drawings_[number] = tap_.connect(clock_.now(), ends, agreement_on(flow));
}

// Whether a side offers SMC-R. A box on the path that takes the option out is played by a client
// that does not offer: no other box can stand between two sockets of this machine.
bool RealRun::offers(const PlannedFlow& flow, Role role) const {
  if (role == Role::Server) return scenario_.nodes[flow.to].config.smc;
  const bool stripped = strips_.contains(flow.from) || strips_.contains(flow.to);
  return !stripped && scenario_.nodes[flow.from].config.smc;
}

// What one side would have seen of the option. A server that echoes it deceives the client only.
bool RealRun::agreed_out_of_band(const PlannedFlow& flow, Role role) const {
  const bool echoed = role == Role::Client && scenario_.nodes[flow.to].echoes_option;
  return offers(flow, Role::Client) && (offers(flow, Role::Server) || echoed);
}

// What one side really saw. Our own TCP does not echo options, so that is played even here.
bool RealRun::agreed(const PlannedFlow& flow, Role role, int socket) const {
  if (!real_option_ || scenario_.nodes[flow.to].echoes_option) {
    return agreed_out_of_band(flow, role);
  }
  const auto handshake = synopt::handshake_of(socket);
  return handshake && handshake->both();
}

Agreement RealRun::agreement_on(const PlannedFlow& flow) const {
  if (!agreed_out_of_band(flow, Role::Client)) return Agreement::None;
  return real_option_ ? Agreement::Option : Agreement::OutOfBand;
}

void RealRun::attach(std::uint32_t number, Role role, Connector::Socket socket) {
  PlannedFlow& flow = flows_[number];
  const bool client = role == Role::Client;
  applications_.emplace_back(client ? flow.client : flow.server);
  const bool both = agreed(flow, role, socket.native_handle());
  hosts_[client ? flow.from : flow.to]->attach({.application = &applications_.back(),
                                                .workload = flow.workload,
                                                .drawing = drawings_[number],
                                                .role = role},
                                               std::move(socket), both);
}

void RealRun::failed(std::uint32_t number) {
  flows_[number].client.on_closed(clock_.now(), CloseReason::TcpFailed);
  flows_[number].server.on_closed(clock_.now(), CloseReason::TcpFailed);
}

void RealRun::record(std::uint32_t node, const TraceRecord& record) {
  const scenario::HostRecord told{node, record};
  if (options_.keep_trace) outcome_.trace.push_back(told);
  if (options_.narrate) options_.narrate(told);
  if (!faults_.wants_records()) return;
  std::vector<scenario::FaultTurn> turns;
  faults_.on_record(clock_.now(), told, turns);
  carry_out(turns);
}

void RealRun::frame(std::uint32_t node, DeviceId device, const roce::Envelope& envelope,
                    std::span<const std::byte> bytes) {
  const Fate fate = wire_.fate({node, device.value});
  ++frames_;
  tap_.frame(clock_.now(), bytes, fate.why);
  if (fate.lost) return;
  RealHost& host = *hosts_[node];
  if (!fate.damaged && fate.held == Duration{}) {
    host.put(device, envelope, bytes);
    if (fate.doubled) host.put(device, envelope, bytes);
    return;
  }
  std::vector<std::byte> later(bytes.begin(), bytes.end());
  if (fate.damaged) wire_.damage(std::span(later).subspan(roce::envelope_size(envelope)));
  auto timer = std::make_shared<asio::steady_timer>(loop_, fate.held);
  timer->async_wait([&host, device, envelope, timer, later = std::move(later)](const auto& error) {
    if (!error) host.put(device, envelope, later);
  });
}

void RealRun::received(const Seat& seat, std::span<const std::byte> bytes) {
  const bool file = scenario_.workloads[seat.workload].kind == scenario::WorkloadKind::File;
  if (file && seat.role == Role::Server && options_.file_received) {
    options_.file_received(seat.workload, bytes);
  }
  outcome_.performance.bytes += bytes.size();
  if (seat.role == Role::Client) return;
  std::vector<scenario::FaultTurn> turns;
  faults_.on_progress(clock_.now(), seat.workload, taken_[seat.workload] += bytes.size(), turns);
  carry_out(turns);
}

void RealRun::look_at_time() {
  std::vector<scenario::FaultTurn> turns;
  faults_.on_time(clock_.now(), turns);
  carry_out(turns);
}

void RealRun::carry_out(const std::vector<scenario::FaultTurn>& turns) {
  for (const scenario::FaultTurn& turn : turns) carry_out_one(turn);
  const auto next = faults_.next();
  if (!next) return;
  fault_timer_.expires_at(clock_.real(*next));
  fault_timer_.async_wait([this](const auto& error) {
    if (!error) look_at_time();
  });
}

void RealRun::carry_out_one(const scenario::FaultTurn& turn) {
  const scenario::FaultSpec& fault = scenario_.faults[turn.fault];
  const TraceRecord noted{.at = clock_.now(),
                          .event = TraceEvent::Notes,
                          .object = TraceObject::Network,
                          .to = describe(fault.action),
                          .cause = turn.begins ? "fault" : "fault over",
                          .value = turn.fault};
  if (options_.keep_trace) outcome_.trace.push_back({0, noted});
  if (options_.narrate) options_.narrate({0, noted});
  if (wire_.turn(fault, turn.begins)) {
    const auto* change = std::get_if<scenario::ChangeLink>(&fault.action);
    if (change == nullptr || !change->down) return;
    const scenario::LinkSpec& link = scenario_.links[change->link];
    const bool up = turn.begins != *change->down;
    // The ports learn it in a turn of their own: the fault may fire inside one of theirs.
    for (const scenario::PortRef port : {link.a, link.b}) {
      asio::post(loop_, [this, port, up] {
        hosts_[port.node]->tell(
            input::PortState{DeviceId{static_cast<std::uint8_t>(port.rnic)}, up});
      });
    }
    return;
  }
  if (const auto* strip = std::get_if<scenario::StripOption>(&fault.action)) {
    turn.begins ? void(strips_.insert(strip->host)) : void(strips_.erase(strip->host));
  }
  if (!turn.begins) return;
  if (const auto told = staging::host_fault(fault.action, clock_.now())) {
    // In a turn of its own, as above.
    asio::post(loop_, [this, fault = *told] { hosts_[fault.host]->tell(fault.input); });
  }
  if (const auto* deed = std::get_if<scenario::AppDoes>(&fault.action)) give_up(*deed);
}

void RealRun::give_up(const scenario::AppDoes& does) {
  for (PlannedFlow& flow : flows_) {
    if (flow.workload != does.workload) continue;
    const bool client = does.side == scenario::Side::Client;
    (client ? flow.client : flow.server).give_up(does.deed);
    asio::post(loop_, [this, node = client ? flow.from : flow.to] { hosts_[node]->wake(); });
  }
}

void RealRun::sample() {
  if (options_.progress) {
    scenario::Progress progress{.now = clock_.now(), .bytes = outcome_.performance.bytes};
    for (const PlannedFlow& flow : flows_) {
      progress.bytes_total += flow.client.to_receive() + flow.server.to_receive();
    }
    interrupted_ = !options_.progress(progress);
  }
  sampler_.expires_after(kSampleEvery);
  sampler_.async_wait([this](const auto& error) {
    if (!error) sample();
  });
}

bool RealRun::finished() {
  const Instant now = clock_.now();
  if (interrupted_ || now >= Instant(scenario_.duration)) return true;
  const bool done = std::all_of(flows_.begin(), flows_.end(), [](const PlannedFlow& flow) {
    return flow.client.done() && flow.server.done();
  });
  if (!done) {
    all_done_at_.reset();
    return false;
  }
  if (!all_done_at_) all_done_at_ = now;
  const bool quiet = std::all_of(hosts_.begin(), hosts_.end(), [](const auto& host) {
    return host->stack().census().connections == 0;
  });
  return now - *all_done_at_ >= (quiet ? kGoodbye / 5 : kGoodbye);
}

void RealRun::report() {
  overhearing_.collect();
  staging::report_flows(flows_, outcome_);
  for (const DevicePorts& ports : machine_.ports) {
    for (const auto& port : ports) {
      port->count();
      frames_ += port->counters().frames_sent;
    }
  }
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    auto counters = staging::host_counters(hosts_[i]->stack());
    append_fabric_counters(*hosts_[i], counters);
    outcome_.hosts.push_back({scenario_.nodes[i].name, std::move(counters)});
  }
  outcome_.performance.frames = frames_;
  outcome_.performance.model_time = outcome_.performance.wall_time =
      clock_.now().time_since_epoch();
}

}  // namespace smclab::runtime
