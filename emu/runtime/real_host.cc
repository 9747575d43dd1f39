// SPDX-License-Identifier: MIT
#include "emu/runtime/real_host.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <variant>

namespace smclab::runtime {

namespace asio = boost::asio;

namespace {

// A turn sends at most this much, so that the receiver on the same machine drains its socket
// buffer, which holds about ninety small frames by default.
constexpr rnic::Budget kBudget{.frames = 32, .bytes = 64 * 1024};

// A timer that fires so long after its time says that others had the processor.
constexpr auto kLate = std::chrono::milliseconds(1);
constexpr auto kForOthers = std::chrono::milliseconds(2);

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
// clang 14 does not deduce the arguments of aggregates by itself.
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

RealHost::RealHost(asio::io_context& loop, const Clock& clock, const Setup& setup, HostOwner& owner)
    : loop_(loop),
      clock_(clock),
      stack_(setup.parameters, {setup.ports.begin(), setup.ports.end()}),
      owner_(owner),
      ports_(setup.ports),
      timer_(loop) {}

tl::expected<void, std::string> RealHost::open(const input::Entropy& entropy, Senders senders) {
  if (ports_.empty()) {
    if (auto opened = open_fabrics(senders); !opened) return opened;
  } else {
    watch_ports();
  }
  tell(entropy);
  return {};
}

void RealHost::watch_ports() {
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    const DeviceId device{static_cast<std::uint8_t>(i)};
    watches_.push_back(
        std::make_unique<PortWatch>(loop_, ports_[i], [this, device] { heard(device); }));
  }
}

// The port's state concerns the core too; all else comes by the RNIC's own outputs.
void RealHost::heard(DeviceId device) {
  if (const auto up = ports_[device.value]->take_port_change()) tell(input::PortState{device, *up});
  tell(input::Tick{});
}

tl::expected<void, std::string> RealHost::open_fabrics(Senders senders) {
  const auto& devices = stack_.parameters().smc.devices;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const DeviceId device{static_cast<std::uint8_t>(i)};
    // Applications and the wire have their turn once all frames that wait are taken: a turn costs
    // as much as a frame.
    auto fabric = UdpFabric::open(
        loop_, {.address = IpAddress{devices[i].gid}, .senders = senders},
        [this, device](const rnic::ReceivedFrame& frame) {
          put(stack::input::Frame{device, frame});
        },
        [this] { turn(); });
    if (!fabric) return tl::unexpected(fabric.error());
    fabrics_.push_back(std::move(*fabric));
  }
  return {};
}

void RealHost::attach(Seat seat, asio::ip::tcp::socket socket, bool both_offered) {
  boost::system::error_code ignored;
  const input::TcpUp up{.role = seat.role,
                        .both_offered = both_offered,
                        .local = from_socket(socket.local_endpoint(ignored).address()),
                        .peer = from_socket(socket.remote_endpoint(ignored).address())};
  const ConnId conn = seats_.insert(std::move(seat));
  seats_.at(conn).stream = std::make_shared<TcpStream>(std::move(socket), events_of(conn));
  seats_.at(conn).stream->start();
  auto told = up;
  told.conn = conn;
  tell(told);
}

TcpEvents RealHost::events_of(ConnId conn) {
  return {.pulled =
              [this, conn](std::span<const std::byte> bytes) {
                tell(input::TcpBytes{conn, bytes});
              },
          .down =
              [this, conn](TcpEnd how) {
                tell(input::TcpDown{conn, how});
              },
          .ready = [this] { turn(); }};
}

void RealHost::tell(const stack::Input& input) {
  put(input);
  turn();
}

void RealHost::put(const stack::Input& input) {
  stack_.handle(clock_.now(), input, outputs_);
  carry_out();
}

// Applications, frames and the timer, until nothing more happens now. Called again from inside
// itself it only notes that there is more to do.
void RealHost::turn() {
  turn_again_ = true;
  if (turning_) return;
  turning_ = true;
  while (std::exchange(turn_again_, false)) run_applications();
  transmit();
  arm();
  turning_ = false;
}

void RealHost::carry_out() {
  // Carrying out never tells the stack anything, so the list does not change under us.
  for (const stack::Output& output : outputs_.list()) carry_out_one(output);
  for (const TraceRecord& record : outputs_.records()) owner_.on_trace(record);
  outputs_.clear();
}

