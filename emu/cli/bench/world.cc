// SPDX-License-Identifier: MIT
//
// The simulated world: frames a second of a bulk transfer with path MTU 1024, every ICRC made and
// checked, the oracle watching every byte, and no capture.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "emu/cli/bench/bench.h"
#include "emu/world/world.h"

namespace smclab::bench {
namespace {

using world::HostId;
using world::World;

constexpr HostId kSender{0};
constexpr HostId kReceiver{1};
constexpr std::uint16_t kPort = 5'201;

world::WorldParameters two_hosts() {
  world::WorldParameters parameters;
  for (std::uint8_t n = 1; n <= 2; ++n) {
    Device device;
    device.address = ipv4(10, 0, 0, n);
    device.gid = device.address.gid;
    device.mac.bytes = {std::byte{2}, {}, {}, {}, {}, std::byte{n}};
    world::HostParameters host;
    host.stack.smc.devices = {device};
    parameters.hosts.push_back(host);
  }
  parameters.cables = {{.host_a = kSender, .host_b = kReceiver}};
  return parameters;
}

/// Two applications: one writes as much as fits, the other takes what there is.
class Bulk {
 public:
  explicit Bulk(std::uint64_t bytes) : world_(two_hosts()), left_(bytes) {
    world_.listen(kReceiver, kPort);
    sender_ = world_.connect(kSender, kReceiver, kPort);
  }
  void run() {
    while (!(left_ == 0 && received_ == sent_) && world_.step()) look();
  }
  [[nodiscard]] const World& world() const noexcept { return world_; }
  [[nodiscard]] bool whole() const {
    return over_smc_ && left_ == 0 && received_ == sent_ && world_.oracle().complaints().empty();
  }

 private:
  void look() {
    for (const world::AppEvent& event : world_.happenings().apps) {
      if (event.news == world::AppNews::Connected) over_smc_ = event.over_smc;
      const bool usable = event.news == world::AppNews::Connected ||
                          event.news == world::AppNews::Readable ||
                          event.news == world::AppNews::Writable;
      if (!usable) continue;
      if (event.host == kSender) to_write_ = true;
      if (event.host == kReceiver) to_read_ = event.conn;
    }
    world_.happenings().clear();
    if (to_write_) write();
    if (to_read_.assigned()) read();
  }
  void write() {
    to_write_ = false;
    const auto space = world_.send_space(kSender, sender_);
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(space.bytes, left_));
    if (count == 0) return;
    left_ -= count;
    sent_ += count;
    world_.wrote(kSender, sender_, count);
  }
  void read() {
    const ConnId conn = to_read_;
    to_read_ = {};
    const std::uint32_t count = world_.receive_data(kReceiver, conn).bytes;
    if (count == 0) return;
    received_ += count;
    world_.read(kReceiver, conn, count);
  }

  World world_;
  ConnId sender_;
  ConnId to_read_;
  bool to_write_ = false;
  bool over_smc_ = false;
  std::uint64_t left_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

void bulk_transfer(benchmark::State& state) {
  std::uint64_t frames = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    Bulk bulk(static_cast<std::uint64_t>(state.range(0)));
    bulk.run();
    if (!bulk.whole()) return state.SkipWithError("the bytes did not arrive whole over SMC-R");
    frames += bulk.world().frames();
    events += bulk.world().events();
  }
  const auto rate = benchmark::Counter::kIsRate;
  state.counters["frames/s"] = benchmark::Counter(static_cast<double>(frames), rate);
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), rate);
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

}  // namespace

void add_world_benchmarks() {
  benchmark::RegisterBenchmark("world/bulk_transfer", bulk_transfer)
      ->Arg(64 << 20)
      ->Unit(benchmark::kMillisecond);
}

}  // namespace smclab::bench
