// SPDX-License-Identifier: MIT
//
// Hosts on one virtual clock, and the cables between them: a whole network as one value. Copying
// a World copies its future, and the same seed gives the same run on every machine. There is no
// thread and no clock; whoever runs it calls step() and looks at what happened.
//
// Frames do not leave a host within the step that made them but at the beginning of the next one,
// at the same virtual time. So a runner that sees a trace record can still cut the cable before
// the message it tells of is on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "emu/stack/stack.h"
#include "emu/world/happenings.h"
#include "emu/world/host.h"
#include "emu/world/lane.h"
#include "emu/world/oracle.h"
#include "emu/world/parameters.h"
#include "protocol/digest.h"
#include "protocol/timers.h"

namespace smclab::world {

class World {
 public:
  explicit World(const WorldParameters& parameters);

  // --- time ---
  [[nodiscard]] Instant instant() const noexcept { return now_; }
  /// Lets waiting frames leave, and says when the next step happens; nothing when all hosts wait
  /// for applications only.
  [[nodiscard]] std::optional<Instant> next();
  /// Lets waiting frames leave, then takes one event. False when there is none.
  bool step();
  /// An alarm for the runner, told in Happenings::alarms.
  void wake_at(Instant at, std::uint64_t token);
  [[nodiscard]] Happenings& happenings() noexcept { return happenings_; }

  // --- applications ---
  void listen(HostId host, std::uint16_t port);
  ConnId connect(HostId from, HostId to, std::uint16_t port);
  /// The connection's number in the world, the same on both sides; nothing for one that is gone.
  [[nodiscard]] const Conn* find(HostId host, ConnId conn) const noexcept;
  /// Where the application's next bytes go, and what it has not read yet. Valid until the next
  /// call of anything.
  [[nodiscard]] stack::RingPart<std::byte> send_space(HostId host, ConnId conn);
  [[nodiscard]] stack::RingPart<const std::byte> receive_data(HostId host, ConnId conn) const;
  /// The application filled or took so many bytes of the above.
  void wrote(HostId host, ConnId conn, std::uint32_t bytes);
  void read(HostId host, ConnId conn, std::uint32_t bytes);
  void shutdown(HostId host, ConnId conn);
  void close(HostId host, ConnId conn);
  void abort(HostId host, ConnId conn);

  // --- faults ---
  /// Both ports of a cable go down or come up, and their hosts know.
  void set_cable(CableId cable, bool up);
  /// The weather of a lane, to be changed at will.
  [[nodiscard]] Weather& weather(LaneId lane) { return lanes_[lane.value].lane.weather; }
  /// Frames of that kind vanish without anybody knowing; cuts add up.
  void cut(LaneId lane, FrameKind kind, bool on);
  /// The lanes from one host to another, plain ones included.
  [[nodiscard]] std::vector<LaneId> lanes_between(HostId from, HostId to) const;
  /// The host's driver and applications do nothing until then; its TCP and its RNICs go on.
  void stall(HostId host, Instant until);
  void strip_option(HostId host, bool on) { hosts_[host.value].strips_option = on; }
  /// Anything else that a Stack can be told.
  void tell(HostId host, const stack::Input& input);

  /// A record of the runner's own, for example of a fault.
  void note(HostId host, const TraceRecord& record);

  // --- what is known ---
  [[nodiscard]] const Host& host(HostId host) const { return hosts_[host.value]; }
  [[nodiscard]] std::span<const Host> hosts() const noexcept { return hosts_; }
  [[nodiscard]] bool stalled(HostId host) const { return now_ < hosts_[host.value].stalled_until; }
  [[nodiscard]] const LaneCounters& counters(LaneId lane) const {
    return lanes_[lane.value].lane.counters();
  }
  [[nodiscard]] std::uint32_t lane_count() const noexcept {
    return static_cast<std::uint32_t>(lanes_.size());
  }
  [[nodiscard]] const Oracle& oracle() const noexcept { return oracle_; }
  /// When a frame or a trace record was last seen; ticks alone do not count.
  [[nodiscard]] Instant last_activity() const noexcept { return last_activity_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
  /// Over all trace records and frames so far.
  [[nodiscard]] std::uint64_t trace_hash() const noexcept { return trace_.value(); }
  /// Over the state of everything.
  [[nodiscard]] std::uint64_t digest() const;
  bool operator==(const World& other) const;

 private:
  enum class EventKind : std::uint8_t { Tick, Pull, Arrival, Resume, Alarm };
  struct Event {
    EventKind kind = EventKind::Tick;
    std::uint32_t index = 0;  // of the host or the lane
    std::uint32_t port = 0;   // Pull
    std::uint64_t token = 0;  // Alarm
    bool operator==(const Event&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(kind, index, port, token);
    }
  };
  struct End {
    HostId host;
    PortId port;
    bool operator==(const End&) const = default;
  };
  struct Path {
    Lane lane;
    End from;
    End to;
    CableId cable;
    std::uint64_t rate = 0;
    std::uint32_t mtu = 1'500;
    bool up = true;
    TimerId arrival{};
    std::optional<Instant> arrival_at{};
    bool operator==(const Path&) const = default;
  };

  // world.cc
  void add_host(const HostParameters& parameters, std::uint32_t index);
  LaneId add_cable(const CableParameters& cable, PortId port_a, PortId port_b);
  void dispatch(const Event& event);
  void rearm(HostId host);
  // wire.cc
  void settle();
  void touch(HostId host);
  void pull(HostId host, PortId port);
  void send_segments(HostId host, PortId port);
  void send_frames(HostId host, PortId port);
  void send_frame(HostId host, PortId port, const rnic::OutgoingFrame& frame);
  void launch(LaneId lane);
  void arrive(LaneId lane);
  void hear_frame(HostId host, const Path& path, const Frame& frame);
  void take_frame(Host& host, const Port& port, const Frame& frame);
  [[nodiscard]] std::optional<LaneId> lane_to(const Port& port, const Gid& destination) const;
  // conns.cc
  void carry_out(HostId host);
  void keep(HostId host, const TraceRecord& record);
  void pass_on(HostId host, const stack::Output& output);
  void hear(HostId host, const TcpEvents& events);
  void review(HostId host, ConnId conn);
  void review_tcp(HostId host, ConnId conn);
  void review_core(HostId host, ConnId conn);
  void tell_app(HostId host, ConnId conn, AppEvent event);
  void tell_end(HostId host, ConnId conn);
  void finish(HostId host, ConnId conn);
  std::optional<ConnId> accept(HostId host, TcpId socket);
  [[nodiscard]] LaneId route(HostId from, HostId to);

  Instant now_{};
  Instant last_activity_{};
  std::uint64_t seed_ = 0;
  bool captures_ = false;
  bool watches_ = true;
  std::vector<Host> hosts_;
  std::vector<Path> lanes_;
  Timers<Event> queue_;
  Oracle oracle_;
  std::uint64_t events_ = 0;
  std::uint64_t frames_ = 0;
  Digest trace_;
  Happenings happenings_;
  // Lists in use during a step; members to keep their memory.
  std::vector<HostId> dirty_;
  std::vector<std::pair<HostId, ConnId>> reviews_;
  stack::Outputs outputs_;
  rnic::OutgoingFrames outgoing_;
  TcpEvents tcp_events_;
  std::vector<std::byte> room_;  // where applications over TCP put their bytes
};

}  // namespace smclab::world
