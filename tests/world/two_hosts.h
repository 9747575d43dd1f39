// SPDX-License-Identifier: MIT
//
// Hosts on cables, and applications simple enough to be right: a client writes a stream of
// numbered bytes, a server reads them and checks each, both close. Shared by the tests of World
// and Stack; a value, like the World inside it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "emu/world/world.h"

namespace smclab::world::testing {

inline constexpr HostId kA{0};
inline constexpr HostId kB{1};
inline constexpr std::uint16_t kPort = 5'201;

/// Host `n` (from 1) with `devices` RNICs, all in subnet 10.0.d.0/24.
inline HostParameters make_host(std::uint8_t n, std::uint8_t devices = 1) {
  HostParameters host;
  for (std::uint8_t d = 0; d < devices; ++d) {
    Device device;
    device.address = ipv4(10, 0, d, n);
    device.gid = device.address.gid;
    device.mac.bytes = {std::byte{2}, std::byte{0}, std::byte{0},
                        std::byte{0}, std::byte{d}, std::byte{n}};
    host.stack.smc.devices.push_back(device);
  }
  return host;
}

inline WorldParameters two_hosts(std::uint64_t seed = 1, const Weather& weather = {}) {
  WorldParameters parameters{.seed = seed};
  parameters.hosts = {make_host(1), make_host(2)};
  parameters.cables = {{.host_a = kA, .host_b = kB, .weather = weather}};
  return parameters;
}

/// What one side of a connection does and has seen.
struct App {
  std::uint64_t to_send = 0;
  std::uint64_t to_receive = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t wrong = 0;  ///< bytes that were not the right ones
  bool connected = false;
  bool over_smc = false;
  bool ended = false;
  bool closing = false;
  Diagnosis own = Diagnosis::None;
  Diagnosis peer = Diagnosis::None;
  std::optional<CloseReason> closed{};
  bool operator==(const App&) const = default;
};

/// The byte at a place of the stream of connection `number`.
inline std::byte pattern(std::uint32_t number, std::uint64_t at) {
  return static_cast<std::byte>((at * 131 + at / 256 * 7 + number * 17) & 0xFF);
}

class Bench {
 public:
  explicit Bench(const WorldParameters& parameters) : world(parameters) {
    for (std::uint32_t host = 0; host < parameters.hosts.size(); ++host) {
      world.listen({host}, kPort);
    }
  }

  /// A connection from a to b that sends `bytes` there and `answer` back, then closes.
  ConnId open(HostId from, HostId to, std::uint64_t bytes, std::uint64_t answer = 0) {
    const ConnId conn = world.connect(from, to, kPort);
    plans[world.find(from, conn)->number] = {bytes, answer};
    apps[{from, conn}] = {.to_send = bytes, .to_receive = answer};
    return conn;
  }

  /// Until nothing is left to do, every application is done, or `end`.
  void run(Instant end = Instant(std::chrono::seconds(100))) {
    look();
    for (auto next = world.next(); next && *next <= end && !done(); next = world.next()) {
      world.step();
      look();
    }
  }
  /// Without applications' needs: until `end`.
  void idle(Instant end) {
    for (auto next = world.next(); next && *next <= end; next = world.next()) {
      world.step();
      look();
    }
  }
  [[nodiscard]] bool done() const {
    return !apps.empty() && apps.size() == 2 * plans.size() &&
           std::all_of(apps.begin(), apps.end(),
                       [](const auto& app) { return app.second.closed.has_value(); });
  }
  /// The application of the only connection on that host.
  [[nodiscard]] App& app(HostId host) {
    const auto found = std::find_if(apps.begin(), apps.end(),
                                    [host](const auto& app) { return app.first.first == host; });
    return found->second;
  }
  [[nodiscard]] bool happened(std::string_view to, std::string_view cause = {}) const {
    return std::any_of(records.begin(), records.end(), [&](const WorldRecord& record) {
      return record.record.to == to && (cause.empty() || record.record.cause == cause);
    });
  }

