// SPDX-License-Identifier: MIT
//
// One SMC-R host of ours on a real interface, as a party to the interoperability tests: its
// connections and what became of them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <fstream>
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "emu/runtime/clock.h"
#include "emu/runtime/real_host.h"
#include "tests/interop/peer/exchange.h"
#include "tests/interop/peer/options.h"
#include "tests/interop/peer/rnic_port.h"

namespace smclab::interop {

class Party : public runtime::HostOwner {
 public:
  explicit Party(const Options& options);
  ~Party() override;

  /// The error is one sentence.
  [[nodiscard]] tl::expected<void, std::string> open(const RnicPort& port);
  /// Until all exchanges are over, or patience is.
  void run();
  /// Prints a line of JSON for each exchange. True if all were complete and intact.
  [[nodiscard]] bool report() const;

 private:
  using Socket = boost::asio::ip::tcp::socket;
  void on_trace(const TraceRecord& record) override;
  void on_tcp(const runtime::Seat&, runtime::TcpDeed, std::span<const std::byte>) override {}
  void on_frame(DeviceId device, const roce::Envelope& envelope,
                std::span<const std::byte> frame) override;
  void on_received(const runtime::Seat&, std::span<const std::byte>) override {}

  [[nodiscard]] tl::expected<void, std::string> listen();
  void accept();
  void connect();
  void connect_in_turn();
  void offer(int socket) const;
  void begin(Socket socket);
  void look_first(Socket socket);
  void attach(Socket socket, bool both);
  [[nodiscard]] bool all_over() const;
  void say_once_moving();

  const Options& options_;
  boost::asio::io_context loop_{1};
  runtime::Clock clock_;
  Turns turns_;
  std::deque<Exchange> exchanges_;
  std::unique_ptr<boost::asio::ip::tcp::acceptor> acceptor_;
  std::unique_ptr<runtime::RealHost> host_;
  std::ofstream trace_;
  int begun_ = 0;   // connections of a client
  int failed_ = 0;  // connections that never came up
  bool said_moving_ = false;
};

}  // namespace smclab::interop
