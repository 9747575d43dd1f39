// SPDX-License-Identifier: MIT
#include "emu/world/stage/player.h"

#include <algorithm>
#include <utility>

#include "emu/staging/host_faults.h"
#include "emu/world/stage/setup.h"
#include "emu/world/stage/verdicts.h"
#include "protocol/check.h"

namespace smclab::world {
namespace {

using scenario::Flow;
using scenario::PlayEnd;
using scenario::Side;

// After the last application is done: closing handshakes and their acknowledgements.
constexpr Duration kAftermath = std::chrono::seconds(1);
constexpr std::uint64_t kEventsPerLook = 2'048;

// Alarms: of faults, or three of each play.
constexpr std::uint64_t kFaultAlarm = UINT64_MAX;
constexpr std::uint64_t kAlarmsPerPlay = 3;
enum class Alarm : std::uint8_t { Start, ClientWakes, ServerWakes };
std::uint64_t token_of(std::uint32_t play, Alarm alarm) {
  return play * kAlarmsPerPlay + static_cast<std::uint64_t>(alarm);
}

}  // namespace

Player::Player(const scenario::Scenario& scenario, const scenario::PlayOptions& options,
               scenario::Outcome& outcome)
    : scenario_(scenario),
      options_(options),
      outcome_(outcome),
      world_(world_parameters(scenario, options.seed, static_cast<bool>(options.capture))),
      seats_(scenario.nodes.size()),
      faults_(scenario.faults),
      desk_(scenario),
      progress_(scenario.workloads.size()) {
  if (options.capture) log_.emplace(scenario, options.capture);
  outcome.workloads = scenario::empty_results(scenario);
  // Before the connections: a fault `at: 0s` is there when the first one is made.
  arm_faults();
  for (auto& flow : scenario::make_flows(scenario, options.seed, options.files)) {
    const auto play = static_cast<std::uint32_t>(plays_.size());
    bytes_total_ += flow.client.to_receive() + flow.server.to_receive();
    world_.wake_at(flow.start, token_of(play, Alarm::Start));
    plays_.push_back({.flow = flow, .parties = {Party{{flow.from}}, Party{{flow.to}}}});
  }
  for (const scenario::WorkloadSpec& workload : scenario.workloads) {
    world_.listen({workload.to}, workload.port);
  }
  for (const staging::HostFault& fault : staging::message_faults(scenario)) {
    world_.tell({fault.host}, fault.input);
  }
}

PlayEnd Player::run() {
  PlayEnd end = PlayEnd::Played;
  const Instant limit{scenario_.duration};
  std::optional<Instant> stop;
  for (;;) {
    look();
    if (!stop && all_done()) stop = world_.instant() + kAftermath;
    const auto next = world_.next();
    if (!next || *next > limit || (stop && *next > *stop)) break;
    world_.step();
    if (options_.progress && world_.events() % kEventsPerLook == 0) {
      if (!options_.progress({.now = world_.instant(),
                              .bytes = bytes_,
                              .bytes_total = bytes_total_,
                              .events = world_.events()})) {
        end = PlayEnd::Interrupted;
        break;
      }
    }
  }
  report();
  return end;
}

// --- what happened -------------------------------------------------------------------------------

void Player::look() {
  Happenings& happenings = world_.happenings();
  std::size_t record = 0;
  std::size_t app = 0;
  std::size_t alarm = 0;
  std::size_t resumed = 0;
  arm_faults();
  // Each of these may bring about more of any; records first, since faults may follow from them
  // that touch what the same message's sender does next.
  for (;;) {
    if (record < happenings.records.size()) {
      on_record(WorldRecord(happenings.records[record++]));
    } else if (app < happenings.apps.size()) {
      on_app(AppEvent(happenings.apps[app++]));
    } else if (alarm < happenings.alarms.size()) {
      on_alarm(happenings.alarms[alarm++]);
    } else if (resumed < happenings.resumed.size()) {
      const HostId host = happenings.resumed[resumed++];
      for (const auto& seat : seats_[host.value]) {
        if (seat) pump(seat->play, seat->side);
      }
    } else {
      break;
    }
  }
  if (log_) log_->add(happenings, world_.instant());
  happenings.clear();
  arm_faults();
}

void Player::on_record(const WorldRecord& told) {
  const scenario::HostRecord record{told.host.value, told.record};
  if (options_.keep_trace) outcome_.trace.push_back(record);
  if (options_.narrate) options_.narrate(record);
  if (!faults_.wants_records()) return;
  faults_.on_record(world_.instant(), record, turns_);
  take_turns();
}

void Player::on_app(const AppEvent& event) {
  if (event.news == AppNews::Accepted) {
    // Gone already when its first bytes ended it.
    const Conn* conn = world_.find(event.host, event.conn);
    if (conn == nullptr || conn->number >= by_number_.size()) return;
    seat(by_number_[conn->number], Side::Server, event.conn);
    return;
  }
  const auto seat = find(event.host, event.conn);
  if (!seat) return;
  Flow& its = flow(seat->play, seat->side);
  switch (event.news) {
    case AppNews::Accepted:
    case AppNews::Refused:
      return;
    case AppNews::Connected:
      its.on_connected(world_.instant(),
                       event.over_smc ? scenario::Transport::SmcR : scenario::Transport::Tcp,
                       event.own, event.peer);
      break;
    case AppNews::EndOfStream:
      party(seat->play, seat->side).stream_ended = true;
      break;
    case AppNews::Closed: {
      its.on_closed(world_.instant(), event.why);
      // A server that never heard of the connection will not hear of its end.
      const Party& other = party(seat->play, Side::Server);
      if (seat->side == Side::Client && !other.conn) {
        flow(seat->play, Side::Server).on_closed(world_.instant(), event.why);
      }
      break;
    }
    case AppNews::Readable:
    case AppNews::Writable:
      break;
  }
  pump(seat->play, seat->side);
}

void Player::on_alarm(std::uint64_t token) {
  if (token == kFaultAlarm) {
    faults_at_.reset();
    faults_.on_time(world_.instant(), turns_);
    take_turns();
    return;
  }
  const auto play = static_cast<std::uint32_t>(token / kAlarmsPerPlay);
  switch (static_cast<Alarm>(token % kAlarmsPerPlay)) {
    case Alarm::Start:
      start(play);
      return;
    case Alarm::ClientWakes:
      party(play, Side::Client).wakes_at.reset();
      pump(play, Side::Client);
      return;
    case Alarm::ServerWakes:
      party(play, Side::Server).wakes_at.reset();
      pump(play, Side::Server);
      return;
  }
}

// --- applications --------------------------------------------------------------------------------

Flow& Player::flow(std::uint32_t play, Side side) {
  return side == Side::Client ? plays_[play].flow.client : plays_[play].flow.server;
}

Player::Party& Player::party(std::uint32_t play, Side side) {
  return plays_[play].parties[index(side)];
}

void Player::seat(std::uint32_t play, Side side, ConnId conn) {
  Party& its = party(play, side);
  its.conn = conn;
  auto& seats = seats_[its.host.value];
  if (seats.size() <= conn.index) seats.resize(conn.index + std::size_t{1});
  seats[conn.index] = Seat{conn, play, side};
}

std::optional<Player::Seat> Player::find(HostId host, ConnId conn) const {
  const auto& seats = seats_[host.value];
  if (conn.index >= seats.size() || !seats[conn.index]) return std::nullopt;
  return seats[conn.index]->conn == conn ? seats[conn.index] : std::nullopt;
}

void Player::start(std::uint32_t play) {
  const scenario::PlannedFlow& planned = plays_[play].flow;
  const ConnId conn = world_.connect({planned.from}, {planned.to}, planned.port);
  const std::uint32_t number = world_.find({planned.from}, conn)->number;
  if (by_number_.size() <= number) by_number_.resize(number + std::size_t{1}, UINT32_MAX);
  by_number_[number] = play;
  seat(play, Side::Client, conn);
}

void Player::pump(std::uint32_t play, Side side) {
  Party& its = party(play, side);
  if (!its.conn || world_.stalled(its.host)) return;
  for (bool moved = true; moved;) {
    moved = drain(play, side);
    moved = fill(play, side) || moved;
  }
  Flow& the = flow(play, side);
  grant_wish(play, side);
  const auto wakes = the.wakes_at(world_.instant());
  if (!wakes || (its.wakes_at && *its.wakes_at <= *wakes)) return;
  its.wakes_at = wakes;
  world_.wake_at(*wakes,
                 token_of(play, side == Side::Client ? Alarm::ClientWakes : Alarm::ServerWakes));
}

bool Player::drain(std::uint32_t play, Side side) {
  Party& its = party(play, side);
  Flow& the = flow(play, side);
  const auto data = world_.receive_data(its.host, *its.conn);
  if (data.bytes == 0) {
    if (!its.stream_ended || its.end_told) return false;
    its.end_told = true;
    the.on_end_of_stream();
    return true;
  }
  const auto bytes = static_cast<std::uint32_t>(the.drain(world_.instant(), data.parts[0]));
  if (bytes == 0) return false;
  const std::uint32_t workload = plays_[play].flow.workload;
  if (options_.file_received && side == Side::Server &&
      scenario_.workloads[workload].kind == scenario::WorkloadKind::File) {
    options_.file_received(workload, data.parts[0].first(bytes));
  }
  world_.read(its.host, *its.conn, bytes);
  count(workload, bytes);
  return true;
}

bool Player::fill(std::uint32_t play, Side side) {
  const Party& its = party(play, side);
  const auto space = world_.send_space(its.host, *its.conn);
  if (space.bytes == 0) return false;
  const auto bytes =
      static_cast<std::uint32_t>(flow(play, side).fill(world_.instant(), space.parts[0]));
  if (bytes == 0) return false;
  world_.wrote(its.host, *its.conn, bytes);
  return true;
}

void Player::grant_wish(std::uint32_t play, Side side) {
  const Party& its = party(play, side);
  switch (flow(play, side).wish()) {
    case scenario::Wish::None:
      return;
    case scenario::Wish::Shutdown:
      world_.shutdown(its.host, *its.conn);
      return;
    case scenario::Wish::Close:
      world_.close(its.host, *its.conn);
      return;
    case scenario::Wish::Abort:
      world_.abort(its.host, *its.conn);
      return;
  }
}

void Player::count(std::uint32_t workload, std::uint64_t bytes) {
  bytes_ += bytes;
  progress_[workload] += bytes;
  faults_.on_progress(world_.instant(), workload, progress_[workload], turns_);
  take_turns();
}

// --- faults --------------------------------------------------------------------------------------

void Player::take_turns() {
  // The records of a fault may set off others; those come to look() by themselves.
  const std::vector<scenario::FaultTurn> turns = std::exchange(turns_, {});
  for (const scenario::FaultTurn& turn : turns) {
    const scenario::FaultSpec& fault = scenario_.faults[turn.fault];
    const HostId host = desk_.host_of(turn.fault);
    const std::string_view name = describe(fault.action);
    world_.note(host, {.at = world_.instant(),
                       .object = TraceObject::Network,
                       .to = name,
                       .cause = turn.begins ? "fault" : "fault over",
                       .value = turn.fault});
    if (log_) {
      log_->comment_next(host, (turn.begins ? "fault: " : "fault over: ") + std::string(name));
    }
    if (!turn.begins) {
      desk_.end(turn.fault, world_);
    } else if (const auto* does = std::get_if<scenario::AppDoes>(&fault.action)) {
      make_apps_do(*does);
    } else {
      desk_.begin(turn.fault, world_);
    }
  }
}

void Player::make_apps_do(const scenario::AppDoes& does) {
  for (std::uint32_t play = 0; play < plays_.size(); ++play) {
    if (plays_[play].flow.workload != does.workload) continue;
    flow(play, does.side).give_up(does.deed);
    pump(play, does.side);
  }
}

void Player::arm_faults() {
  const auto next = faults_.next();
  if (!next || (faults_at_ && *faults_at_ <= *next)) return;
  faults_at_ = next;
  world_.wake_at(*next, kFaultAlarm);
}

// --- the end -------------------------------------------------------------------------------------

bool Player::all_done() const {
  return std::all_of(plays_.begin(), plays_.end(), [](const Play& play) {
    return play.flow.client.done() && play.flow.server.done();
  });
}

void Player::report() {
  look();
  if (log_) log_->finish();
  for (const Play& play : plays_) {
    auto& result = outcome_.workloads[play.flow.workload].connections[play.flow.connection];
    result = {play.flow.client.result(), play.flow.server.result()};
  }
  outcome_.trace_hash = world_.trace_hash();
  outcome_.performance.model_time = world_.last_activity().time_since_epoch();
  outcome_.performance.events = world_.events();
  outcome_.performance.frames = world_.frames();
  outcome_.performance.bytes = bytes_;
  describe_hosts(scenario_, world_, outcome_);
  judge_bytes(world_, outcome_);
  judge_rest(world_, outcome_);
}

}  // namespace smclab::world