void RealHost::carry_out_one(const stack::Output& output) {
  const auto stream = [this](ConnId conn) -> TcpStream* {
    Seat* seat = seats_.find(conn);
    return seat == nullptr ? nullptr : seat->stream.get();
  };
  std::visit(Overloaded{[&](const action::ReadTcp& a) {
                          if (TcpStream* s = stream(a.conn)) s->pull(a.length);
                        },
                        [&](const action::CancelRead& a) {
                          if (TcpStream* s = stream(a.conn)) s->cancel_pull();
                        },
                        [&](const action::WriteTcp& a) {
                          const Seat* seat = seats_.find(a.conn);
                          if (seat == nullptr) return;
                          owner_.on_tcp(*seat, TcpDeed::Bytes, outputs_.bytes(a.bytes));
                          seat->stream->push(outputs_.bytes(a.bytes));
                        },
                        [&](const action::FinishTcp& a) {
                          const Seat* seat = seats_.find(a.conn);
                          if (seat == nullptr) return;
                          owner_.on_tcp(*seat, TcpDeed::Finish, {});
                          seat->stream->finish();
                        },
                        [&](const action::ResetTcp& a) {
                          const Seat* seat = seats_.find(a.conn);
                          if (seat == nullptr) return;
                          owner_.on_tcp(*seat, TcpDeed::Reset, {});
                          seat->stream->reset();
                        },
                        [&](const action::Connected& a) { connected(a); },
                        [&](const action::FellBack& a) { fell_back(a); },
                        [&](const action::EndOfStream& a) {
                          if (Seat* seat = seats_.find(a.conn)) seat->end_of_stream = true;
                        },
                        [&](const action::Closed& a) {
                          Seat* seat = seats_.find(a.conn);
                          if (seat == nullptr) return;
                          seat->broken = true;
                          seat->application->on_closed(clock_.now(), a.why);
                        },
                        [&](const action::Released& a) {
                          // A connection that fell back lives on without the core.
                          const Seat* seat = seats_.find(a.conn);
                          if (seat != nullptr && !seat->over_tcp) seats_.erase(a.conn);
                        },
                        [](const action::Readable&) {}, [](const action::Writable&) {},
                        [](const action::Refused&) {}},
             output);
}

void RealHost::connected(const action::Connected& action) {
  Seat& seat = seats_.at(action.conn);
  seat.over_smc = true;
  seat.application->on_connected(clock_.now(), {.transport = scenario::Transport::SmcR});
}

void RealHost::fell_back(const action::FellBack& action) {
  Seat& seat = seats_.at(action.conn);
  seat.over_tcp = true;
  seat.stream->use_by_application();
  seat.application->on_connected(
      clock_.now(),
      {.transport = scenario::Transport::Tcp, .own = action.own, .peer = action.peer});
}

// An application that learns that its connection is over closes its socket, and only then can the
// core give back what the connection had.
void RealHost::close_the_broken() {
  std::vector<ConnId> conns;
  seats_.for_each([&](ConnId conn, Seat& seat) {
    if (std::exchange(seat.broken, false)) conns.push_back(conn);
  });
  for (const ConnId conn : conns) {
    if (seats_.find(conn) != nullptr) put(input::Close{conn});
  }
}

void RealHost::run_applications() {
  close_the_broken();
  const Instant now = clock_.now();
  asked_at_ = now;
  std::vector<ConnId> conns;
  seats_.for_each([&](ConnId conn, Seat& seat) {
    if (seat.over_smc || seat.over_tcp) conns.push_back(conn);
  });
  for (const ConnId conn : conns) {
    Seat* seat = seats_.find(conn);
    if (seat == nullptr || seat->application->done()) continue;
    if (seat->over_tcp) {
      seat->tcp.run(now, *seat->application, *seat->stream);
    } else {
      while (run_over_smc(conn, *seat)) seat = seats_.find(conn);
    }
  }
}

// One read, one write and the application's wish. False when nothing moved or the seat is gone.
bool RealHost::run_over_smc(ConnId conn, Seat& seat) {
  bool moved = read_some(conn, seat);
  moved = write_some(conn, seat) || moved;
  carry_out_wish(conn, seat);
  return moved && seats_.find(conn) != nullptr;
}

