// SPDX-License-Identifier: MIT
//
// Plays one scenario in a World: starts connections, moves the bytes of both their sides, fires
// faults, and writes down what there was.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "emu/scenario/fault_clock.h"
#include "emu/scenario/flow.h"
#include "emu/scenario/stage.h"
#include "emu/world/stage/fault_desk.h"
#include "emu/world/stage/wire_log.h"
#include "emu/world/world.h"

namespace smclab::world {

class Player {
 public:
  Player(const scenario::Scenario& scenario, const scenario::PlayOptions& options,
         scenario::Outcome& outcome);
  scenario::PlayEnd run();

 private:
  /// One side of a connection: its host, and the connection once there is one.
  struct Party {
    HostId host;
    std::optional<ConnId> conn{};
    bool stream_ended = false;  // and the flow is to know when all is drained
    bool end_told = false;
    std::optional<Instant> wakes_at{};
  };
  struct Play {
    scenario::PlannedFlow flow;
    std::array<Party, 2> parties{};  // by scenario::Side
  };
  /// Whose connection it is.
  struct Seat {
    ConnId conn;
    std::uint32_t play = 0;
    scenario::Side side = scenario::Side::Client;
  };

  static std::size_t index(scenario::Side side) { return side == scenario::Side::Client ? 0 : 1; }
  scenario::Flow& flow(std::uint32_t play, scenario::Side side);
  Party& party(std::uint32_t play, scenario::Side side);
  void seat(std::uint32_t play, scenario::Side side, ConnId conn);
  std::optional<Seat> find(HostId host, ConnId conn) const;

  void look();  // at what happened
  void on_record(const WorldRecord& told);
  void on_app(const AppEvent& event);
  void on_alarm(std::uint64_t token);
  void start(std::uint32_t play);
  void pump(std::uint32_t play, scenario::Side side);
  bool drain(std::uint32_t play, scenario::Side side);
  bool fill(std::uint32_t play, scenario::Side side);
  void grant_wish(std::uint32_t play, scenario::Side side);
  void count(std::uint32_t workload, std::uint64_t bytes);
  void take_turns();
  void make_apps_do(const scenario::AppDoes& does);
  void arm_faults();
  [[nodiscard]] bool all_done() const;
  void report();

  const scenario::Scenario& scenario_;
  const scenario::PlayOptions& options_;
  scenario::Outcome& outcome_;
  World world_;
  std::vector<Play> plays_;
  std::vector<std::vector<std::optional<Seat>>> seats_;  // by host and ConnId::index
  std::vector<std::uint32_t> by_number_;                 // plays, by the connection's number
  scenario::FaultClock faults_;
  FaultDesk desk_;
  std::vector<scenario::FaultTurn> turns_;
  std::optional<WireLog> log_;
  std::optional<Instant> faults_at_;
  std::vector<std::uint64_t> progress_;  // bytes received, by workload
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_total_ = 0;
};

}  // namespace smclab::world
