// SPDX-License-Identifier: MIT
#include "tests/interop/peer/party.h"

#include <fmt/core.h>

#include <algorithm>

#include "emu/runtime/address.h"
#include "emu/runtime/identity.h"
#include "emu/scenario/outcome.h"
#include "emu/synopt/socket.h"

namespace smclab::interop {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// When all exchanges are over, the hosts still say goodbye to each other (DELETE RKEY).
constexpr auto kGoodbye = std::chrono::milliseconds(300);
// From here on a transfer is in full swing: who wants to disturb it waits for that.
constexpr std::uint64_t kMoving = 1 << 20;

std::string json_of(std::size_t number, Role role, const Exchange& exchange) {
  const Result& result = exchange.result();
  return fmt::format(
      R"({{"role":"{}","connection":{},"mode":"{}","transport":"{}","own":"{}","peer":"{}",)"
      R"("bytes_sent":{},"bytes_received":{},"sent_sha256":"{}","received_sha256":"{}",)"
      R"("peer_sha256":"{}","seconds":{:.6f},"intact":{},"complete":{},"closed":"{}"}})",
      role == Role::Client ? "client" : "server", number, exchange.request().mode,
      describe(result.carriage.transport), describe(result.carriage.own),
      describe(result.carriage.peer), result.sent, result.received, result.sent_sha256,
      result.received_sha256, result.peer_sha256,
      std::chrono::duration<double>(result.duration).count(), result.intact, result.complete,
      result.closed ? describe(*result.closed) : "open");
}

}  // namespace

Party::Party(const Options& options)
    : options_(options),
      turns_(clock_, options.connections, std::chrono::milliseconds(options.in_turn_ms)) {
  if (!options.trace.empty()) trace_.open(options.trace);
}
Party::~Party() = default;

tl::expected<void, std::string> Party::open(const RnicPort& port) {
  stack::Parameters parameters{.smc = options_.config};
  parameters.smc.devices = {port.device};
  parameters.smc.smc = !options_.plain;
  parameters.smc.peer_id = runtime::new_peer_id(port.device.mac);
  parameters.smc.host_name = "smclab";
  parameters.smc.trace_data = trace_.is_open();
  const runtime::RealHost::Setup setup{.parameters = parameters, .ports = port.ports};
  host_ = std::make_unique<runtime::RealHost>(loop_, clock_, setup, *this);
  auto opened = host_->open(runtime::entropy_of_the_system(), runtime::Senders::Any);
  if (!opened) return opened;
  if (options_.role == Role::Server) return listen();
  const int at_once = options_.in_turn_ms > 0 ? 1 : options_.connections;
  for (int i = 0; i < at_once; ++i) connect();
  return {};
}

tl::expected<void, std::string> Party::listen() {
  const asio::ip::tcp::endpoint endpoint(runtime::to_socket(options_.own), options_.port);
  acceptor_ = std::make_unique<asio::ip::tcp::acceptor>(loop_);
  error_code error;
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) offer(acceptor_->native_handle());
  if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
  if (error) return tl::unexpected("cannot listen: " + error.message());
  fmt::print(stderr, "listening\n");
  accept();
  return {};
}

void Party::accept() {
  acceptor_->async_accept([this](const error_code& error, Socket socket) {
    if (error) return;
    begin(std::move(socket));
    accept();
  });
}

void Party::connect_in_turn() {
  if (options_.role == Role::Server || begun_ == options_.connections) return;
  const auto came_up = std::ranges::count_if(exchanges_, &Exchange::connected);
  if (came_up + failed_ == begun_) connect();
}

void Party::connect() {
  ++begun_;
  auto socket = std::make_shared<Socket>(loop_);
  error_code error;
  const asio::ip::tcp::endpoint own(runtime::to_socket(options_.own), 0);
  socket->open(own.protocol(), error);
  if (!error) socket->bind(own, error);
  offer(socket->native_handle());
  socket->async_connect({runtime::to_socket(options_.server), options_.port},
                        [this, socket](const error_code& failure) {
                          if (!failure) return begin(std::move(*socket));
                          fmt::print(stderr, "connect: {}\n", failure.message());
                          ++failed_;
                        });
}

// Where the option is not set up, the handshake is without it, which begin() sees.
void Party::offer(int socket) const {
  if (!options_.plain) static_cast<void>(synopt::offer(socket));
}

void Party::begin(Socket socket) {
  const auto handshake = synopt::handshake_of(socket.native_handle());
  const bool both = options_.assume_offered || (handshake && handshake->both());
  if (both && options_.role == Role::Server) return look_first(std::move(socket));
  attach(std::move(socket), both);
}

// Until the client's first byte is there, or it is too late for a Proposal.
void Party::look_first(Socket socket) {
  const auto kept = std::make_shared<Socket>(std::move(socket));
  const auto timer = std::make_shared<asio::steady_timer>(loop_, options_.config.timeouts.clc_wait);
  timer->async_wait([kept](const error_code& stopped) {
    error_code ignored;
    if (!stopped) kept->cancel(ignored);
  });
  kept->async_wait(Socket::wait_read, [this, kept, timer](const error_code&) {
    timer->cancel();
    const bool clc = synopt::first_bytes(kept->native_handle()) == synopt::FirstBytes::Clc;
    attach(std::move(*kept), clc);
  });
}

void Party::attach(Socket socket, bool both) {
  exchanges_.emplace_back(options_.role, options_.request);
  if (options_.role == Role::Client && options_.in_turn_ms > 0) {
    exchanges_.back().take_turns(turns_, static_cast<int>(exchanges_.size()) - 1);
  }
  host_->attach({.application = &exchanges_.back(), .role = options_.role}, std::move(socket),
                both);
}

void Party::on_frame(DeviceId device, const roce::Envelope& envelope,
                     std::span<const std::byte> frame) {
  host_->put(device, envelope, frame);
}

void Party::on_trace(const TraceRecord& r) {
  if (!trace_.is_open()) return;
  trace_ << fmt::format("{:>12} {} {} {} {}→{} {} {}\n", r.at.time_since_epoch().count() / 1000,
                        describe(r.event), describe(r.object), r.index, r.from, r.to, r.cause,
                        r.value);
  trace_.flush();
}

bool Party::all_over() const {
  const auto over = std::ranges::count_if(exchanges_, [](const Exchange& e) { return e.done(); });
  return over + failed_ >= options_.connections;
}

void Party::say_once_moving() {
  if (said_moving_ || exchanges_.empty()) return;
  const Result& first = exchanges_.front().result();
  said_moving_ = first.sent + first.received >= kMoving;
  if (said_moving_) fmt::print(stderr, "moving\n");
}

void Party::run() {
  const Instant end = clock_.now() + std::chrono::seconds(options_.patience_s);
  while (!all_over() && clock_.now() < end) {
    connect_in_turn();
    loop_.run_one_for(std::chrono::milliseconds(50));
    say_once_moving();
  }
  const Instant goodbye = clock_.now() + kGoodbye;
  while (clock_.now() < goodbye) loop_.run_one_for(std::chrono::milliseconds(20));
}

bool Party::report() const {
  bool good = failed_ == 0 && exchanges_.size() == static_cast<std::size_t>(options_.connections);
  for (std::size_t i = 0; i < exchanges_.size(); ++i) {
    fmt::print("{}\n", json_of(i, options_.role, exchanges_[i]));
    const Result& result = exchanges_[i].result();
    good = good && result.complete && result.intact;
  }
  return good;
}

}  // namespace smclab::interop