bool RealHost::read_some(ConnId conn, Seat& seat) {
  const auto data = std::as_const(stack_).receive_data(conn);
  if (data.bytes == 0 && seat.end_of_stream) {
    seat.end_of_stream = false;
    seat.application->on_end_of_stream();
    return true;
  }
  const auto taken =
      static_cast<std::uint32_t>(seat.application->drain(clock_.now(), data.parts[0]));
  if (taken == 0) return false;
  owner_.on_received(seat, data.parts[0].first(taken));
  put(input::Read{conn, taken});
  return true;
}

bool RealHost::write_some(ConnId conn, Seat& seat) {
  if (seats_.find(conn) == nullptr) return false;
  const auto room = stack_.send_space(conn);
  if (room.bytes == 0) return false;
  const auto written =
      static_cast<std::uint32_t>(seat.application->fill(clock_.now(), room.parts[0]));
  if (written == 0) return false;
  put(input::Wrote{conn, written});
  return true;
}

void RealHost::carry_out_wish(ConnId conn, Seat& seat) {
  if (seats_.find(conn) == nullptr) return;
  switch (seat.application->wish()) {
    case scenario::Wish::None:
      break;
    case scenario::Wish::Shutdown:
      put(input::Shutdown{conn});
      break;
    case scenario::Wish::Close:
      put(input::Close{conn});
      break;
    case scenario::Wish::Abort:
      put(input::Abort{conn});
      break;
  }
}

void RealHost::transmit() {
  bool more = false;
  for (std::size_t i = 0; i < fabrics_.size(); ++i) {
    const DeviceId device{static_cast<std::uint8_t>(i)};
    frames_.clear();
    stack_.transmit(clock_.now(), device, kBudget, frames_);
    for (const rnic::OutgoingFrame& frame : frames_) send_frame(device, frame);
    const auto next = stack_.next_transmit(device);
    more = more || (next && *next <= clock_.now());
  }
  // The rest goes after others had their turn, receivers above all.
  if (more) asio::post(loop_, [this] { turn(); });
}

void RealHost::send_frame(DeviceId device, const rnic::OutgoingFrame& frame) {
  const roce::Envelope envelope{.source_mac = stack_.parameters().smc.devices[device.value].mac,
                                .destination_mac = frame.destination_mac,
                                .source = frame.source,
                                .destination = frame.destination,
                                .source_port = kRocePort};
  frame_bytes_.assign(roce::sealed_size(envelope, frame.size()), std::byte{0});
  std::size_t at = roce::write_envelope(envelope, frame.size(), frame_bytes_);
  const auto append = [&](std::span<const std::byte> bytes) {
    std::copy(bytes.begin(), bytes.end(), frame_bytes_.begin() + static_cast<std::ptrdiff_t>(at));
    at += bytes.size();
  };
  append(frame.headers());
  for (std::uint8_t i = 0; i < frame.slice_count; ++i) append(stack_.gather(frame.slices[i]));
  roce::seal(envelope, frame_bytes_);
  owner_.on_frame(device, envelope, frame_bytes_);
}

void RealHost::arm() {
  std::optional<Instant> next = stack_.deadline();
  const auto sooner = [&next](std::optional<Instant> when) {
    if (when && (!next || *when < *next)) next = when;
  };
  for (std::size_t i = 0; i < fabrics_.size(); ++i) {
    sooner(stack_.next_transmit(DeviceId{static_cast<std::uint8_t>(i)}));
  }
  const Instant now = clock_.now();
  // A pause may have ended since the application was asked: it is due then, and not forgotten.
  seats_.for_each([&](ConnId, const Seat& seat) { sooner(seat.application->wakes_at(asked_at_)); });
  if (!next || (armed_ && *armed_ <= *next)) return;
  // The clock's minimum means "now" and does not fit the timer's arithmetic.
  wait_until(*next, std::max(*next, now));
}

void RealHost::wait_until(Instant due, Instant wake) {
  armed_ = due;
  timer_.expires_at(clock_.real(wake));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) timer_fired();
  });
}

// If this program did not run for a while, what its hosts wait for may lie in sockets unread, and
// is older than the end of their patience. So a late timer first lets the loop get to them.
void RealHost::timer_fired() {
  const Instant now = clock_.now();
  const auto due = stack_.deadline();
  const bool late = due && *due > Instant{} && now - *due > kLate;
  if (late && !std::exchange(waited_for_others_, true)) return wait_until(*due, now + kForOthers);
  waited_for_others_ = false;
  armed_.reset();
  tell(input::Tick{});
}

}  // namespace smclab::runtime
