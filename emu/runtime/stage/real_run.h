// SPDX-License-Identifier: MIT
//
// One run on the real clock, on the stage emu or verbs: the hosts, their connections, the faults
// and what is reported.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "emu/runtime/clock.h"
#include "emu/runtime/real_host.h"
#include "emu/runtime/stage/capture_tap.h"
#include "emu/runtime/stage/connector.h"
#include "emu/runtime/stage/machine.h"
#include "emu/runtime/stage/overhearing.h"
#include "emu/runtime/stage/wire_faults.h"
#include "emu/scenario/fault_clock.h"
#include "emu/scenario/stage.h"

namespace smclab::runtime {

class RealRun {
 public:
  /// All three outlive the run.
  RealRun(const Machine& machine, const scenario::PlayOptions& options, scenario::Outcome& outcome);
  ~RealRun();

  /// Binds all sockets. The error is one sentence for the user.
  [[nodiscard]] tl::expected<void, std::string> open();
  /// Plays until all is done, the scenario's duration is over, or `progress` says stop.
  [[nodiscard]] scenario::PlayEnd play();

 private:
  class Owner;

  [[nodiscard]] tl::expected<void, std::string> open_host(std::uint32_t node);
  void start_flow(std::uint32_t number);
  [[nodiscard]] bool offers(const scenario::PlannedFlow& flow, Role role) const;
  [[nodiscard]] bool agreed_out_of_band(const scenario::PlannedFlow& flow, Role role) const;
  [[nodiscard]] bool agreed(const scenario::PlannedFlow& flow, Role role, int socket) const;
  [[nodiscard]] Agreement agreement_on(const scenario::PlannedFlow& flow) const;
  void give_up(const scenario::AppDoes& does);
  void attach(std::uint32_t number, Role role, Connector::Socket socket);
  void failed(std::uint32_t number);
  void record(std::uint32_t node, const TraceRecord& record);
  void frame(std::uint32_t node, DeviceId device, const roce::Envelope& envelope,
             std::span<const std::byte> bytes);
  void received(const Seat& seat, std::span<const std::byte> bytes);
  void carry_out(const std::vector<scenario::FaultTurn>& turns);
  void carry_out_one(const scenario::FaultTurn& turn);
  void look_at_time();
  void sample();
  [[nodiscard]] bool finished();
  void report();

  const Machine& machine_;
  const scenario::Scenario& scenario_;
  const scenario::PlayOptions& options_;
  scenario::Outcome& outcome_;
  boost::asio::io_context loop_{1};
  Clock clock_ = Clock::standing();  // until all is open
  CaptureTap tap_;
  Overhearing overhearing_;
  WireFaults wire_;
  scenario::FaultClock faults_;
  std::set<std::uint32_t> strips_;  // nodes whose SMC-R option is taken out on the path
  Connector connector_;
  const bool real_option_;  // `smclab setup synopt` was done: the option is in the SYNs
  std::vector<scenario::PlannedFlow> flows_;
  std::deque<FlowApplication> applications_;  // of the flows that began
  std::vector<std::uint32_t> drawings_;       // of each flow
  std::vector<std::uint64_t> taken_;          // bytes each workload's receivers took
  std::vector<std::unique_ptr<Owner>> owners_;
  std::vector<std::unique_ptr<RealHost>> hosts_;
  std::vector<std::unique_ptr<boost::asio::steady_timer>> starts_;
  boost::asio::steady_timer fault_timer_;
  boost::asio::steady_timer sampler_;
  std::optional<Instant> all_done_at_;
  std::uint64_t frames_ = 0;
  bool interrupted_ = false;
};

}  // namespace smclab::runtime