  World world;
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> plans;
  std::map<std::pair<HostId, ConnId>, App> apps;
  std::vector<WorldRecord> records;
  bool closes = true;  ///< clients close when everything is through

  void look() {
    Happenings& happenings = world.happenings();
    for (std::size_t i = 0; i < happenings.apps.size(); ++i) on_app(AppEvent(happenings.apps[i]));
    records.insert(records.end(), happenings.records.begin(), happenings.records.end());
    happenings.clear();
  }

 private:
  void on_app(const AppEvent& event) {
    if (event.news == AppNews::Accepted) {
      const auto plan = plans[world.find(event.host, event.conn)->number];
      apps[{event.host, event.conn}] = {.to_send = plan.second, .to_receive = plan.first};
      return;
    }
    App& app = apps[{event.host, event.conn}];
    if (event.news == AppNews::Connected) {
      app.connected = true;
      app.over_smc = event.over_smc;
      app.own = event.own;
      app.peer = event.peer;
    } else if (event.news == AppNews::EndOfStream) {
      app.ended = true;
    } else if (event.news == AppNews::Closed) {
      app.closed = event.why;
      return;
    }
    pump(event.host, event.conn, app);
  }
  void pump(HostId host, ConnId conn, App& app) {
    const Conn* known = world.find(host, conn);
    if (known == nullptr || app.closing || !app.connected) return;
    const std::uint32_t number = known->number;
    const bool client = known->role == Role::Client;
    for (bool moved = true; moved;) {
      moved = read(host, conn, app, number + (client ? 1'000 : 0));
      moved = write(host, conn, app, number + (client ? 0 : 1'000)) || moved;
    }
    const bool through = app.sent == app.to_send && app.received == app.to_receive;
    const bool unread = world.receive_data(host, conn).bytes > 0;
    if ((client && closes && through) || (app.ended && !unread)) {
      app.closing = true;
      world.close(host, conn);
    }
  }
  bool read(HostId host, ConnId conn, App& app, std::uint32_t number) {
    const auto data = world.receive_data(host, conn);
    for (const auto part : data.parts) {
      for (const std::byte byte : part) {
        if (byte != pattern(number, app.received++)) ++app.wrong;
      }
    }
    if (data.parts[0].size() + data.parts[1].size() == 0) app.received += data.bytes;
    if (data.bytes > 0) world.read(host, conn, data.bytes);
    return data.bytes > 0;
  }
  bool write(HostId host, ConnId conn, App& app, std::uint32_t number) {
    const auto space = world.send_space(host, conn);
    const auto count =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(space.bytes, app.to_send - app.sent));
    std::uint64_t at = app.sent;
    const std::uint64_t end = app.sent + count;
    for (const auto part : space.parts) {
      for (std::byte& byte : part) {
        if (at == end) break;
        byte = pattern(number, at++);
      }
    }
    app.sent = end;
    if (count > 0) world.wrote(host, conn, count);
    return count > 0;
  }
};

/// Several connections both ways over bad cables: a little of everything, for comparisons.
inline Bench rough_ride(std::uint64_t seed) {
  constexpr Probability kTwoPercent{20'000'000};
  WorldParameters parameters = two_hosts(seed, {.loss = kTwoPercent,
                                                .duplicate = kTwoPercent,
                                                .corrupt = kTwoPercent,
                                                .reorder = kTwoPercent});
  parameters.hosts.push_back(make_host(3, 0));  // no RNIC: falls back
  Bench bench(parameters);
  for (std::uint32_t i = 0; i < 4; ++i) {
    bench.open(i % 2 == 0 ? kA : kB, i % 2 == 0 ? kB : kA, 60'000, 20'000 * i);
  }
  bench.open(kA, HostId{2}, 50'000);
  return bench;
}

}  // namespace smclab::world::testing
